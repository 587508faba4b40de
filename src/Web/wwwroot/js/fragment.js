// A part of a page that the server renders again: an element with an id and its address in data-fragment.
import { localizeTimes } from "./times.js";

const pending = new Map();
const last = new Map();

/** Fetches the part and puts it in place; returns whether it was there. One request at a time for each. */
export function refresh(id) {
  if (!pending.has(id)) {
    pending.set(
      id,
      load(id)
        .catch(() => false)
        .finally(() => pending.delete(id)),
    );
  }
  return pending.get(id);
}

async function load(id) {
  const old = document.getElementById(id);
  const response = await fetch(old.dataset.fragment, { headers: { Accept: "text/html" }, redirect: "manual" });
  if (!response.ok) return false;
  const html = await response.text();
  if (html !== last.get(id) && replace(old, html)) last.set(id, html);
  return true;
}

// What the reader had opened stays open, and the focus where it was. A dialog is not taken from under them: then
// nothing is replaced until a later time.
function replace(old, html) {
  if (old.querySelector("dialog[open]")) return false;
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.getElementById(old.id);
  if (!fresh) return false;
  for (const open of old.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "");
  }
  const focused = old.contains(document.activeElement) && document.activeElement;
  const path = focused && !focused.id && focused.closest("details[id]")?.id;
  localizeTimes(template.content);
  old.replaceWith(template.content);
  if (focused?.id) document.getElementById(focused.id)?.focus({ preventScroll: true });
  else if (path) document.getElementById(path)?.querySelector("summary")?.focus({ preventScroll: true });
  return true;
}

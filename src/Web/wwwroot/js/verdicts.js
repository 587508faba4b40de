// What became of each file of an upload. Names and reasons are set as text, never as markup.
const words = {
  accepted: ["Accepted", "good"],
  duplicate: ["Already there", "idle"],
  rejected: ["Rejected", "bad"],
};

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function link(href, text, className) {
  const made = element("a", className, text);
  made.href = href;
  return made;
}

function row(file) {
  const [word, tone] = words[file.verdict] ?? [file.verdict, "idle"];
  const item = element("li", "small");
  const name = file.documentId ? link(`/documents/${file.documentId}`, file.name) : element("span", "", file.name);
  item.append(name, element("span", `badge ${tone}`, word));
  const reason = file.problem ?? file.error;
  if (reason) item.append(element("span", "muted", reason.message ?? reason.detail ?? reason.title));
  return item;
}

export function showVerdicts(target, answer) {
  const count = (verdict) => answer.files.filter((file) => file.verdict === verdict).length;
  const parts = Object.entries(words)
    .map(([verdict, [word]]) => [count(verdict), word.toLowerCase()])
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`);
  const summary = element("p", "", `${parts.join(", ")}. `);
  summary.append(link(`/batches/${answer.id ?? answer.batch.id}`, "Watch the batch"));
  const list = element("ul");
  list.append(...answer.files.map(row));
  list.tabIndex = 0;
  list.setAttribute("aria-label", "Verdicts on the files");
  target.append(summary, list);
}

export function showFailure(target, text) {
  target.append(element("p", "note bad", text));
}

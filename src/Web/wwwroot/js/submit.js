// Submitting from the front page.
import { postJson } from "./server.js";
import "./submit-documents.js";

const form = document.getElementById("queries");
const lines = form.querySelector("textarea");
const message = form.querySelector("[role=alert]");
const button = form.querySelector("button");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const queries = lines.value
    .split("\n")
    .map((q) => q.trim())
    .filter((q) => q)
    .map((q) => ({ q }));
  message.hidden = queries.length > 0;
  if (queries.length === 0) {
    message.textContent = "Enter at least one query.";
    return;
  }
  button.disabled = true;
  try {
    const answer = await postJson("/api/v1/batch/queries/async", { queries });
    location.assign(`/batches/${answer.id}`);
  } catch (error) {
    message.textContent = error.message;
    message.hidden = false;
    button.disabled = false;
  }
});

lines.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

// Browsers take seconds to paste thousands of lines themselves, the time growing with their square.
const LARGE = 10_000;
lines.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain");
  if (text.length < LARGE) return;
  event.preventDefault();
  lines.setRangeText(text, lines.selectionStart, lines.selectionEnd, "end");
});

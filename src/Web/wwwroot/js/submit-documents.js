// Dropped or chosen files go up at once, as one batch, or as several where there are more than one may hold.
import { bytes, number, percent } from "./format.js";
import { forgeryHeaders, problemText } from "./server.js";
import { showFailure, showVerdicts } from "./verdicts.js";

const form = document.getElementById("documents");
const drop = form.querySelector(".drop");
const input = form.querySelector("input");
const upload = form.querySelector(".upload");
const bar = upload.querySelector("progress");
const state = upload.querySelector("p");
const verdicts = form.querySelector(".verdicts");
const most = Number(form.dataset.most);
const longest = Number(form.dataset.bytes);

function send(files, onProgress) {
  const body = new FormData();
  for (const file of files) body.append("files", file, file.name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/batch/documents");
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    for (const [name, value] of Object.entries(forgeryHeaders())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    request.onloadend = () => resolve({ status: request.status, answer: request.response });
    request.send(body);
  });
}

async function submit(files) {
  if (files.length === 0 || !upload.hidden) return;
  verdicts.replaceChildren();
  // What is too long would only be refused after it had been sent.
  const tooLong = files.filter((file) => file.size > longest);
  const fitting = files.filter((file) => file.size <= longest);
  upload.hidden = false;
  input.disabled = true;
  for (let at = 0; at < fitting.length; at += most) {
    const part = fitting.slice(at, at + most);
    const { status, answer } = await send(part, (sent, total) => {
      bar.value = total ? sent / total : 0;
      state.textContent =
        sent < total
          ? `Sending ${number(part.length)} ${part.length === 1 ? "file" : "files"}: ${percent(sent / total)} of ${bytes(total)}`
          : "Sent. Waiting for the verdicts …";
    });
    if (status >= 200 && status < 300) showVerdicts(verdicts, answer);
    else showFailure(verdicts, problemText(status, answer));
    document.dispatchEvent(new Event("submitted"));
  }
  for (const file of tooLong) showFailure(verdicts, `${file.name} is larger than ${bytes(longest)} and was not sent.`);
  upload.hidden = true;
  input.disabled = false;
  input.value = "";
}

// Folders have no bytes of their own, and a browser fails the whole request over one.
const filesOf = (transfer) =>
  [...transfer.items]
    .filter((item) => item.kind === "file" && !item.webkitGetAsEntry?.()?.isDirectory)
    .map((item) => item.getAsFile());

input.addEventListener("change", () => submit([...input.files]));
form.addEventListener("submit", (event) => event.preventDefault());

for (const type of ["dragenter", "dragover"]) {
  drop.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
drop.addEventListener("dragleave", (event) => drop.contains(event.relatedTarget) || drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const files = filesOf(event.dataTransfer);
  if (files.length < event.dataTransfer.items.length) showFailure(verdicts, "Folders are not taken; drop the files that are in them.");
  submit(files);
});
// A file dropped beside the zone would otherwise take the place of the page.
for (const type of ["dragover", "drop"]) window.addEventListener(type, (event) => event.preventDefault());

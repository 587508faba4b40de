// Keeps the list of batches fresh: often while one of them is active, now and then otherwise, never unseen.
import { refresh } from "./fragment.js";

const id = "batch-list";
const ACTIVE = 2000;
const IDLE = 15_000;
let timer;

function plan() {
  clearTimeout(timer);
  const active = document.getElementById(id).hasAttribute("data-active");
  timer = setTimeout(update, active ? ACTIVE : IDLE);
}

async function update() {
  clearTimeout(timer);
  if (!document.hidden) await refresh(id);
  plan();
}

document.addEventListener("visibilitychange", () => document.hidden || update());
document.addEventListener("submitted", update);
plan();

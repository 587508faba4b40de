// Keeps the dashboard fresh while somebody looks at it; the server renders it.
import { refresh } from "./fragment.js";

const INTERVAL = 3000;

async function update() {
  if (!document.hidden) await refresh("dashboard");
  setTimeout(update, INTERVAL);
}

document.addEventListener("visibilitychange", () => document.hidden || refresh("dashboard"));
setTimeout(update, INTERVAL);

// A batch while it is worked on: its numbers come as server-sent events, its items are rendered by the server.
import { duration, number, percent, rate } from "./format.js";
import { refresh } from "./fragment.js";

const AGAIN = 3000;
const TRIES = 20;
const BETWEEN_ITEMS = 2000;
const BETWEEN_WORDS = 10_000;

const section = () => document.getElementById("progress");
let itemsTimer;
let spokenAt = 0;

function show(status) {
  const values = {
    percent: percent(status.progress),
    pending: number(status.counts.pending),
    running: number(status.counts.running),
    succeeded: number(status.counts.succeeded),
    failed: number(status.counts.failed),
    cancelled: number(status.counts.cancelled),
    rate: rate(status.itemsPerSecond),
    left: duration(status.etaMs),
  };
  for (const [name, text] of Object.entries(values)) {
    for (const target of document.querySelectorAll(`[data-value="${name}"]`)) {
      if (target.textContent !== text) target.textContent = text;
      target.parentElement.classList.toggle("some", text !== "0");
    }
  }
  section().querySelector('[data-value="progress"]').value = status.progress;
  if (Date.now() - spokenAt > BETWEEN_WORDS) {
    spokenAt = Date.now();
    section().querySelector('[data-value="spoken"]').textContent = `${values.percent}, ${values.left} left`;
  }
}

function refreshItemsSoon() {
  itemsTimer ??= setTimeout(async () => {
    if (!document.hidden) await refresh("items");
    itemsTimer = undefined;
  }, BETWEEN_ITEMS);
}

async function onStatus(event) {
  connected(true);
  const status = JSON.parse(event.data);
  // What a state looks like is the server's to say; numbers are ours.
  if (status.state !== section().dataset.state) await refresh("progress");
  show(status);
  refreshItemsSoon();
}

async function onFinished() {
  clearTimeout(itemsTimer);
  itemsTimer = undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    if ((await refresh("progress")) && (await refresh("items"))) return connected(true);
    connected(false);
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}

function connected(yes) {
  section().querySelector(".live").hidden = yes;
}

function watch(url) {
  const events = new EventSource(url);
  events.addEventListener("open", () => connected(true));
  events.addEventListener("snapshot", onStatus);
  events.addEventListener("progress", onStatus);
  events.addEventListener("item", refreshItemsSoon);
  events.addEventListener("finished", () => {
    events.close();
    onFinished();
  });
  events.addEventListener("error", () => {
    connected(false);
    // A browser tries again by itself unless the answer was an error, such as 503 while the database is away.
    if (events.readyState === EventSource.CLOSED) setTimeout(() => watch(url), AGAIN);
  });
  // A page that is left for another one gives its connection back.
  addEventListener("pagehide", () => events.close(), { once: true });
  addEventListener("pageshow", (event) => event.persisted && watch(url), { once: true });
}

document.addEventListener("visibilitychange", () => document.hidden || (section().dataset.events && refreshItemsSoon()));
if (section().dataset.events) watch(section().dataset.events);

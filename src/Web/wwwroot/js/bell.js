// The number of unread notifications, on every page. Of all tabs one listens to the server and tells the others: a
// browser opens few connections to a server, and each listener would keep one.
import { number } from "./format.js";

const AGAIN = 10_000;
const POLL = 15_000;
const name = "jobs-notifications";
const bell = document.getElementById("bell");
const channel = new BroadcastChannel(name);

function show(unread) {
  const badge = bell.querySelector(".count");
  badge.hidden = unread === 0;
  badge.textContent = unread > 999 ? "999+" : number(unread);
  bell.setAttribute("aria-label", unread === 0 ? "Notifications" : `Notifications, ${number(unread)} unread`);
  if (bell.dataset.unread !== String(unread)) {
    bell.dataset.unread = unread;
    document.dispatchEvent(new Event("notified"));
  }
}

function tell(unread) {
  show(unread);
  channel.postMessage(unread);
}

async function ask() {
  const response = await fetch("/api/v1/notifications/count", { headers: { Accept: "application/json" } }).catch(() => null);
  if (response?.ok) show((await response.json()).unread);
}

// Ends when the page is left.
function listen() {
  return new Promise((left) => {
    let events;
    let timer;
    const open = () => {
      events = new EventSource("/api/v1/notifications/events");
      for (const type of ["snapshot", "notification", "unread"]) {
        events.addEventListener(type, (event) => tell(JSON.parse(event.data).unread));
      }
      events.addEventListener("error", () => {
        // A browser tries again by itself unless the answer was an error.
        if (events.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN);
      });
    };
    open();
    addEventListener(
      "pagehide",
      () => {
        clearTimeout(timer);
        events.close();
        left();
      },
      { once: true },
    );
  });
}

function begin() {
  ask();
  // Where pages do not come by HTTPS there are no locks.
  if (navigator.locks) navigator.locks.request(name, listen);
  else setInterval(() => document.hidden || ask(), POLL);
}

if (bell) {
  channel.addEventListener("message", (event) => show(event.data));
  addEventListener("pageshow", (event) => event.persisted && begin());
  begin();
}

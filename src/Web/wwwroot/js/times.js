// The server writes times in UTC; here they become the reader's own.
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const units = [
  [86_400, "days"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];

function ago(at) {
  const seconds = Math.floor((Date.now() - at) / 1000);
  if (seconds < 5) return "just now";
  if (seconds >= 86_400 && seconds < 172_800) return "yesterday";
  const [size, name] = units.find(([size]) => seconds >= size);
  return `${Math.floor(seconds / size)} ${name} ago`;
}

export function localizeTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const words = absolute.format(at);
    time.title = words;
    const text = time.hasAttribute("data-ago") ? ago(at) : words;
    if (time.textContent !== text) time.textContent = text;
  }
}

setInterval(() => document.hidden || localizeTimes(document), 10_000);

// Numbers and durations as the server writes them (Ui/Layout/Format.cs).
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

export const number = (value) => whole.format(value);

// Rounded down: only what is done is 100 %.
export const percent = (share) => `${Math.floor(share * 100)} %`;

export const rate = (value) => (value == null ? "–" : value < 10 ? value.toFixed(1) : number(value));

export function duration(ms) {
  if (ms == null) return "–";
  if (ms < 1) return "under 1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60
    ? `${minutes} min ${Math.floor(ms / 1000) % 60} s`
    : `${number(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

export function bytes(value) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${units[unit]}`;
}

/**
 * Durations as Go writes them, which is how etcd's flags and outputs do: `1h2m3.5s`, `250ms`, `1.598724ms`.
 */

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const part = /([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)/gy;

/** Milliseconds, or null if the text is no duration of zero or more. A bare `0` needs no unit. */
export function parseDurationMs(text: string): number | null {
  if (text === "0") return 0;
  if (text === "") return null;
  let totalMs = 0;
  part.lastIndex = 0;
  while (part.lastIndex < text.length) {
    const found = part.exec(text);
    if (found === null) return null;
    totalMs += Number(found[1]) * (unitMs[found[2] ?? ""] ?? Number.NaN);
  }
  return totalMs;
}

/** As Go prints it: the greatest fitting unit below a second, hours, minutes and seconds above, no needless zeros. */
export function formatDuration(ns: number): string {
  const whole = Math.round(ns);
  if (whole === 0) return "0s";
  if (whole < 1e3) return `${whole}ns`;
  if (whole < 1e6) return `${trimZeros(whole, 3)}µs`;
  if (whole < 1e9) return `${trimZeros(whole, 6)}ms`;
  const minutes = Math.floor(whole / 60e9);
  const seconds = `${trimZeros(whole - minutes * 60e9, 9)}s`;
  if (minutes === 0) return seconds;
  if (minutes < 60) return `${minutes}m${seconds}`;
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

/** `value` divided by ten to the power of `digits`, exactly. */
function trimZeros(value: number, digits: number): string {
  const text = String(value).padStart(digits + 1, "0");
  const fraction = text.slice(-digits).replace(/0+$/, "");
  const whole = text.slice(0, -digits);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

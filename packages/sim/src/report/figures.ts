/**
 * Numbers for people: with units, and no more digits than anybody reads.
 */

const thinSpace = "\u2009";

/** `1 234 567`, with thin spaces. */
export function countText(count: number): string {
  const digits = Math.round(count).toString();
  return digits.replaceAll(/\B(?=(?:\d{3})+$)/g, thinSpace);
}

/** `0.4 ms`, `312 ms`, `3.21 s`, `2.5 min`, `3.4 h`; a dash for null. */
export function timeText(ms: number | null): string {
  if (ms === null) return "–";
  if (ms < 10 && !Number.isInteger(ms)) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${ms.toFixed(0)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  if (ms < 7_200_000) return `${(ms / 60_000).toFixed(1)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

/** `812 B`, `3.4 kB`, `12 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes.toFixed(0)} B`;
  for (const [unit, size] of [
    ["kB", 1e3],
    ["MB", 1e6],
    ["GB", 1e9],
  ] as const) {
    if (bytes < size * 1000) return `${(bytes / size).toFixed(bytes < size * 10 ? 1 : 0)} ${unit}`;
  }
  return `${(bytes / 1e12).toFixed(1)} TB`;
}

/** `3.2 %` of a whole; a dash of nothing. */
export function percentText(part: number, whole: number): string {
  if (whole === 0) return "–";
  const percent = (100 * part) / whole;
  return `${percent.toFixed(percent > 0 && percent < 1 ? 2 : 1)} %`;
}

/** A round step (1, 2 or 5 times a power of ten) that divides a length into at most so many parts. */
export function roundStep(length: number, partsMax: number): number {
  const rough = Math.max(length, Number.MIN_VALUE) / partsMax;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((one) => one * power >= rough) ?? 10;
  return factor * power;
}

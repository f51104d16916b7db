/**
 * Recovery times as an SVG histogram over a logarithmic axis, with their percentiles.
 */

import { countText, timeText } from "./figures.ts";
import { type Markup, markup } from "./markup.ts";
import { spreadOf } from "./spread.ts";

const width = 1160;
const left = 56;
const right = 24;
const top = 34;
const plotHeight = 170;
const height = top + plotHeight + 42;
const binsPerDecade = 12;

/** Fewer times make no picture. */
const timesMin = 10;

/** Draws it; null if there are too few. */
export function recoveryPicture(timesMs: readonly number[]): Markup | null {
  if (timesMs.length < timesMin) return null;
  const binOf = (ms: number): number => Math.floor(Math.log10(Math.max(ms, 1)) * binsPerDecade);
  const bins = timesMs.map(binOf);
  const first = Math.min(...bins) - 1;
  const last = Math.max(...bins) + 2;
  const counts = Array.from({ length: last - first }, () => 0);
  for (const bin of bins) counts[bin - first] = (counts[bin - first] ?? 0) + 1;
  const most = Math.max(...counts);
  const place = (ms: number): number => {
    const share = (Math.log10(Math.max(ms, 1)) * binsPerDecade - first) / (last - first);
    return Math.round((left + share * (width - left - right)) * 10) / 10;
  };
  const edge = (bin: number): number => 10 ** (bin / binsPerDecade);
  const bars = counts.map((count, position) => {
    if (count === 0) return null;
    const [fromMs, toMs] = [edge(first + position), edge(first + position + 1)];
    const tall = Math.max(2, (count / most) * plotHeight);
    const x = place(fromMs) + 1;
    return markup`<rect class="bar" x="${x}" y="${(top + plotHeight - tall).toFixed(1)}" width="${Math.max(1, place(toMs) - 1 - x).toFixed(1)}" height="${tall.toFixed(1)}" rx="2"><title>${timeText(fromMs)} to ${timeText(toMs)}: ${count}</title></rect>`;
  });
  const spread = spreadOf(timesMs);
  return markup`<svg class="histogram" viewBox="0 0 ${width} ${height}" role="img" aria-label="Recovery times: how often how long">
${axisLines(place, edge(first), edge(last), most)}
${bars}
${percentileLines(place, [
  ["p50", spread.p50],
  ["p90", spread.p90],
  ["p99", spread.p99],
])}
<text class="muted" x="${width - right}" y="${height - 4}" text-anchor="end">time from the loss of a leader to the next acknowledged write (logarithmic)</text>
</svg>`;
}

function axisLines(place: (ms: number) => number, fromMs: number, toMs: number, most: number): Markup {
  const ticks: Markup[] = [];
  const factors = toMs > fromMs * 12 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 7];
  for (let power = 1; power <= toMs; power *= 10) {
    for (const factor of factors) {
      const ms = factor * power;
      if (ms < fromMs || ms > toMs) continue;
      const x = place(ms);
      const text = ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
      ticks.push(
        markup`<line class="grid" x1="${x}" y1="${top}" x2="${x}" y2="${top + plotHeight}"/><text class="muted" x="${x}" y="${top + plotHeight + 16}" text-anchor="middle">${text}</text>`,
      );
    }
  }
  const floor = top + plotHeight;
  return markup`${ticks}<line class="floor" x1="${left}" y1="${floor}" x2="${width - right}" y2="${floor}"/><text class="muted" x="${left - 8}" y="${top + 8}" text-anchor="end">${countText(most)}</text><text class="muted" x="${left - 8}" y="${floor}" text-anchor="end">0</text>`;
}

/** Lines with names above; those that would overlap share a name. */
function percentileLines(
  place: (ms: number) => number,
  percentiles: readonly (readonly [name: string, ms: number | null])[],
): Markup {
  let lastX = Number.NEGATIVE_INFINITY;
  let isRaised = false;
  const lines = percentiles.map(([name, ms]) => {
    if (ms === null) return null;
    const x = place(ms);
    isRaised = x - lastX < 90 && !isRaised;
    lastX = x;
    const y = isRaised ? 10 : 24;
    const isLate = x > width - 130;
    return markup`<line class="percentile" x1="${x}" y1="${y - 8}" x2="${x}" y2="${top + plotHeight}"/><text class="percentile" x="${isLate ? x - 4 : x + 4}" y="${y}" text-anchor="${isLate ? "end" : "start"}">${name} ${timeText(ms)}</text>`;
  });
  return markup`${lines}`;
}

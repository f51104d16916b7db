/**
 * The time line of a run as an SVG picture: faults above, a lane per member below, and the times without a leader.
 */

import { countText, roundStep, timeText } from "./figures.ts";
import { type Markup, markup } from "./markup.ts";
import type { FaultBar, Lane, Outage, Timeline } from "./measurement.ts";

const width = 1160;
const left = 168;
const right = 24;
const axisHeight = 42;
const rowHeight = 17;
const barHeight = 13;
const laneHeight = 52;
const roleHeight = 20;
const lagHeight = 20;
const charWidth = 6.1;
/** Between two ticks with their texts. */
const tickMin = 46;
/** What is narrower is not seen. */
const spanMin = 0.3;

/** Time to place. */
type Scale = (ms: number) => number;

/** Of a long liveness phase little is to be seen: it gets no more than this share of the width. */
const livenessShareMax = 0.22;

/** Places by time; within the liveness phase on a scale of its own if that is long. */
function scaleOf({ endMs, livenessMs }: Timeline): Scale {
  const wide = width - left - right;
  const splitMs = livenessMs ?? endMs;
  const share = Math.max(splitMs / Math.max(endMs, 1), 1 - livenessShareMax);
  return (ms) => {
    const at = Math.min(Math.max(ms, 0), endMs);
    const before = (Math.min(at, splitMs) / Math.max(splitMs, 1)) * (endMs > splitMs ? share : 1);
    const behind = at > splitMs ? ((at - splitMs) / (endMs - splitMs)) * (1 - share) : 0;
    return Math.round((left + (before + behind) * wide) * 10) / 10;
  };
}

/** What the picture shows besides the time line. */
export type TimelineMarks = {
  readonly outages: readonly Outage[];
  /** When something was found to be wrong; null: nothing was. */
  readonly failedAtMs: number | null;
};

/** A bar with its text in it, or beside it if it is too narrow and there is room before `untilX`. */
function label(
  text: string,
  x: number,
  wide: number,
  y: number,
  untilX: number,
  className: string,
): Markup | null {
  const long = text.length * charWidth + 8;
  if (long < wide) return markup`<text class="${className}" x="${x + 4}" y="${y}">${text}</text>`;
  const besideX = x + wide + 4;
  if (besideX + long > untilX) return null;
  return markup`<text class="muted small" x="${besideX}" y="${y}">${text}</text>`;
}

/** Draws it. */
export function timelinePicture(timeline: Timeline, { outages, failedAtMs }: TimelineMarks): Markup {
  const { endMs, lanes, livenessMs } = timeline;
  const scale = scaleOf(timeline);
  const faultRows = packFaults(timeline.faults);
  let y = axisHeight + 6;
  const faults = faultRows.map((row) => {
    const drawn = faultRow(row, y, scale);
    y += rowHeight;
    return drawn;
  });
  if (faultRows.length > 0) y += 10;
  const lagMax = Math.max(1, ...lanes.flatMap(({ lag }) => lag.map((entries) => entries ?? 0)));
  const drawnLanes = lanes.map((lane) => {
    const drawn = laneOf(lane, y, timeline, scale, lagMax);
    y += laneHeight;
    return drawn;
  });
  const outageRow = outages.length === 0 ? null : outagesOf(outages, y, livenessMs ?? endMs, scale);
  if (outageRow !== null) y += rowHeight + 6;
  const height = y + 4;
  const phase = livenessMs === null ? null : healedBand(scale(livenessMs), height);
  const failed = failedAtMs === null ? null : failureLine(scale(failedAtMs), height);
  const label = `Time line of ${lanes.length} members over ${timeText(endMs)}: faults, roles, and lag`;
  return markup`<svg class="timeline" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
<defs><pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="stripe" width="3" height="6"/></pattern></defs>
${phase}${axis(timeline, height, scale)}
${faults}
${drawnLanes}
${outageRow}${failed}</svg>`;
}

function axis({ endMs, livenessMs }: Timeline, height: number, scale: Scale): Markup {
  const step = roundStep(livenessMs ?? endMs, 12);
  const ticks: Markup[] = [];
  let lastX = Number.NEGATIVE_INFINITY;
  for (let at = 0; at <= endMs; at += step) {
    const x = scale(at);
    // Where time is drawn narrower not every tick has room.
    if (x - lastX < tickMin) continue;
    lastX = x;
    const text = endMs < 2000 ? `${Math.round(at)} ms` : `${Math.round(at) / 1000} s`;
    ticks.push(
      markup`<line class="grid" x1="${x}" y1="${axisHeight}" x2="${x}" y2="${height}"/><text class="muted" x="${x}" y="${axisHeight - 8}" text-anchor="middle">${text}</text>`,
    );
  }
  return markup`${ticks}`;
}

function healedBand(x: number, height: number): Markup {
  return markup`<rect class="healed" x="${x}" y="${axisHeight}" width="${Math.max(1, width - right - x)}" height="${height - axisHeight}"><title>the liveness phase: a majority is healed</title></rect><text class="muted" x="${width - right}" y="23" text-anchor="end">healed ▾</text>`;
}

function failureLine(x: number, height: number): Markup {
  const isRight = x > width - 120;
  return markup`<line class="failure" x1="${x}" y1="${axisHeight - 4}" x2="${x}" y2="${height}"/><text class="failure" x="${isRight ? x - 4 : x + 4}" y="10" text-anchor="${isRight ? "end" : "start"}">found here</text>`;
}

// --- faults

type FaultRow = { readonly kind: string; readonly isFirst: boolean; readonly bars: FaultBar[] };

/** A row per kind; more where bars of one kind overlap. */
function packFaults(faults: readonly FaultBar[]): readonly FaultRow[] {
  const kinds = [...new Set(faults.map(({ kind }) => kind))].sort(
    (one, other) => familyOf(one).localeCompare(familyOf(other)) || one.localeCompare(other),
  );
  return kinds.flatMap((kind) => {
    const rows: FaultRow[] = [];
    for (const bar of faults.filter((fault) => fault.kind === kind)) {
      const free = rows.find(({ bars }) => (bars.at(-1)?.toMs ?? 0) <= bar.fromMs);
      if (free === undefined) rows.push({ kind, isFirst: rows.length === 0, bars: [bar] });
      else free.bars.push(bar);
    }
    return rows;
  });
}

/** What a fault acts on; the colours of bars. */
export function familyOf(kind: string): string {
  if (/network|clog|link|isolate|snapshot-cut/.test(kind)) return "network";
  if (/io-|torn|write|fsync|rot|disk|x-io/.test(kind)) return "disk";
  if (/time|clock/.test(kind)) return "clock";
  if (/membership|rejoin|transfer/.test(kind)) return "membership";
  if (/pod|restart|pause|timers/.test(kind)) return "process";
  return "other";
}

function faultRow({ kind, isFirst, bars }: FaultRow, y: number, scale: Scale): Markup {
  const name = isFirst
    ? markup`<text class="muted" x="${left - 8}" y="${y + 10}" text-anchor="end">${kind.replace(/^x-/, "")}</text>`
    : null;
  const drawn = bars.map((bar, position) => {
    const x = scale(bar.fromMs);
    const wide = Math.max(3, scale(bar.toMs) - x);
    const next = bars[position + 1];
    const untilX = next === undefined ? width : scale(next.fromMs);
    const text = label(bar.whom, x, wide, y + 10, untilX, "on-fault");
    const hint = `${bar.kind} on ${bar.whom} (${bar.id}): ${timeText(bar.fromMs)} to ${timeText(bar.toMs)}`;
    return markup`<g><title>${hint}</title><rect class="fault ${familyOf(bar.kind)}" x="${x}" y="${y}" width="${wide}" height="${barHeight}" rx="3"/>${text}</g>`;
  });
  return markup`${name}${drawn}`;
}

// --- members

function laneOf(lane: Lane, y: number, { lagStepMs }: Timeline, scale: Scale, lagMax: number): Markup {
  const states = lane.states.map((span) => {
    const x = scale(span.fromMs);
    const wide = scale(span.toMs) - x;
    if (wide < spanMin) return null;
    const term = span.state === "leader" ? `term ${span.term}` : "";
    const text = term.length * charWidth + 8 < wide ? term : "";
    const hint = `${lane.member} ${span.state}${span.term > 0 ? ` in term ${span.term}` : ""}: ${timeText(span.fromMs)} to ${timeText(span.toMs)}`;
    return markup`<g><title>${hint}</title><rect class="role ${span.state}" x="${x}" y="${y}" width="${wide}" height="${roleHeight}"/><text class="on-leader" x="${x + 5}" y="${y + 14}">${text}</text></g>`;
  });
  const pauses = lane.pauses.map(({ fromMs, toMs }) => {
    const x = scale(fromMs);
    return markup`<rect class="paused" x="${x}" y="${y}" width="${Math.max(1, scale(toMs) - x)}" height="${roleHeight}" fill="url(#stripes)"><title>${lane.member} paused: ${timeText(fromMs)} to ${timeText(toMs)}</title></rect>`;
  });
  const candidacies = lane.candidaciesMs.map((at) => {
    const x = scale(at);
    return markup`<path class="candidacy" d="M${x - 3} ${y - 5}h6l-3 5z"><title>${lane.member} asked for votes at ${timeText(at)}</title></path>`;
  });
  const ends = lane.ends.map(({ atMs, what, detail }) => {
    const x = scale(atMs);
    const hint = `${lane.member} ${what} at ${timeText(atMs)}${detail === "" ? "" : `: ${detail}`}`;
    return markup`<path class="end" d="M${x - 3.5} ${y + 6.5}l7 7m0 -7l-7 7"><title>${hint}</title></path>`;
  });
  return markup`<text class="member" x="${left - 8}" y="${y + 15}" text-anchor="end">${lane.member}</text>
${states}${pauses}${candidacies}${ends}
${lagCurve(lane, y + roleHeight + 4, lagStepMs, scale, lagMax)}`;
}

/** Lag as areas over the time in which it was running. */
function lagCurve(lane: Lane, y: number, lagStepMs: number, scale: Scale, lagMax: number): Markup {
  const floor = y + lagHeight;
  const most = Math.max(0, ...lane.lag.map((entries) => entries ?? 0));
  const areas: string[] = [];
  let points: string[] = [];
  let fromX = 0;
  const close = (toX: number): void => {
    if (points.length > 0) areas.push(`M${fromX} ${floor}${points.join("")}L${toX} ${floor}z`);
    points = [];
  };
  for (const [step, entries] of lane.lag.entries()) {
    const x = scale(step * lagStepMs);
    if (entries === null) {
      close(x);
      continue;
    }
    const nextX = scale((step + 1) * lagStepMs);
    const height = Math.round((floor - (entries / lagMax) * lagHeight) * 10) / 10;
    if (points.length === 0) fromX = x;
    points.push(`L${x} ${height}L${nextX} ${height}`);
  }
  close(scale(lane.lag.length * lagStepMs));
  const name = markup`<text class="muted small" x="${left - 8}" y="${floor - 3}" text-anchor="end">lag, at most ${countText(most)}</text>`;
  return markup`${name}<line class="floor" x1="${left}" y1="${floor}" x2="${width - right}" y2="${floor}"/><path class="lag" d="${areas.join("")}"><title>${lane.member}: entries behind what is committed, at most ${most}</title></path>`;
}

// --- outages

function outagesOf(outages: readonly Outage[], y: number, endMs: number, scale: Scale): Markup {
  const bars = outages.map(({ lostAtMs, recoveredAtMs, cause, leader }, position) => {
    const x = scale(lostAtMs);
    const wide = Math.max(3, scale(recoveredAtMs ?? endMs) - x);
    const length = recoveredAtMs === null ? "not yet" : timeText(recoveredAtMs - lostAtMs);
    const next = outages[position + 1];
    const untilX = next === undefined ? width : scale(next.lostAtMs);
    const text = label(length, x, wide, y + 11, untilX, "on-outage");
    return markup`<g><title>leader ${leader} ${cause} at ${timeText(lostAtMs)}; next acknowledged write: ${recoveredAtMs === null ? "none in this phase" : `after ${length}`}</title><rect class="outage" x="${x}" y="${y}" width="${wide}" height="${barHeight + 2}" rx="3"/>${text}</g>`;
  });
  return markup`<text class="muted" x="${left - 8}" y="${y + 11}" text-anchor="end">recovery</text>${bars}`;
}

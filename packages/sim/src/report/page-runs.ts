/**
 * Parts of the page about single runs: what failed, thresholds, time lines; and how runs ended, by kind.
 */

import { countText, percentText, timeText } from "./figures.ts";
import { type Markup, markup } from "./markup.ts";
import { type Outage, type RunMeasurement, recoveriesMs } from "./measurement.ts";
import type { GroupCount, ReportSummary } from "./report-summary.ts";
import type { RunRecord } from "./run-record.ts";
import { timelinePicture } from "./timeline-picture.ts";

/** More failures than these are told in the other files. */
const failuresMax = 50;
const outagesMax = 40;
const linesMax = 12;

/** What failed, and how to see it again; null: nothing did. */
export function failuresSection(
  records: readonly RunRecord[],
  titles: ReadonlyMap<string, string>,
): Markup | null {
  const failed = records.filter(({ problem }) => problem !== null);
  if (failed.length === 0) return null;
  const left = failed.length - failuresMax;
  const shown = failed.slice(0, failuresMax).map(({ name, problem, replay, verdict, contract }) => {
    const invariant = "invariant" in verdict ? verdict.invariant : "";
    const title = titles.get(invariant);
    const meaning = title === undefined ? null : markup`<p class="note">${invariant}: ${title}</p>`;
    const lines = (problem ?? "").split("\n");
    const text = lines.slice(0, linesMax).join("\n") + (lines.length > linesMax ? "\n…" : "");
    return markup`<div class="failed"><b>${name}</b> <span class="note">contract ${contract}</span><pre>${text}</pre>${meaning}<code>${replay}</code></div>`;
  });
  const more =
    left > 0 ? markup`<p class="note">and ${countText(left)} more, in report.json and junit.xml</p>` : null;
  return markup`<section><h2>What failed</h2>${shown}${more}</section>`;
}

/** Thresholds against what was measured; null: there were none. */
export function thresholdsSection(records: readonly RunRecord[]): Markup | null {
  const rows = records.flatMap(({ name, thresholds }) =>
    thresholds.map(({ title, unit, limit, measured, isBroken }) => {
      const value = Number.isInteger(measured) ? String(measured) : measured.toFixed(measured < 10 ? 2 : 1);
      const verdict = isBroken ? markup`<td class="bad">above</td>` : markup`<td class="good">within</td>`;
      return markup`<tr><td>${name}</td><td>${title}</td><td class="number">${value} ${unit}</td><td class="number">${limit} ${unit}</td>${verdict}</tr>`;
    }),
  );
  if (rows.length === 0) return null;
  return markup`<section><h2>Thresholds</h2><div class="scroll"><table><tr><th>run</th><th>what</th><th class="number">measured</th><th class="number">at most</th><th></th></tr>${rows}</table></div></section>`;
}

/** A picture of every run that has a time line. */
export function runSections(records: readonly RunRecord[]): Markup {
  const shown = records.filter(({ measurement }) => (measurement?.timeline ?? null) !== null);
  const isOnly = records.length === 1;
  return markup`${shown.map((record) => runSection(record, isOnly))}`;
}

function runSection(record: RunRecord, isOnly: boolean): Markup | null {
  const { measurement, name, problem, replay, verdict, members, figures, hash } = record;
  if (measurement === null || measurement.timeline === null) return null;
  const { outages, timeline } = measurement;
  const failedAtMs = "atUs" in verdict ? verdict.atUs / 1000 : null;
  const why = problem === null ? "the slowest recovery" : "failed";
  const heading = isOnly ? "Time line" : `${name}: ${why}`;
  const facts = `${members} members, ${countText(timeline.committed)} entries committed, ${countText(figures.observations)} observations, hash ${hash}`;
  return markup`<section><h2>${heading}</h2><p class="note">${facts}${isOnly ? null : markup` · <code>${replay}</code>`}</p>
${legend}
<div class="scroll">${timelinePicture(timeline, { outages, failedAtMs })}</div>
${runFigures(measurement)}
${outageTable(outages)}</section>`;
}

const swatches: readonly (readonly [className: string, name: string])[] = [
  ["leader", "leader"],
  ["follower", "follower"],
  ["pre-candidate", "asks whether to campaign"],
  ["candidate", "candidate"],
  ["starting", "starting"],
  ["down", "down"],
  ["striped", "paused"],
  ["lag", "lag behind the commit index"],
  ["outage", "no write acknowledged since a leader was lost"],
];
const families = ["network", "process", "disk", "clock", "membership"].map(
  (family) => [family, `fault: ${family}`] as const,
);
const legend = markup`<div class="legend">${[...swatches, ...families].map(
  ([className, name]) => markup`<span><i class="${className}"></i>${name}</span>`,
)}</div>`;

function runFigures({ requests, lag, elections, outages }: RunMeasurement): Markup {
  const asked = requests.writes + requests.reads;
  const recovery = Math.max(0, ...recoveriesMs({ outages }));
  const facts = [
    ["requests", `${countText(asked)}, ${percentText(asked - requests.answered, asked)} without an answer`],
    ["writes refused, unknown", `${countText(requests.refused)}, ${countText(requests.unknown)}`],
    ["acknowledged writes p50, p99", `${timeText(requests.writeMs.p50)}, ${timeText(requests.writeMs.p99)}`],
    ["answered reads p50, p99", `${timeText(requests.readMs.p50)}, ${timeText(requests.readMs.p99)}`],
    ["leaders, candidacies", `${elections.leaders}, ${elections.candidacies} in ${elections.terms} terms`],
    ["leaders lost, longest recovery", `${outages.length}, ${recovery === 0 ? "–" : timeText(recovery)}`],
    ["lag, mean", `${lag.meanEntries.toFixed(1)} entries, ${timeText(lag.meanMs)}`],
    [
      "lag, largest",
      `${countText(lag.maxEntries)} entries, ${timeText(lag.maxMs)}${lag.worst === "" ? "" : ` (${lag.worst})`}`,
    ],
  ] as const;
  const half = facts.length / 2;
  const table = (rows: typeof facts | readonly (readonly [string, string])[]): Markup =>
    markup`<table>${rows.map(([name, value]) => markup`<tr><td>${name}</td><td class="number">${value}</td></tr>`)}</table>`;
  return markup`<div class="columns">${table(facts.slice(0, half))}${table(facts.slice(half))}</div>`;
}

function outageTable(outages: readonly Outage[]): Markup | null {
  if (outages.length === 0) return null;
  const rows = outages.slice(0, outagesMax).map(({ lostAtMs, cause, leader, ledAtMs, recoveredAtMs }) => {
    const led = ledAtMs === null ? "–" : timeText(Math.max(0, ledAtMs - lostAtMs));
    const recovered = recoveredAtMs === null ? "not in this phase" : timeText(recoveredAtMs - lostAtMs);
    return markup`<tr><td class="number">${(lostAtMs / 1000).toFixed(3)} s</td><td>${leader} ${cause}</td><td class="number">${led}</td><td class="number">${recovered}</td></tr>`;
  });
  const left = outages.length - outagesMax;
  const more = left > 0 ? markup`<p class="note">and ${left} more, in report.json</p>` : null;
  return markup`<details><summary>Leaders lost (${outages.length})</summary><div class="scroll"><table><tr><th class="number">at</th><th>which, why</th><th class="number">until somebody led</th><th class="number">until a write was acknowledged</th></tr>${rows}</table></div>${more}</details>`;
}

/** How many runs ended how, by verdict, contract and flavour. */
export function verdictsSection(summary: ReportSummary): Markup | null {
  if (summary.runs < 2) return null;
  const ended = Object.entries(summary.verdicts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => markup`<tr><td>${kind}</td><td class="number">${countText(count)}</td></tr>`);
  const flavours = summary.flavours.map((group) => ({
    ...group,
    name: group.name === "" ? "nothing in particular" : group.name,
  }));
  return markup`<section><h2>Runs by kind</h2><div class="columns">
<div><h3>By verdict</h3><table><tr><th>verdict</th><th class="number">runs</th></tr>${ended}</table></div>
${groupTable("By invariant", "invariant", summary.invariants)}
${groupTable("By contract", "contract", summary.contracts)}
${groupTable("By what the plan is directed at", "flavour", flavours)}
</div></section>`;
}

function groupTable(title: string, what: string, groups: readonly GroupCount[]): Markup | null {
  if (groups.length === 0) return null;
  const rows = groups.map(({ name, runs, failed }) => {
    const bad = failed > 0 ? markup`<td class="number bad">` : markup`<td class="number">`;
    return markup`<tr><td>${name}</td><td class="number">${countText(runs)}</td>${bad}${countText(failed)}</td></tr>`;
  });
  return markup`<div><h3>${title}</h3><table><tr><th>${what}</th><th class="number">runs</th><th class="number">failed</th></tr>${rows}</table></div>`;
}

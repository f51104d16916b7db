/**
 * Parts of the page about all runs together: recovery, requests, elections, lag, messages, coverage.
 */

import { expectedMarks } from "../observe/coverage.ts";
import { bytesText, countText, percentText, timeText } from "./figures.ts";
import { type Markup, markup } from "./markup.ts";
import { recoveriesMs } from "./measurement.ts";
import { recoveryPicture } from "./recovery-picture.ts";
import type { ReportSummary, SummaryMeasured } from "./report-summary.ts";
import type { RunRecord } from "./run-record.ts";

type Row = readonly [name: string, value: string];

const rowsOf = (rows: readonly Row[]): readonly Markup[] =>
  rows.map(([name, value]) => markup`<tr><td>${name}</td><td class="number">${value}</td></tr>`);

/** Recovery times over all runs; null if no leader was lost, or nothing was measured. */
export function recoverySection({ measured }: ReportSummary, records: readonly RunRecord[]): Markup | null {
  if (measured === null || measured.lost.length === 0) return null;
  const times = records.flatMap(({ measurement }) => (measurement === null ? [] : recoveriesMs(measurement)));
  const { recoveryMs, lost } = measured;
  const total = lost.reduce((sum, { runs }) => sum + runs, 0);
  const figures: readonly Row[] = [
    ["median", timeText(recoveryMs.p50)],
    ["90th percentile", timeText(recoveryMs.p90)],
    ["99th percentile", timeText(recoveryMs.p99)],
    ["longest", timeText(recoveryMs.max)],
    ["mean", timeText(recoveryMs.mean)],
  ];
  const causes = lost.map(
    ({ name, runs, failed }) =>
      markup`<tr><td>${name}</td><td class="number">${countText(runs)}</td><td class="number">${countText(failed)}</td></tr>`,
  );
  const picture = recoveryPicture(times);
  return markup`<section><h2>Recovery</h2>
<p class="note">From the loss of a leader to the next write that a client was told of: ${countText(recoveryMs.count)} recoveries of ${countText(total)} losses. The others had none before the faults ended, or before the run did.</p>
${picture === null ? null : markup`<div class="scroll">${picture}</div>`}
<div class="columns"><table>${rowsOf(figures)}</table>
<table><tr><th>how the leader was lost</th><th class="number">times</th><th class="number">not recovered</th></tr>${causes}</table></div></section>`;
}

/** Requests, elections, lag and messages over all runs; null if nothing was measured. */
export function measuredSections({ measured, runs }: ReportSummary): Markup | null {
  if (measured === null) return null;
  // Of one run its time line has told these already.
  if (runs === 1) return messagesSection(measured);
  return markup`<section><h2>Requests, elections, lag</h2><div class="columns">
<div><h3>Requests of clients</h3><table>${rowsOf(requestRows(measured))}</table></div>
<div><h3>Elections</h3><table>${rowsOf(electionRows(measured))}</table>
<h3>Replica lag of running members</h3><table>${rowsOf(lagRows(measured))}</table></div>
</div></section>
${messagesSection(measured)}`;
}

function requestRows({ requests }: SummaryMeasured): readonly Row[] {
  const { writes, reads, answered, refused, unknown, readsFailed } = requests;
  const all = writes + reads;
  const share = (count: number): string => `${countText(count)} (${percentText(count, all)})`;
  return [
    ["writes, reads", `${countText(writes)}, ${countText(reads)}`],
    ["answered", share(answered)],
    ["writes refused: they had no effect", share(refused)],
    ["writes unknown: they may have had one", share(unknown)],
    ["reads without an answer", share(readsFailed)],
  ];
}

function electionRows(measured: SummaryMeasured): readonly Row[] {
  const { candidacies, electionTerms, leaders, mostInTerm } = measured;
  const mean = electionTerms === 0 ? "–" : (candidacies / electionTerms).toFixed(2);
  return [
    ["leaders", countText(leaders)],
    ["candidacies, in terms", `${countText(candidacies)}, ${countText(electionTerms)}`],
    ["candidacies per term: mean, most", `${mean}, ${mostInTerm}`],
  ];
}

function lagRows({ lagMeanEntries, lagMaxEntries, lagMaxMs }: SummaryMeasured): readonly Row[] {
  const entries = (value: number | null): string => (value === null ? "–" : countText(value));
  return [
    ["mean", `${lagMeanEntries.toFixed(1)} entries`],
    [
      "largest of a run: median, most",
      `${entries(lagMaxEntries.p50)}, ${entries(lagMaxEntries.max)} entries`,
    ],
    ["longest of a run: median, most", `${timeText(lagMaxMs.p50)}, ${timeText(lagMaxMs.max)}`],
  ];
}

function messagesSection({ messages }: SummaryMeasured): Markup | null {
  if (messages.length === 0) return null;
  const most = Math.max(...messages.map(({ sentBytes }) => sentBytes));
  const rows = messages.map(({ type, sent, received, sentBytes }) => {
    const wide = ((100 * sentBytes) / Math.max(most, 1)).toFixed(1);
    return markup`<tr><td><code>${type}</code></td><td class="number">${countText(sent)}</td><td class="number">${countText(received)}</td><td class="number">${bytesText(sentBytes)}</td><td class="meter"><div class="fill" style="width:${wide}%"></div></td></tr>`;
  });
  const total = messages.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  return markup`<section><h2>Messages between members</h2><p class="note">${bytesText(total)} in all. What arrived counts duplicates; a snapshot's content travels apart from its message.</p>
<div class="scroll"><table><tr><th>type</th><th class="number">sent</th><th class="number">arrived</th><th class="number">size sent</th><th></th></tr>${rows}</table></div></section>`;
}

/** What happened how often, and what never did. */
export function coverageSection({ coverage, neverSeen, runs }: ReportSummary): Markup {
  const most = Math.max(1, ...Object.values(coverage));
  const row = (name: string, count: number): Markup => {
    // The range is so wide that only its logarithm can be seen.
    const wide = Math.max(1, (100 * Math.log1p(count)) / Math.log1p(most));
    const fill = count === 0 ? null : markup`<div class="fill" style="width:${wide.toFixed(1)}%"></div>`;
    const bad =
      count === 0 && runs > 1
        ? markup`<td class="number bad">never</td>`
        : markup`<td class="number">${countText(count)}</td>`;
    return markup`<tr><td>${name}</td>${bad}<td class="meter">${fill}</td></tr>`;
  };
  const half = Math.ceil(expectedMarks.length / 2);
  const expected = expectedMarks.map((mark) => row(mark, coverage[mark] ?? 0));
  const others = Object.entries(coverage).filter(([name]) => !expectedMarks.includes(name));
  const otherRows = others.map(([name, count]) => row(name, count));
  const otherHalf = Math.ceil(others.length / 2);
  const missing = neverSeen.length === 0 ? "all of them happened" : `${neverSeen.length} never did`;
  const note =
    runs === 1
      ? "What a campaign should try; one run tries some of it."
      : `What a campaign should try: ${expectedMarks.length} situations, ${missing}.`;
  return markup`<section><h2>Coverage</h2><p class="note">${note} Bars are logarithmic.</p>
<div class="columns"><table>${expected.slice(0, half)}</table><table>${expected.slice(half)}</table></div>
<details><summary>Everything else that happened (${others.length} kinds)</summary><div class="columns"><table>${otherRows.slice(0, otherHalf)}</table><table>${otherRows.slice(otherHalf)}</table></div></details></section>`;
}

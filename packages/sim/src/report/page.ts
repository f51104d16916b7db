/**
 * `report.html`: a report for people. One file that needs nothing else, from disk as well as from a server.
 */

import { countText, percentText, timeText } from "./figures.ts";
import { Markup, markup } from "./markup.ts";
import { coverageSection, measuredSections, recoverySection } from "./page-measured.ts";
import { failuresSection, runSections, thresholdsSection, verdictsSection } from "./page-runs.ts";
import { pageStyle } from "./page-style.ts";
import type { ReportInput } from "./report-input.ts";
import { type ReportSummary, summarize } from "./report-summary.ts";

/** Makes the page. */
export function reportPage(input: ReportInput): string {
  const summary = summarize(input.records, input.coverage);
  const runs = runSections(input.records);
  const recovery = recoverySection(summary, input.records);
  const body = markup`<header><h1>${input.title}</h1>${badge(summary, input.isInterrupted)}</header>
${about(input)}
${tiles(summary, input)}
${failuresSection(input.records, input.titles)}
${thresholdsSection(input.records)}
${summary.runs === 1 ? [runs, recovery] : [recovery, runs]}
${measuredSections(summary)}
${verdictsSection(summary)}
${coverageSection(summary)}`;
  return framePage(`${input.title} · quorate sim`, body);
}

/** A page around a body. */
export function framePage(title: string, body: Markup): string {
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
${new Markup(pageStyle)}
</style></head><body><main>
${body}
</main></body></html>
`.text;
}

function badge({ runs, failed }: ReportSummary, isInterrupted: boolean): Markup {
  const rest = isInterrupted ? ", interrupted" : "";
  if (failed > 0)
    return markup`<span class="badge bad">${countText(failed)} of ${countText(runs)} failed${rest}</span>`;
  const text = runs === 1 ? "passed" : `all ${countText(runs)} passed`;
  return markup`<span class="badge good">${runs === 0 ? "nothing was run" : text}${rest}</span>`;
}

function about({ command, commit, startedAt, wallMs, jobs }: ReportInput): Markup {
  const when = startedAt.replace("T", " ").replace(/\.\d+Z$/, " UTC");
  const processes = jobs === 1 ? "one process" : `${jobs} processes`;
  return markup`<p class="about"><code>${command}</code> · commit ${commit} · ${when} · ${timeText(wallMs)} on ${processes}</p>`;
}

function tile(value: string, name: string, isBad = false): Markup {
  return markup`<div class="tile"><b${isBad ? markup` class="bad"` : null}>${value}</b><span>${name}</span></div>`;
}

function tiles({ runs, failed, virtualMs, measured }: ReportSummary, { wallMs }: ReportInput): Markup {
  const all = [
    tile(countText(runs), runs === 1 ? "run" : "runs"),
    tile(countText(failed), "failed", failed > 0),
    tile(timeText(virtualMs), "virtual time"),
    tile(`${countText(virtualMs / Math.max(wallMs, 1))} ×`, "as fast as time"),
  ];
  if (measured !== null) {
    const { recoveryMs, requests, lagMaxMs } = measured;
    const asked = requests.writes + requests.reads;
    all.push(
      tile(timeText(recoveryMs.p50), "recovery, median"),
      tile(timeText(recoveryMs.p99), "recovery, p99"),
      tile(percentText(asked - requests.answered, asked), "unanswered requests"),
      tile(timeText(lagMaxMs.max), "largest replica lag"),
    );
  }
  return markup`<div class="tiles">${all}</div>`;
}

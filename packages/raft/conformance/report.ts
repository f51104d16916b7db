/**
 * Reports as text: a line per script, a diff per failed directive, and the sum.
 */

import { diffLines, renderDiff } from "./diff.ts";
import type { DirectiveReport, ScriptReport } from "./runner.ts";

/** Failed directives shown per script; behind the first few, one usually follows from another. */
const failuresShownMax = 3;

/** A script's line, and what failed in it. Ends with a newline. */
export function renderReport(report: ScriptReport, shownPath: string, isColored: boolean): string {
  const counts = `${report.passed} passed, ${report.failed} failed`;
  const verdict = report.failed === 0 ? "ok  " : "FAIL";
  const note = report.rewritten ? ", rewritten" : "";
  let text = `${verdict} ${shownPath} (${report.kind}): ${counts}${note}\n`;
  if (report.failed === 0) return text;
  const failures = report.directives.filter((directive) => !directive.passed);
  for (const failure of failures.slice(0, failuresShownMax)) {
    text += `\n${renderFailure(failure, shownPath, isColored)}\n`;
  }
  const more = failures.length - failuresShownMax;
  if (more > 0) text += `  and ${more} more in this file\n\n`;
  return text;
}

/** One failed directive: where, what, and how the output differs. */
export function renderFailure(failure: DirectiveReport, shownPath: string, isColored: boolean): string {
  const { directive, actual, fault } = failure;
  const args = directive.args.map(({ key, values }) =>
    values.length === 0 ? key : `${key}=${renderValues(values)}`,
  );
  let text = `${shownPath}:${directive.line}: ${[directive.command, ...args].join(" ")}\n`;
  if (directive.input !== "") text += `${directive.input.replace(/^/gm, "    ")}\n`;
  if (fault !== null) return `${text}  ${fault.replaceAll("\n", "\n  ")}\n`;
  const diff = diffLines(toLines(directive.expected), toLines(actual));
  return text + renderDiff(diff, isColored);
}

function renderValues(values: readonly string[]): string {
  return values.length === 1 ? (values[0] as string) : `(${values.join(",")})`;
}

function toLines(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** The last line: directives over all scripts. */
export function renderSum(reports: readonly ScriptReport[]): string {
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  const failed = reports.reduce((sum, report) => sum + report.failed, 0);
  return `${passed} passed, ${failed} failed`;
}

/**
 * A report for the machines that gather tests: JUnit's XML, a testcase per run. What is wrong with the cluster is a
 * failure, what is wrong with the looking (a crash of the simulator, an unfinished check) an error; either tells how to run it again.
 */

import { type Markup, markup } from "./markup.ts";
import type { ReportInput } from "./report-input.ts";
import type { RunRecord } from "./run-record.ts";

const errors: ReadonlySet<string> = new Set(["nondeterminism", "unknown"]);

/** Makes the file. Times are seconds of virtual time. */
export function junitText(input: ReportInput): string {
  const { records, title, startedAt, commit, command } = input;
  const failed = records.filter(({ problem }) => problem !== null);
  const erring = failed.filter(({ verdict }) => errors.has(verdict.kind));
  const seconds = records.reduce((sum, { virtualMs }) => sum + virtualMs, 0) / 1000;
  const suite = markup`<testsuite name="${title}" tests="${records.length}" failures="${failed.length - erring.length}" errors="${erring.length}" skipped="0" time="${seconds.toFixed(3)}" timestamp="${startedAt}">
<properties>
<property name="commit" value="${commit}"/>
<property name="command" value="${command}"/>
<property name="wallSeconds" value="${(input.wallMs / 1000).toFixed(1)}"/>
</properties>
${records.map(testcase)}</testsuite>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="quorate sim">\n${suite.text}\n</testsuites>\n`;
}

function testcase({ name, flavour, virtualMs, problem, replay, verdict }: RunRecord): Markup {
  const group = flavour === "" ? "quorate.sim" : `quorate.sim.${flavour}`;
  const head = markup`<testcase classname="${group}" name="${name}" time="${(virtualMs / 1000).toFixed(3)}"`;
  if (problem === null) return markup`${head}/>\n`;
  const message = problem.split("\n")[0] ?? "";
  const kind = verdict.kind === "pass" ? "not as expected" : verdict.kind;
  const what = markup`message="${message}" type="${kind}">${problem}\nagain: ${replay}`;
  const body = errors.has(verdict.kind) ? markup`<error ${what}</error>` : markup`<failure ${what}</failure>`;
  return markup`${head}>\n${body}\n</testcase>\n`;
}

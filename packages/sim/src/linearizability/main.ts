/**
 * Checks recorded histories: `npm run linearizability -- [--html DIR] [--steps N] FILE…`.
 *
 * Prints `FILE ok|bad|unknown`, a line for each. Exit codes: 0 all are ok, 4 some are bad, 6 some are unknown and none
 * is bad, 2 something could not be read.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { checkHistory, type HistoryReport } from "./check-history.ts";
import { historyPage } from "./history-page.ts";
import { type RecordedHistory, readHistory } from "./recorded-history.ts";
import { registerModel } from "./register-model.ts";
import { textMapModel } from "./text-map-model.ts";

const usage = "usage: npm run linearizability -- [--html DIR] [--steps N] FILE…";

function check(
  file: string,
  history: RecordedHistory,
  stepsMax: number | undefined,
  htmlDir: string | undefined,
): HistoryReport {
  const options = stepsMax === undefined ? {} : { stepsMax };
  const title = basename(file);
  let report: HistoryReport;
  let html: string | null = null;
  if (history.format === "register") {
    report = checkHistory(registerModel, history.operations, options);
    if (htmlDir !== undefined) html = historyPage(title, registerModel, history.operations, report);
  } else {
    report = checkHistory(textMapModel, history.operations, options);
    if (htmlDir !== undefined) html = historyPage(title, textMapModel, history.operations, report);
  }
  if (html !== null && htmlDir !== undefined) {
    mkdirSync(htmlDir, { recursive: true });
    writeFileSync(join(htmlDir, `${title}.html`), html);
  }
  return report;
}

function main(args: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { html: { type: "string" }, steps: { type: "string" }, help: { type: "boolean" } },
  });
  const stepsMax = values.steps === undefined ? undefined : Number(values.steps);
  if (values.help === true || positionals.length === 0) {
    (values.help === true ? process.stdout : process.stderr).write(`${usage}\n`);
    return values.help === true ? 0 : 2;
  }
  if (stepsMax !== undefined && !(stepsMax > 0))
    throw new Error(`--steps ${values.steps} is no number of steps`);
  let isBad = false;
  let isUnknown = false;
  let isBroken = false;
  for (const file of positionals) {
    try {
      const { verdict } = check(file, readHistory(readFileSync(file, "utf8")), stepsMax, values.html);
      process.stdout.write(`${file} ${verdict}\n`);
      isBad ||= verdict === "bad";
      isUnknown ||= verdict === "unknown";
    } catch (error) {
      isBroken = true;
      process.stderr.write(`${file}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  if (isBroken) return 2;
  return isBad ? 4 : isUnknown ? 6 : 0;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}; ${usage}\n`);
  process.exitCode = 2;
}

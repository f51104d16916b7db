/**
 * `--report DIR`: a page for people, JSON for programs, JUnit's XML for the machines that gather tests.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { junitText, type ReportInput, reportJson, reportPage } from "@quorate/sim";
import { failure } from "../command-error.ts";

const files: readonly (readonly [name: string, write: (input: ReportInput) => string])[] = [
  ["report.html", reportPage],
  ["report.json", reportJson],
  ["junit.xml", junitText],
];

/** Makes sure that reports can be written there, before hours are spent on them. */
export function prepareReport(directory: string): void {
  attempt(directory, () => {
    mkdirSync(directory, { recursive: true });
    for (const [name] of files) writeFileSync(join(directory, name), "", { flag: "a" });
  });
}

/** Writes them; gives the line that says so. */
export function writeReport(directory: string, input: ReportInput): string {
  attempt(directory, () => {
    for (const [name, write] of files) writeFileSync(join(directory, name), write(input));
  });
  return `report: ${join(directory, "report.html")}, report.json, junit.xml`;
}

function attempt(directory: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    const { message } = error as Error;
    throw failure(`the report cannot be written to ${directory}: ${message}; choose another --report`, {
      cause: error,
    });
  }
}

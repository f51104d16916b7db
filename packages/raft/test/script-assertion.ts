/**
 * Runs a script inside a test: its failures become the test's.
 */

import assert from "node:assert/strict";
import type { FoundScript } from "../conformance/discovery.ts";
import { renderReport } from "../conformance/report.ts";
import { type RunOptions, runFile } from "../conformance/runner.ts";

/** Fails with the report unless every directive passes, and at least one ran. */
export function assertPasses({ path, kind }: FoundScript, options: RunOptions = {}): void {
  const report = runFile(path, kind, options);
  assert.ok(report.directives.length > 0, `${path} holds no directive`);
  if (report.failed > 0) assert.fail(`\n${renderReport(report, path, false)}`);
}

/**
 * A short kill loop; `npm run acceptance` has the long one.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { KillLoop } from "./kill-loop.ts";
import { ProcessCluster } from "./process-cluster.ts";

test("leaders are killed under load, and nothing acknowledged or watched is lost", {
  timeout: 180_000,
}, async (t) => {
  const cluster = await ProcessCluster.start("quorate");
  try {
    const report = await new KillLoop(cluster).run(5);
    t.diagnostic(
      `${report.acked} acknowledged, ${report.refused} refused, ${report.unknown} unknown, ${report.tookEffect} of them took effect`,
    );
    assert.deepEqual(report.problems, []);
    assert.ok(report.acked > 0);
  } finally {
    await cluster.stop();
  }
});

/**
 * Chaos over machines that keep themselves on disk: members die while commits are on their way, snapshots are being made
 * or taken, and the log is being cut. QUORATE_SEEDS and QUORATE_FIRST_SEED choose the seeds of longer campaigns.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Chaos } from "./chaos.ts";

const seeds = Number(process.env["QUORATE_SEEDS"] ?? 12);
const firstSeed = Number(process.env["QUORATE_FIRST_SEED"] ?? 1);
const runMs = 10_000;

test(`${seeds} runs of chaos over machines with their own disks lose, double and reorder nothing`, async () => {
  let acknowledged = 0;
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const report = await new Chaos(seed, { hasStateDisks: true }).run(runMs).catch((error: unknown) => {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    });
    acknowledged += report.acknowledged;
    assert.ok(report.reads > 0, `seed ${seed}: no read was answered`);
  }
  assert.ok(acknowledged > seeds * 100, `only ${acknowledged} acknowledged`);
});

test("the same seed gives the same events, disks included", async () => {
  const one = await new Chaos(firstSeed, { hasStateDisks: true }).run(5000);
  const other = await new Chaos(firstSeed, { hasStateDisks: true }).run(5000);
  assert.deepEqual(one, other);
});

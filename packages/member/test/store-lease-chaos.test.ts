/** Leases under faults; `LEASE_RUNS` and `LEASE_SEED` choose a longer campaign. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { LeaseChaos } from "./store-lease-chaos.ts";

const runs = Number(process.env["LEASE_RUNS"] ?? 4);
const firstSeed = Number(process.env["LEASE_SEED"] ?? 1);

test("a lease is never revoked before its holder can expect it, and always in the end", async () => {
  let renewals = 0;
  let lost = 0;
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const report = await new LeaseChaos(seed).run(30_000);
    renewals += report.renewals;
    lost += report.lost;
  }
  assert.ok(renewals > 20 * runs, `only ${renewals} renewals`);
  assert.ok(lost > 0, "the faults were harmless");
});

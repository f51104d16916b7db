/** The store beside the naive model of users, roles and permissions. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemoryBackend } from "../src/memory-backend.ts";
import { AuthHarness, type AuthStep, authStep } from "./auth-harness.ts";
import { b } from "./bytes-of.ts";
import { property } from "./property-options.ts";
import { openLmdb } from "./temp-folder.ts";

/** Most cases begin with users, a role that grants something, and authentication on. */
function prepare(harness: AuthHarness): void {
  for (const name of ["root", "u"]) {
    harness.apply({ kind: "auth-user-add", name, passwordHash: b("h0"), noPassword: false }, null);
  }
  harness.apply({ kind: "auth-user-grant-role", name: "root", role: "root" }, null);
  harness.apply({ kind: "auth-role-add", name: "r" }, null);
  const permission = { type: 2, key: b("a"), rangeEnd: b("b") };
  harness.apply({ kind: "auth-role-grant-permission", name: "r", permission }, null);
  harness.apply({ kind: "auth-user-grant-role", name: "u", role: "r" }, null);
  harness.apply({ kind: "auth-enable" }, null);
}

const steps = fc.array(authStep, { minLength: 10, maxLength: 70 });

test("permissions are the naive model's, through flushes, crashes and snapshots (memory)", () => {
  const tally = { refused: 0, allowed: 0 };
  fc.assert(
    fc.property(steps, fc.boolean(), (actions, isPrepared) => {
      const backend = new MemoryBackend({ settling: "manual" });
      const harness = new AuthHarness(backend);
      if (isPrepared) prepare(harness);
      for (const action of actions) {
        if (action.kind === "settle") backend.settle();
        else if (action.kind === "crash") {
          backend.crash();
          harness.reopen(backend);
        } else harness.run(action);
      }
      harness.compareAll();
      harness.compareWithReplay();
      tally.refused += harness.tally.refused;
      tally.allowed += harness.tally.allowed;
    }),
    property(800),
  );
  // Both ways are gone often, or this test says little.
  assert.ok(tally.refused > 1000 && tally.allowed > 200, JSON.stringify(tally));
});

test("permissions are the naive model's on LMDB", async () => {
  const run = async (actions: readonly AuthStep[]): Promise<void> => {
    const { backend, close } = openLmdb();
    try {
      const harness = new AuthHarness(backend);
      prepare(harness);
      for (const action of actions) {
        if (action.kind === "settle") await harness.settled();
        else if (action.kind === "crash") {
          await harness.settled();
          harness.reopen(backend);
        } else harness.run(action);
      }
      harness.compareAll();
      harness.compareWithReplay();
      await harness.settled();
    } finally {
      await close();
    }
  };
  await fc.assert(fc.asyncProperty(steps, run), property(15));
});

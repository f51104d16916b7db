import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryBackend } from "../src/memory-backend.ts";
import { changes, testBackendContract } from "./backend-contract.ts";

testBackendContract("memory", () => ({ backend: new MemoryBackend(), close: async () => {} }));

test("memory: a manual commit waits for settle, and a crash loses it", () => {
  const backend = new MemoryBackend({ settling: "manual" });
  const reports: (Error | null)[] = [];
  const report = (error: Error | null): void => {
    reports.push(error);
  };
  backend.commit(changes([[Uint8Array.of(1), Uint8Array.of(1)]]), report);
  assert.equal(backend.get(Uint8Array.of(1)), undefined);
  assert.throws(() => backend.commit(changes([]), () => {}), { code: "invariant" });
  backend.crash();
  backend.settle();
  assert.equal(reports.length, 0);
  backend.commit(changes([[Uint8Array.of(1), Uint8Array.of(2)]]), report);
  backend.settle();
  assert.deepEqual(reports, [null]);
  assert.deepEqual([...(backend.get(Uint8Array.of(1)) ?? [])], [2]);
});

import { test } from "node:test";
import fc from "fast-check";
import { MemoryBackend } from "../src/memory-backend.ts";
import { Harness, step } from "./harness.ts";
import { property } from "./property-options.ts";
import { openLmdb } from "./temp-folder.ts";

test("the store is the naive model, through flushes, crashes, compaction and snapshots (memory)", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 90 }), (steps) => {
      const backend = new MemoryBackend({ settling: "manual" });
      const harness = new Harness(backend);
      for (const action of steps) {
        if (action.kind === "settle") backend.settle();
        else if (action.kind === "crash") {
          backend.crash();
          harness.reopen(backend);
        } else harness.run(action);
      }
      harness.finish();
    }),
    property(400),
  );
});

test("the store is the naive model on LMDB", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const { backend, close } = openLmdb();
      try {
        const harness = new Harness(backend);
        for (const action of steps) {
          if (action.kind === "settle") await harness.settled();
          else if (action.kind === "crash") {
            await harness.settled();
            harness.reopen(backend);
          } else harness.run(action);
        }
        harness.finish();
        await harness.settled();
      } finally {
        await close();
      }
    }),
    property(25),
  );
});

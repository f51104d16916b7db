/** The store under a keeper: who decides when commits begin, what they contain, sidecars, places; and kept outcomes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MemoryBackend } from "../src/memory-backend.ts";
import type { Outcome } from "../src/outcome.ts";
import { decodeOutcome, encodeOutcome } from "../src/outcome-codec.ts";
import { Store } from "../src/store.ts";
import { StoreMachine } from "../src/store-machine.ts";
import { b } from "./bytes-of.ts";
import { Driver } from "./driver.ts";
import { property } from "./property-options.ts";

test("an entrusted store commits nothing by itself, and asks its keeper right before each commit", () => {
  const backend = new MemoryBackend({ isPersistent: true });
  const driver = new Driver({ backend, flushEntriesMax: 2 });
  const ended: (Error | null)[] = [];
  driver.store.entrust({
    beforeFlush: () => driver.store.setSidecar("place", b(String(driver.store.appliedIndex))),
    flushEnded: (error) => ended.push(error),
  });
  for (let at = 0; at < 5; at++) driver.put(`k${at}`);
  assert.equal(driver.store.durableIndex(), 0);
  driver.store.flush();
  assert.deepEqual([driver.store.durableIndex(), ended], [5, [null]]);
  assert.deepEqual(new Store({ backend }).sidecar("place"), b("5"));
});

test("a keeper is told of a commit that fails, once", () => {
  const backend = new MemoryBackend({ settling: "manual" });
  const driver = new Driver({ backend });
  const ended: (Error | null)[] = [];
  driver.store.entrust({ beforeFlush: () => undefined, flushEnded: (error) => ended.push(error) });
  driver.put("k");
  driver.store.flush();
  backend.settle(new Error("no space"));
  assert.equal(ended.length, 1);
  assert.match(ended[0]?.message ?? "", /no space/);
  assert.throws(() => driver.store.flush(), { code: "io" });
});

test("the place moves over entries without a command, never back, and becomes durable without any data", () => {
  const backend = new MemoryBackend({ isPersistent: true });
  const store = new Store({ backend });
  store.advance(4, 2);
  store.flush();
  assert.equal(store.durableIndex(), 4);
  store.advance(4, 3);
  store.flush();
  const again = new Store({ backend });
  assert.deepEqual([again.appliedIndex, again.appliedTerm], [4, 3]);
  assert.throws(() => store.advance(4, 3), { code: "invariant" });
  assert.throws(() => store.advance(3, 9), { code: "invariant" });
});

test("sidecars given to a restore replace those of the snapshot, in the transaction that makes it the state", () => {
  const sender = new Driver();
  sender.put("k");
  sender.store.setSidecar("one", b("sent"));
  sender.store.setSidecar("two", b("sent"));
  const backend = new MemoryBackend({ isPersistent: true });
  const store = new Store({ backend });
  const writer = store.restore();
  const reader = sender.store.snapshot();
  for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) writer.write(chunk);
  writer.finish(new Map([["one", b("own")]]));
  for (const one of [store, new Store({ backend })]) {
    assert.deepEqual(one.sidecar("one"), b("own"));
    assert.deepEqual(one.sidecar("two"), b("sent"));
    assert.equal(one.durableIndex(), 1);
  }
});

test("a machine has a durable side only over a backend that outlives the process", () => {
  assert.equal(new StoreMachine(new Store({ backend: new MemoryBackend() })).durable, null);
  const backend = new MemoryBackend({ isPersistent: true });
  assert.equal(new StoreMachine(new Store({ backend })).durable?.appliedIndex, 0);
});

test("an outcome that was kept is the outcome", () => {
  const bytes = fc.uint8Array({ maxLength: 20 });
  const kv = fc.record(
    {
      key: bytes,
      createRevision: fc.nat(),
      modRevision: fc.nat(),
      version: fc.nat(),
      lease: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
      value: bytes,
    },
    { noNullPrototype: true },
  );
  const outcome: fc.Arbitrary<Outcome> = fc.oneof(
    fc.constant<Outcome>({ ok: false, code: "compacted" }),
    fc
      .record({ revision: fc.nat(), prevKv: fc.option(kv) })
      .map((put): Outcome => ({ ok: true, response: { kind: "put", ...put } })),
    fc.record({ revision: fc.nat(), kvs: fc.array(kv, { maxLength: 3 }) }).map(
      ({ revision, kvs }): Outcome => ({
        ok: true,
        response: {
          kind: "txn",
          revision,
          succeeded: true,
          responses: [{ kind: "range", revision, kvs, more: false, count: kvs.length }],
        },
      }),
    ),
  );
  fc.assert(
    fc.property(outcome, (one) => assert.deepEqual(decodeOutcome(encodeOutcome(one)), one)),
    property(200),
  );
  assert.throws(() => decodeOutcome(b("{")), { code: "corrupt" });
});

/**
 * What a watch makes of the server's messages, however they are cut.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Event, EventType, KeyValue as WireKeyValue } from "@quorate/etcd-api";
import fc from "fast-check";
import { ClientError } from "../src/index.ts";
import { Subscription } from "../src/subscription.ts";

const bounds = { eventsMax: 1_000, bytesMax: 1_000_000 };

function put(modRevision: number, key = modRevision): Event {
  const kv = WireKeyValue.create({ key: new Uint8Array([key]), modRevision, createRevision: modRevision });
  return Event.create({ type: EventType.PUT, kv });
}

test("revisions are whole however the answers are cut, in order, each once", async () => {
  const plan = fc.record({
    /** Events of each revision. */
    sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 }),
    cuts: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ sizes, cuts }) => {
      const events = sizes.flatMap((size, index) =>
        Array.from({ length: size }, (_, key) => put(index + 5, key)),
      );
      const subscription = new Subscription({ prefix: "" }, bounds, () => {});
      subscription.confirm(4);
      const seen: number[][] = [];
      for (let from = 0; from < events.length; ) {
        const to = Math.min(events.length, from + (cuts[from % cuts.length] ?? 1));
        subscription.take(events.slice(from, to), to < events.length);
        from = to;
      }
      for (let count = 0; count < events.length; ) {
        const { value } = await subscription.next();
        const revisions = value?.events.map(({ keyValue }) => keyValue.modRevision) ?? [];
        seen.push(revisions);
        count += revisions.length;
      }
      assert.deepEqual(
        seen.flat(),
        events.map(({ kv }) => kv?.modRevision),
      );
      for (const [index, batch] of seen.entries()) {
        const before = new Set(seen.slice(0, index).flat());
        assert.ok(!batch.some((revision) => before.has(revision)), "a revision in two batches");
      }
      assert.equal(subscription.nextRevision, sizes.length + 5);
    }),
  );
});

test("what the stream left half-way is forgotten and asked for again", async () => {
  const subscription = new Subscription({ prefix: "", startRevision: 5 }, bounds, () => {});
  subscription.take([put(5), put(6, 1)], true);
  assert.equal(subscription.nextRevision, 6);
  assert.equal(subscription.toRequest().startRevision, 6);
  subscription.take([put(6, 1), put(6, 2)], false);
  const batches = [await subscription.next(), await subscription.next()];
  assert.deepEqual(
    batches.map(({ value }) => value?.events.length),
    [1, 2],
  );
});

test("what was seen is not taken again, and progress never goes back", async () => {
  const subscription = new Subscription({ prefix: "", withProgress: true }, bounds, () => {});
  subscription.confirm(10);
  assert.equal(await subscription.started, 11);
  subscription.take([put(9), put(11), put(12)], false);
  subscription.take([put(12)], false);
  subscription.progress(11);
  subscription.progress(20);
  subscription.end(null);
  assert.equal(subscription.nextRevision, 21);
});

test("over its bound it is full, and calls when it is half empty again", async () => {
  let drained = 0;
  const subscription = new Subscription({ prefix: "" }, { eventsMax: 4, bytesMax: 1e9 }, () => {
    drained += 1;
  });
  for (let revision = 1; revision <= 4; revision += 1) subscription.take([put(revision)], false);
  assert.ok(subscription.isFull);
  subscription.isParked = true;
  await subscription.next();
  assert.equal(drained, 0);
  await subscription.next();
  assert.equal(drained, 1);
});

test("an error comes after what is in the buffer, once; a close comes at once", async () => {
  const failing = new Subscription({ prefix: "" }, bounds, () => {});
  failing.take([put(1)], false);
  failing.end(new ClientError("compacted", "gone"));
  assert.equal((await failing.next()).done, false);
  await assert.rejects(failing.next(), { code: "compacted" });
  assert.equal((await failing.next()).done, true);
  await assert.rejects(failing.started, { code: "compacted" });
  const closed = new Subscription({ prefix: "" }, bounds, () => {});
  closed.take([put(1)], false);
  closed.end(null);
  assert.equal((await closed.next()).done, true);
});

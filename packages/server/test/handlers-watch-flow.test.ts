/**
 * Watches (reference §3): progress, fragments, slow clients, bounds.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { kvService, type RequestOp, type WatchResponse, watchService } from "@quorate/etcd-api";
import { watchesMax } from "../src/handlers/watch-stream.ts";
import { bytesOf, ServerKit, type TestServer } from "./server-kit.ts";
import { all, askProgress, cancel, create, eventsOf, takeEvents } from "./watch-messages.ts";

const { watch } = watchService.methods;
const { txn } = kvService.methods;

/** Puts keys with large values in one revision. */
async function putLarge(server: TestServer, count: number, bytes: number): Promise<void> {
  const success = Array.from({ length: count }, (_, at): RequestOp => {
    const key = bytesOf(`large${String(at).padStart(3, "0")}`);
    const value = new Uint8Array(bytes).fill(65 + (at % 26));
    const put = { key, value, lease: 0n, prevKv: false, ignoreValue: false, ignoreLease: false };
    return { request: { case: "requestPut", value: put } };
  });
  await server.call(txn, { success });
}

/** Asserts that a response reports progress and nothing else. */
function assertProgress(response: WatchResponse | undefined, watchId: bigint, revision: number): void {
  assert.deepEqual(
    response && [response.watchId, response.header?.revision, response.created, response.canceled],
    [watchId, revision, false, false],
  );
  assert.deepEqual(response?.events, []);
}

describe("asked progress", () => {
  it("is one response for all watches, with the current revision", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.put("k", "1");
    const stream = server
      .stream(watch)
      .send(create(all))
      .send(create({ key: bytesOf("x") }));
    await kit.take(stream, 2);
    stream.send(askProgress());
    const [progress] = await kit.take(stream);
    assertProgress(progress, -1n, 2);
    await kit.time.advance(1000);
    assert.equal(stream.received.length, 0);
  });

  it("never comes before what it says was told", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const stream = server.stream(watch).send(create(all));
    await kit.take(stream);
    for (let at = 0; at < 30; at++) {
      const write = server.begin(kvService.methods.put, { key: bytesOf(`k${at}`) });
      stream.send(askProgress());
      await kit.time.run(write.response);
    }
    await kit.until(() => eventsOf(stream.received).length === 30);
    await kit.time.advance(100);
    let told = 1;
    for (const { watchId, header, events } of stream.received) {
      if (watchId === -1n) assert.ok((header?.revision ?? 0) <= told, "progress outran the events");
      for (const { kv } of events) told = kv?.modRevision ?? told;
    }
    assert.equal(told, 31);
  });

  it("waits for a watch that lags, and for its events to be written", async () => {
    const kit = await ServerKit.started({ store: { watchLimits: { catchUpRevisionsMax: 5 } } });
    const server = kit.server();
    for (let at = 0; at < 40; at++) await server.put("k", String(at));
    const stream = server
      .stream(watch)
      .send(create({ ...all, startRevision: 2 }))
      .send(askProgress());
    await kit.until(() => stream.received.some(({ watchId }) => watchId === -1n));
    assert.equal(eventsOf(stream.received).length, 40);
    assertProgress(stream.received.at(-1), -1n, 41);
  });

  it("is not sent for a future watch before its time, nor on a stream without watches", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const idle = server.stream(watch).send(askProgress());
    const stream = server
      .stream(watch)
      .send(create({ ...all, startRevision: 4 }))
      .send(askProgress());
    await kit.take(stream);
    await server.put("k", "2");
    await server.put("k", "3");
    await kit.time.advance(1000);
    assert.deepEqual([idle.received.length, stream.received.length], [0, 0]);
    await server.put("k", "4");
    assert.deepEqual(await takeEvents(kit, stream, 1), ["PUT k=4@4"]);
  });
});

describe("periodic progress", () => {
  const settings = { watchProgressIntervalMs: 1000 };

  it("comes to those who want it while nothing happens, and is skipped after events", async () => {
    const kit = await ServerKit.started({ settings });
    const server = kit.server();
    const stream = server
      .stream(watch)
      .send(create({ ...all, progressNotify: true }))
      .send(create(all));
    await kit.take(stream, 2);
    const [first] = await kit.take(stream);
    assertProgress(first, 0n, 1);
    await server.put("k", "v");
    await takeEvents(kit, stream, 2);
    const fromMs = kit.time.nowMs;
    const [second] = await kit.take(stream);
    assertProgress(second, 0n, 2);
    // The report after the event was left out, so that this is the one after the next.
    assert.ok(kit.time.nowMs - fromMs > 1000, `after ${kit.time.nowMs - fromMs} ms`);
  });

  it("keeps its interval, with up to a tenth more, and never below 100 ms", async () => {
    for (const [intervalMs, lowMs, highMs] of [
      [1000, 1000, 1100],
      [1, 100, 110],
    ] as const) {
      const kit = await ServerKit.started({ settings: { watchProgressIntervalMs: intervalMs } });
      const stream = kit
        .server()
        .stream(watch)
        .send(create({ ...all, progressNotify: true }));
      await kit.take(stream, 2);
      const fromMs = kit.time.nowMs;
      await kit.take(stream, 10);
      const eachMs = (kit.time.nowMs - fromMs) / 10;
      assert.ok(eachMs >= lowMs && eachMs <= highMs, `${eachMs} ms`);
      stream.cancel();
    }
  });

  it("does not pile up for a client that takes nothing", async () => {
    const kit = await ServerKit.started({ settings });
    const stream = kit
      .server()
      .stream(watch)
      .send(create({ ...all, progressNotify: true }));
    await kit.take(stream);
    stream.makeRoom(1);
    await kit.time.advance(60_000);
    assert.equal(stream.received.length, 1);
    stream.makeRoom();
    await kit.time.advance(500);
    assert.equal(stream.received.length, 1);
  });

  it("ends with the watch", async () => {
    const kit = await ServerKit.started({ settings });
    const stream = kit
      .server()
      .stream(watch)
      .send(create({ ...all, progressNotify: true }))
      .send(cancel(0n));
    await kit.take(stream, 2);
    await kit.time.advance(10_000);
    assert.equal(stream.received.length, 0);
  });
});

describe("fragments", () => {
  const settings = { requestBytesMax: 4096 };
  const bytesMax = 4096 + 512 * 1024;

  it("split a revision for who takes them, in a row, the last one marked by its lack of a mark", async () => {
    const kit = await ServerKit.started({ settings });
    const server = kit.server();
    const stream = server
      .stream(watch)
      .send(create({ ...all, fragment: true }))
      .send(create({ ...all, watchId: 9n }));
    await kit.take(stream, 2);
    await putLarge(server, 100, 14_000);
    await kit.until(() => eventsOf(stream.received).length === 200);
    const pieces = stream.received.flatMap((response, at) =>
      response.watchId === 0n ? [{ response, bytes: stream.receivedBytes[at + 2] as number }] : [],
    );
    assert.deepEqual(
      pieces.map(({ response }) => response.fragment),
      [true, true, false],
    );
    for (const { bytes } of pieces) assert.ok(bytes < bytesMax, `${bytes} bytes`);
    assert.deepEqual(new Set(pieces.map(({ response }) => response.header?.revision)), new Set([2]));
    const whole = stream.received.filter(({ watchId }) => watchId === 9n);
    assert.deepEqual([whole.length, whole[0]?.fragment, whole[0]?.events.length], [1, false, 100]);
    // In a row: the other watch's response is before or behind all of them.
    const places = stream.received.flatMap(({ watchId }, at) => (watchId === 0n ? [at] : []));
    assert.equal((places.at(-1) as number) - (places[0] as number), 2);
  });

  it("stay in a row when the client takes them one by one while more is asked of the stream", async () => {
    const kit = await ServerKit.started({ settings });
    const server = kit.server();
    const stream = server.stream(watch).send(create({ ...all, fragment: true }));
    await kit.take(stream);
    stream.makeRoom(1);
    await putLarge(server, 100, 14_000);
    await kit.take(stream);
    stream.send(create(all)).send(askProgress());
    await server.put("later", "v");
    const order: string[] = [];
    for (let at = 0; at < 6; at++) {
      stream.makeRoom(1);
      const [response] = await kit.take(stream);
      order.push(
        response?.created ? "created" : response?.watchId === -1n ? "progress" : `${response?.fragment}`,
      );
      await kit.time.advance(50);
    }
    assert.deepEqual(order.slice(0, 3), ["true", "false", "created"]);
    assert.deepEqual(order.slice(3).sort(), ["false", "false", "progress"]);
    assert.equal(order.at(-1), "progress");
  });
});

describe("a slow client", () => {
  it("costs its own delay only, and gets everything in order when it takes it", async () => {
    const kit = await ServerKit.started({ store: { watchLimits: { bufferEventsMax: 4 } } });
    const server = kit.server();
    const slow = server.stream(watch).send(create(all));
    const quick = server.stream(watch).send(create(all));
    await kit.take(slow);
    await kit.take(quick);
    slow.makeRoom(1);
    const expected = Array.from({ length: 60 }, (_, at) => `PUT k=${at}@${at + 2}`);
    for (let at = 0; at < 60; at++) await server.put("k", String(at));
    assert.deepEqual(await takeEvents(kit, quick, 60), expected);
    // What one message holds, and not a response more.
    assert.equal(slow.received.length, 1);
    slow.makeRoom();
    assert.deepEqual(await takeEvents(kit, slow, 60), expected);
  });

  it("that is left behind a compaction hears of it", async () => {
    const kit = await ServerKit.started({
      store: { watchLimits: { bufferEventsMax: 2, recentRevisionsMax: 2 } },
    });
    const server = kit.server();
    const stream = server.stream(watch).send(create(all));
    await kit.take(stream);
    stream.makeRoom(1);
    for (let at = 0; at < 20; at++) await server.put("k", String(at));
    await server.call(kvService.methods.compact, { revision: 20 });
    stream.makeRoom();
    await kit.until(() => stream.received.some(({ canceled }) => canceled));
    assert.equal(stream.received.at(-1)?.compactRevision, 20);
    assert.equal(server.storeMember.store.watches.size, 0);
  });

  it("is not read while it takes no answers", async () => {
    const kit = await ServerKit.started();
    const stream = kit.server().stream(watch);
    stream.room = 1;
    for (let at = 0; at < 100; at++) stream.send(create(all));
    await kit.time.advance(1000);
    assert.equal(stream.received.length, 1);
    assert.ok(stream.waitingRequests >= 97, `${stream.waitingRequests} are not read`);
    stream.makeRoom();
    assert.equal((await kit.take(stream, 100)).at(-1)?.watchId, 99n);
  });
});

describe("catching up", () => {
  it("takes responses of bearable size, whole revisions each, whose headers never promise too much", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    for (let at = 0; at < 12; at++) await putLarge(server, 3, 100_000);
    const stream = server.stream(watch).send(create({ ...all, startRevision: 2 }));
    await kit.until(() => eventsOf(stream.received).length === 36);
    let told = 1;
    const [, ...responses] = stream.received;
    assert.ok(responses.length >= 3, `${responses.length} responses`);
    for (const [at, { header, events }] of responses.entries()) {
      const revisions = events.map(({ kv }) => kv?.modRevision ?? 0);
      assert.equal(events.length % 3, 0, "a revision was split");
      assert.equal(revisions[0], told + 1);
      told = revisions.at(-1) ?? told;
      assert.equal(header?.revision, told);
      assert.ok((stream.receivedBytes[at + 1] as number) < 2_000_000);
    }
  });
});

describe("bounds of a watch stream", () => {
  it("are answered by a refusal that says why", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const stream = server.stream(watch);
    // Keys of a mebibyte reach the bound of bytes long before that of watches.
    const key = new Uint8Array(1024 * 1024).fill(1);
    for (let at = 0; at < 65; at++) stream.send(create({ key }));
    const answers = await kit.take(stream, 65);
    assert.equal(answers[63]?.canceled, false);
    const refused = answers[64];
    assert.deepEqual(
      [refused?.created, refused?.canceled, refused?.watchId, refused?.cancelReason],
      [true, true, -1n, "etcdserver: too many watches on the stream"],
    );
    // Room is made by cancelling.
    stream.send(cancel(0n)).send(create({ key }));
    const [, again] = await kit.take(stream, 2);
    assert.equal(again?.canceled, false);
    assert.ok(watchesMax >= 10_000);
  });
});

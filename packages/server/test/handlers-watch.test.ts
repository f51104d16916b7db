/**
 * Watches (reference §3): creation, ids, cancellation, events.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FilterType, kvService, watchService } from "@quorate/etcd-api";
import { bytesOf, ServerKit, textOf } from "./server-kit.ts";
import { all, cancel, create, eventsOf, takeEvents } from "./watch-messages.ts";

const { watch } = watchService.methods;
const { compact, txn } = kvService.methods;

describe("watch creation", () => {
  it("is answered once for each, in order, with ids from 0 or those given", async () => {
    const kit = await ServerKit.started();
    const stream = kit.server().stream(watch);
    for (const watchId of [0n, 1n, 0n, 77n, 0n]) stream.send(create({ ...all, watchId }));
    const created = await kit.take(stream, 5);
    assert.deepEqual(
      created.map((response) => [response.watchId, response.created, response.canceled]),
      // 1 is taken when the second automatic id is drawn.
      [0n, 1n, 2n, 77n, 3n].map((id) => [id, true, false]),
    );
    assert.equal(created[0]?.header?.revision, 1);
  });

  it("is refused for an id that is taken, an empty range, and a negative start", async () => {
    const kit = await ServerKit.started();
    const stream = kit.server().stream(watch);
    stream
      .send(create({ ...all, watchId: 5n }))
      .send(create({ ...all, watchId: 5n }))
      .send(create({ key: bytesOf("b"), rangeEnd: bytesOf("a") }))
      .send(create({ key: bytesOf("b"), rangeEnd: bytesOf("b") }))
      .send(create({ ...all, startRevision: -1 }));
    const [, ...refused] = await kit.take(stream, 5);
    for (const { created, canceled, watchId, header, compactRevision } of refused)
      assert.deepEqual(
        [created, canceled, watchId, header?.revision, compactRevision],
        [true, true, -1n, 1, 0],
      );
    assert.deepEqual(
      refused.map(({ cancelReason }) => cancelReason),
      [
        "mvcc: duplicate watch ID provided on the WatchStream",
        "mvcc: watcher range is empty",
        "mvcc: watcher range is empty",
        "etcdserver: mvcc: required revision has been compacted",
      ],
    );
    // None of them is there: the store has one watch.
    assert.equal(kit.server().storeMember.store.watches.size, 1);
  });

  it("from a compacted revision is created first, then cancelled", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    for (let at = 0; at < 5; at++) await server.put("k", String(at));
    await server.call(compact, { revision: 4 });
    const stream = server.stream(watch).send(create({ ...all, startRevision: 2 }));
    const [created, canceled] = await kit.take(stream, 2);
    assert.deepEqual([created?.created, created?.canceled, created?.watchId], [true, false, 0n]);
    assert.deepEqual(
      [canceled?.created, canceled?.canceled, canceled?.watchId, canceled?.compactRevision],
      [false, true, 0n, 4],
    );
    assert.deepEqual([canceled?.header?.revision, canceled?.cancelReason], [0, ""]);
    // Its id is free, and cancelling it again is met with silence.
    stream.send(cancel(0n)).send(create({ ...all, watchId: 0n, startRevision: 5 }));
    const [again] = await kit.take(stream);
    assert.equal(again?.created, true);
    assert.deepEqual(await takeEvents(kit, stream, 2), ["PUT k=3@5", "PUT k=4@6"]);
  });

  it("passes over what it does not know", async () => {
    const kit = await ServerKit.started();
    const stream = kit.server().stream(watch);
    stream.send({ requestUnion: null }).send(cancel(99n)).send(create(all));
    const [created] = await kit.take(stream);
    assert.equal(created?.created, true);
  });

  it("reads an empty key as the lowest", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const stream = server.stream(watch).send(create({ rangeEnd: bytesOf("\0") }));
    await kit.take(stream);
    await server.put("any", "v");
    assert.deepEqual(await takeEvents(kit, stream, 1), ["PUT any=v@2"]);
  });
});

describe("watch events", () => {
  it("come after the creation, from the revision asked for, and then as they happen", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.put("k", "1");
    await server.put("other", "x");
    await server.put("k", "2");
    const stream = server.stream(watch).send(create({ key: bytesOf("k"), startRevision: 2 }));
    const [created] = await kit.take(stream);
    assert.equal(created?.created, true);
    await server.delete("k");
    assert.deepEqual(await takeEvents(kit, stream, 3), ["PUT k=1@2", "PUT k=2@4", "DEL k=@5"]);
  });

  it("of a future start wait for it", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const stream = server.stream(watch).send(create({ ...all, startRevision: 4 }));
    await kit.take(stream);
    for (const value of ["2", "3", "4"]) await server.put("k", value);
    assert.deepEqual(await takeEvents(kit, stream, 1), ["PUT k=4@4"]);
  });

  it("of one revision come in one response, whose header says it", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const stream = server.stream(watch).send(create(all));
    await kit.take(stream);
    const puts = ["a", "b"].map((key) => ({
      request: {
        case: "requestPut" as const,
        value: {
          key: bytesOf(key),
          value: bytesOf(""),
          lease: 0n,
          prevKv: false,
          ignoreValue: false,
          ignoreLease: false,
        },
      },
    }));
    await server.call(txn, { success: puts });
    const [response] = await kit.take(stream);
    assert.deepEqual(response && eventsOf([response]), ["PUT a=@2", "PUT b=@2"]);
    assert.equal(response?.header?.revision, 2);
  });

  it("carry what was there before, if asked, and no more of a deletion than its key and revision", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const stream = server.stream(watch).send(create({ ...all, prevKv: true }));
    await kit.take(stream);
    await server.put("k", "1");
    await server.put("k", "2");
    await server.delete("k");
    await kit.until(() => stream.received.flatMap(({ events }) => events).length === 3);
    const events = stream.received.flatMap((response) => response.events);
    assert.deepEqual(
      events.map(({ prevKv }) => (prevKv === null ? null : `${textOf(prevKv.value)}@${prevKv.modRevision}`)),
      [null, "1@2", "2@3"],
    );
    const deleted = events[2]?.kv ?? null;
    assert.ok(deleted);
    const { key, ...rest } = deleted;
    assert.equal(textOf(key), "k");
    assert.deepEqual(rest, {
      createRevision: 0,
      modRevision: 4,
      version: 0,
      value: new Uint8Array(0),
      lease: 0n,
    });
  });

  it("are filtered by kind", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const stream = server
      .stream(watch)
      .send(create({ ...all, filters: [FilterType.NOPUT] }))
      .send(create({ ...all, filters: [FilterType.NODELETE] }));
    await kit.take(stream, 2);
    await server.put("k", "1");
    await server.delete("k");
    const responses = await kit.take(stream, 2);
    const told = responses.map((response) => `${response.watchId} ${eventsOf([response]).join()}`);
    assert.deepEqual(new Set(told), new Set(["0 DEL k=@3", "1 PUT k=1@2"]));
  });

  it("reach every watch of a stream, and its keys are its own", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const stream = server.stream(watch);
    // The kit overwrites each request's bytes when the next one is read.
    for (let at = 0; at < 10; at++) stream.send(create({ key: bytesOf(`k${at}`) }));
    await kit.take(stream, 10);
    for (let at = 0; at < 10; at++) await server.put(`k${at}`, "v");
    const responses = await kit.take(stream, 10);
    assert.deepEqual(
      responses.map((response) => `${response.watchId} ${eventsOf([response]).join()}`),
      Array.from({ length: 10 }, (_, at) => `${at} PUT k${at}=v@${at + 2}`),
    );
  });

  it("come from a follower as from the leader", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const [follower] = kit.followers;
    assert.ok(follower);
    const stream = follower.stream(watch).send(create(all));
    await kit.take(stream);
    await kit.leader.put("k", "v");
    assert.deepEqual(await takeEvents(kit, stream, 1), ["PUT k=v@2"]);
  });
});

describe("watch end", () => {
  it("of one is confirmed, and nothing follows", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const stream = server.stream(watch).send(create(all)).send(create(all));
    await kit.take(stream, 2);
    stream.send(cancel(0n));
    const [canceled] = await kit.take(stream);
    assert.deepEqual(
      [canceled?.watchId, canceled?.canceled, canceled?.created, canceled?.cancelReason],
      [0n, true, false, ""],
    );
    await server.put("k", "v");
    const [response] = await kit.take(stream);
    assert.equal(response?.watchId, 1n);
    await kit.time.advance(100);
    assert.equal(stream.received.length, 0);
    assert.equal(server.storeMember.store.watches.size, 1);
  });

  it("of a half-closed stream is not yet there: events go on", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const stream = server.stream(watch).send(create(all));
    stream.halfClose();
    await kit.take(stream);
    await server.put("k", "v");
    assert.deepEqual(await takeEvents(kit, stream, 1), ["PUT k=v@2"]);
    assert.equal(stream.isEnded, false);
  });

  it("of the call takes all watches away", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    for (const isHalfClosed of [false, true]) {
      const stream = server.stream(watch);
      for (let at = 0; at < 5; at++) stream.send(create(all));
      await kit.take(stream, 5);
      assert.equal(server.storeMember.store.watches.size, 5);
      if (isHalfClosed) stream.halfClose();
      stream.cancel();
      const status = await kit.time.run(stream.ended);
      assert.equal(`${status?.code} ${status?.message}`, "1 etcdserver: watch canceled");
      assert.equal(server.storeMember.store.watches.size, 0);
    }
  });
});

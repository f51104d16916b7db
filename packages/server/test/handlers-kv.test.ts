/**
 * KV without transactions (reference §2): what the handlers pass on, in both directions.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { kvService, SortOrder, SortTarget } from "@quorate/etcd-api";
import { bytesOf, ServerKit, textOf, textsOf } from "./server-kit.ts";

const { put, range, deleteRange, compact } = kvService.methods;
const everything = { key: bytesOf("\0"), rangeEnd: bytesOf("\0") };

describe("put", () => {
  it("begins at revision 2 and says who answers", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const { header, prevKv } = await server.call(put, { key: bytesOf("k"), value: bytesOf("v") });
    assert.deepEqual(header, {
      clusterId: server.core.clusterId,
      memberId: server.id,
      revision: 2,
      raftTerm: server.storeMember.member.term,
    });
    assert.equal(prevKv, null);
  });

  it("gives the previous version when asked", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.put("k", "old");
    const { prevKv } = await server.call(put, { key: bytesOf("k"), value: bytesOf("new"), prevKv: true });
    assert.equal(textOf(prevKv?.value ?? bytesOf("")), "old");
    assert.equal(prevKv?.modRevision, 2);
  });

  it("keeps value or lease when told to, and refuses contradictions", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const key = bytesOf("k");
    assert.equal(await server.failure(put, { key: bytesOf("") }), "3 etcdserver: key is not provided");
    assert.equal(
      await server.failure(put, { key, value: bytesOf("v"), ignoreValue: true }),
      "3 etcdserver: value is provided",
    );
    assert.equal(
      await server.failure(put, { key, lease: 5n, ignoreLease: true }),
      "3 etcdserver: lease is provided",
    );
    assert.equal(await server.failure(put, { key, ignoreValue: true }), "3 etcdserver: key not found");
    assert.equal(await server.failure(put, { key, lease: 5n }), "5 etcdserver: requested lease not found");
    await server.put("k", "kept");
    await server.call(put, { key, ignoreValue: true });
    const { kvs } = await server.call(range, { key });
    assert.deepEqual(textsOf(kvs), ["k=kept"]);
    assert.equal(kvs[0]?.version, 2);
  });

  it("refuses a request whose command is larger than allowed", async () => {
    const kit = await ServerKit.started({ store: { limits: { commandBytesMax: 4096 } } });
    const value = new Uint8Array(5000);
    assert.equal(
      await kit.server().failure(put, { key: bytesOf("k"), value }),
      "3 etcdserver: request is too large",
    );
  });

  it("keeps no view of the request's bytes", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const calls = Array.from({ length: 20 }, (_, at) =>
      server.begin(put, { key: bytesOf(`k${at + 10}`), value: bytesOf(`v${at + 10}`) }),
    );
    await kit.time.run(Promise.all(calls.map(({ response }) => response)));
    const { kvs } = await server.call(range, everything);
    assert.deepEqual(
      textsOf(kvs),
      Array.from({ length: 20 }, (_, at) => `k${at + 10}=v${at + 10}`),
    );
  });

  it("is refused over the quota, and the alarm is on then", async () => {
    const kit = await ServerKit.started({ store: { quotaBytes: 4096 } });
    const server = kit.server();
    const refused = await server.failure(put, { key: bytesOf("k"), value: new Uint8Array(5000) });
    assert.equal(refused, "8 etcdserver: mvcc: database space exceeded");
    await kit.until(() => server.storeMember.store.alarms.length > 0);
    assert.equal(
      await server.failure(put, { key: bytesOf("k") }),
      "8 etcdserver: mvcc: database space exceeded",
    );
    // Room is made by deleting: that must go through.
    await server.delete("k");
  });
});

describe("range", () => {
  it("passes every field on", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    for (const [key, value] of [
      ["a", "3"],
      ["b", "1"],
      ["c", "2"],
      ["b", "4"],
    ] as const)
      await server.put(key, value);
    const ask = async (fields: object): Promise<string[]> =>
      textsOf((await server.call(range, { ...everything, ...fields })).kvs);
    assert.deepEqual(await ask({}), ["a=3", "b=4", "c=2"]);
    assert.deepEqual(await ask({ key: bytesOf("b") }), ["b=4", "c=2"]);
    assert.deepEqual(await ask({ key: bytesOf("a"), rangeEnd: bytesOf("c") }), ["a=3", "b=4"]);
    assert.deepEqual(await ask({ key: bytesOf("a"), rangeEnd: bytesOf("") }), ["a=3"]);
    assert.deepEqual(await ask({ revision: 3 }), ["a=3", "b=1"]);
    assert.deepEqual(await ask({ limit: 2 }), ["a=3", "b=4"]);
    assert.deepEqual(await ask({ sortOrder: SortOrder.DESCEND }), ["c=2", "b=4", "a=3"]);
    assert.deepEqual(await ask({ sortOrder: SortOrder.ASCEND, sortTarget: SortTarget.VALUE }), [
      "c=2",
      "a=3",
      "b=4",
    ]);
    assert.deepEqual(await ask({ keysOnly: true }), ["a=", "b=", "c="]);
    assert.deepEqual(await ask({ countOnly: true }), []);
    assert.deepEqual(await ask({ minModRevision: 4 }), ["b=4", "c=2"]);
    assert.deepEqual(await ask({ maxModRevision: 4 }), ["a=3", "c=2"]);
    assert.deepEqual(await ask({ minCreateRevision: 3 }), ["b=4", "c=2"]);
    assert.deepEqual(await ask({ maxCreateRevision: 3 }), ["a=3", "b=4"]);
  });

  it("counts beyond the limit, says more, and the current revision even of a read in the past", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    for (const key of ["a", "b", "c"]) await server.put(key);
    const limited = await server.call(range, { ...everything, limit: 2 });
    assert.deepEqual([limited.count, limited.more], [3, true]);
    const past = await server.call(range, { ...everything, revision: 2 });
    assert.deepEqual([past.count, past.more, past.header?.revision], [1, false, 4]);
  });

  it("refuses what is malformed, compacted or in the future", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.put("a");
    await server.put("a");
    await server.call(compact, { revision: 3 });
    const key = bytesOf("a");
    assert.equal(await server.failure(range, { key: bytesOf("") }), "3 etcdserver: key is not provided");
    for (const fields of [{ sortOrder: 3 }, { sortTarget: 5 }, { sortOrder: -1 }])
      assert.equal(await server.failure(range, { key, ...fields }), "3 etcdserver: invalid sort option");
    assert.equal(
      await server.failure(range, { key, revision: 2 }),
      "11 etcdserver: mvcc: required revision has been compacted",
    );
    assert.equal(
      await server.failure(range, { key, revision: 4 }),
      "11 etcdserver: mvcc: required revision is a future revision",
    );
    assert.equal(
      await server.failure(range, { key, revision: Number.MAX_SAFE_INTEGER }),
      "11 etcdserver: mvcc: required revision is a future revision",
    );
    assert.equal((await server.call(range, { key, revision: 3 })).count, 1);
  });

  it("answers from every member what was acknowledged by another", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const [follower] = kit.followers;
    for (let at = 0; at < 5; at++) {
      await kit.leader.put("k", String(at));
      const { kvs } = await (follower as NonNullable<typeof follower>).call(range, { key: bytesOf("k") });
      assert.deepEqual(textsOf(kvs), [`k=${at}`]);
    }
  });

  it("without a quorum answers serializable reads only", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const { leader } = kit;
    await leader.put("k", "v");
    kit.cutOff(leader);
    const key = bytesOf("k");
    assert.deepEqual(textsOf((await leader.call(range, { key, serializable: true })).kvs), ["k=v"]);
    assert.match(await leader.failure(range, { key }), /^14 etcdserver: (no leader|request timed out)/);
    assert.match(await leader.failure(put, { key }), /^14 etcdserver: (no leader|request timed out)/);
  });
});

describe("delete", () => {
  it("counts, gives what was there, and takes no revision for nothing", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    for (const key of ["a", "b"]) await server.put(key, `of ${key}`);
    const nothing = await server.call(deleteRange, { key: bytesOf("x") });
    assert.deepEqual([nothing.deleted, nothing.header?.revision], [0, 3]);
    const both = await server.call(deleteRange, { ...everything, prevKv: true });
    assert.deepEqual([both.deleted, both.header?.revision], [2, 4]);
    assert.deepEqual(textsOf(both.prevKvs), ["a=of a", "b=of b"]);
    assert.equal(
      await server.failure(deleteRange, { key: bytesOf("") }),
      "3 etcdserver: key is not provided",
    );
  });
});

describe("compact", () => {
  it("refuses what is compacted and what is in the future", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    for (let at = 0; at < 4; at++) await server.put("k", String(at));
    assert.equal(
      await server.failure(compact, { revision: 6 }),
      "11 etcdserver: mvcc: required revision is a future revision",
    );
    const { header } = await server.call(compact, { revision: 3 });
    assert.equal(header?.revision, 5);
    for (const revision of [3, 2, -1]) {
      assert.equal(
        await server.failure(compact, { revision }),
        "11 etcdserver: mvcc: required revision has been compacted",
      );
    }
  });

  it("is answered when the backend is clean, if it is to be physical", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    for (let at = 0; at < 50; at++) await server.put("k", String(at));
    await server.call(compact, { revision: 51, physical: true });
    assert.equal(server.storeMember.store.compactStep(), true);
    assert.equal(server.storeMember.store.durableIndex(), server.storeMember.store.appliedIndex);
  });
});

describe("RangeStream", () => {
  it("is not served", async () => {
    const kit = await ServerKit.started();
    assert.equal(kit.server().router.find(kvService.methods.rangeStream.path), undefined);
  });
});

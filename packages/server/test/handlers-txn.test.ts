/**
 * Transactions (reference §2).
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  Compare,
  CompareResult,
  CompareTarget,
  DeleteRangeRequest,
  kvService,
  PutRequest,
  RangeRequest,
  type RequestOp,
  TxnRequest,
} from "@quorate/etcd-api";
import { bytesOf, ServerKit, type TestServer, textOf, textsOf } from "./server-kit.ts";

const { txn } = kvService.methods;

const putOf = (key: string, value = ""): RequestOp => ({
  request: { case: "requestPut", value: PutRequest.create({ key: bytesOf(key), value: bytesOf(value) }) },
});
const rangeOf = (key: string, fields: Partial<RangeRequest> = {}): RequestOp => ({
  request: { case: "requestRange", value: RangeRequest.create({ key: bytesOf(key), ...fields }) },
});
const deleteOf = (key: string, rangeEnd = ""): RequestOp => ({
  request: {
    case: "requestDeleteRange",
    value: DeleteRangeRequest.create({ key: bytesOf(key), rangeEnd: bytesOf(rangeEnd) }),
  },
});
const txnOf = (fields: Partial<TxnRequest>): RequestOp => ({
  request: { case: "requestTxn", value: TxnRequest.create(fields) },
});

async function holds(server: TestServer, fields: Partial<Compare>): Promise<boolean> {
  const condition = Compare.create({ key: bytesOf("k"), ...fields });
  return (await server.call(txn, { compare: [condition] })).succeeded;
}

describe("txn", () => {
  it("answers each operation, with nothing but the revision in the inner headers", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.put("gone", "g");
    const { header, succeeded, responses } = await server.call(txn, {
      success: [putOf("k", "v"), rangeOf("k"), deleteOf("gone"), txnOf({ success: [putOf("n", "w")] })],
    });
    assert.equal(succeeded, true);
    assert.equal(header?.memberId, server.id);
    assert.equal(header?.revision, 3);
    const inner = { clusterId: 0n, memberId: 0n, revision: 3, raftTerm: 0 };
    assert.deepEqual(
      responses.map(({ response }) => [response?.case, response?.value.header]),
      ["responsePut", "responseRange", "responseDeleteRange", "responseTxn"].map((name) => [name, inner]),
    );
    const [, ranged, deleted, nested] = responses.map(({ response }) => response);
    // A range sees what the same transaction wrote before it.
    if (ranged?.case === "responseRange") assert.deepEqual(textsOf(ranged.value.kvs), ["k=v"]);
    if (deleted?.case === "responseDeleteRange") assert.equal(deleted.value.deleted, 1);
    if (nested?.case === "responseTxn")
      assert.deepEqual(nested.value.responses[0]?.response?.value.header, inner);
  });

  it("compares versions, revisions, values and leases, each with its own operand", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.put("k", "a");
    await server.put("k", "b");
    const { VERSION, CREATE, MOD, VALUE, LEASE } = CompareTarget;
    const { EQUAL, GREATER, LESS, NOT_EQUAL } = CompareResult;
    const all: readonly [Partial<Compare>, boolean][] = [
      [{ target: VERSION, targetUnion: { case: "version", value: 2 } }, true],
      [{ target: CREATE, targetUnion: { case: "createRevision", value: 2 } }, true],
      [{ target: MOD, targetUnion: { case: "modRevision", value: 3 } }, true],
      [{ target: MOD, result: GREATER, targetUnion: { case: "modRevision", value: 2 } }, true],
      [{ target: MOD, result: LESS, targetUnion: { case: "modRevision", value: 3 } }, false],
      [{ target: VALUE, targetUnion: { case: "value", value: bytesOf("b") } }, true],
      [{ target: VALUE, result: NOT_EQUAL, targetUnion: { case: "value", value: bytesOf("b") } }, false],
      [{ target: LEASE, targetUnion: { case: "lease", value: 0n } }, true],
      [{ target: LEASE, targetUnion: { case: "lease", value: 7n } }, false],
      // An operand of another kind counts as zero.
      [{ target: VERSION, targetUnion: { case: "modRevision", value: 2 } }, false],
      [{ target: VERSION, result: GREATER, targetUnion: { case: "modRevision", value: 9 } }, true],
      [{ target: VERSION, result: EQUAL, targetUnion: null }, false],
      // An absent key: VALUE is never true, the others compare with 0.
      [
        {
          key: bytesOf("x"),
          target: VALUE,
          result: NOT_EQUAL,
          targetUnion: { case: "value", value: bytesOf("b") },
        },
        false,
      ],
      [{ key: bytesOf("x"), target: MOD, targetUnion: { case: "modRevision", value: 0 } }, true],
    ];
    for (const [fields, expected] of all)
      assert.equal(await holds(server, fields), expected, String(fields.target));
  });

  it("takes the failure branch when a condition does not hold, ranged ones for all keys", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.put("k1", "same");
    await server.put("k2", "other");
    const condition = Compare.create({
      key: bytesOf("k"),
      rangeEnd: bytesOf("l"),
      target: CompareTarget.VALUE,
      targetUnion: { case: "value", value: bytesOf("same") },
    });
    const { succeeded, header, responses } = await server.call(txn, {
      compare: [condition],
      success: [putOf("never")],
      failure: [rangeOf("k1")],
    });
    assert.deepEqual([succeeded, responses.length, header?.revision], [false, 1, 3]);
    assert.deepEqual(await server.keys(""), ["k1", "k2"]);
  });

  it("refuses malformed ones with etcd's words", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    const many = (count: number): RequestOp[] => Array.from({ length: count }, (_, at) => putOf(`k${at}`));
    const tooMany = "3 etcdserver: too many operations in txn request";
    assert.equal(await server.failure(txn, { success: many(129) }), tooMany);
    await server.call(txn, { success: many(128) });
    // A nested transaction gets what its parent's longest list leaves over.
    const parent = (count: number, nested: number): Partial<TxnRequest> => ({
      failure: many(count),
      success: [txnOf({ success: many(nested) })],
    });
    assert.equal(await server.failure(txn, parent(100, 29)), tooMany);
    await server.call(txn, parent(100, 28));
    const duplicate = "3 etcdserver: duplicate key given in txn request";
    assert.equal(await server.failure(txn, { success: [putOf("a"), putOf("a")] }), duplicate);
    assert.equal(await server.failure(txn, { failure: [putOf("b"), deleteOf("a", "c")] }), duplicate);
    await server.call(txn, { success: [deleteOf("a", "c"), deleteOf("b", "d")] });
    await server.call(txn, { success: [putOf("a")], failure: [putOf("a")] });
    assert.equal(await server.failure(txn, { success: [{ request: null }] }), "3 etcdserver: key not found");
    const empty = "3 etcdserver: key is not provided";
    assert.equal(await server.failure(txn, { compare: [Compare.create({})] }), empty);
    assert.equal(await server.failure(txn, { success: [putOf("")] }), empty);
    assert.equal(await server.failure(txn, { success: [rangeOf("")] }), empty);
    assert.equal(
      await server.failure(txn, { success: [rangeOf("a", { sortOrder: 9 })] }),
      "3 etcdserver: invalid sort option",
    );
  });

  it("keeps a smaller bound of operations that the settings ask for", async () => {
    const kit = await ServerKit.started({ settings: { txnOpsMax: 2 } });
    const server = kit.server();
    const tooMany = "3 etcdserver: too many operations in txn request";
    await server.call(txn, { success: [putOf("a"), putOf("b")] });
    assert.equal(await server.failure(txn, { failure: [putOf("a"), putOf("b"), putOf("c")] }), tooMany);
    assert.equal(
      await server.failure(txn, { success: [putOf("a"), txnOf({ success: [putOf("b")] })] }),
      tooMany,
    );
  });

  it("is refused as a whole when an operation fails", async () => {
    const kit = await ServerKit.started();
    const server = kit.server();
    await server.put("a", "1");
    const withLease: RequestOp = {
      request: { case: "requestPut", value: PutRequest.create({ key: bytesOf("b"), lease: 99n }) },
    };
    assert.equal(
      await server.failure(txn, { success: [putOf("a", "2"), withLease] }),
      "5 etcdserver: requested lease not found",
    );
    assert.deepEqual(await server.keys(""), ["a"]);
    assert.equal(server.core.revision, 2);
  });

  it("that only reads needs no log, and no quorum if all of it is serializable", async () => {
    const kit = await ServerKit.started({ names: ["a", "b", "c"] });
    const { leader } = kit;
    await leader.put("k", "v");
    const applied = leader.storeMember.member.appliedIndex;
    await leader.call(txn, { success: [rangeOf("k")], failure: [rangeOf("x")] });
    assert.equal(leader.storeMember.member.appliedIndex, applied);
    kit.cutOff(leader);
    const serializable = rangeOf("k", { serializable: true });
    const { responses } = await leader.call(txn, { success: [serializable], failure: [serializable] });
    const [first] = responses;
    if (first?.response?.case === "responseRange")
      assert.equal(textOf(first.response.value.kvs[0]?.value ?? bytesOf("")), "v");
    // One range that is not makes the whole linearizable, whichever branch would run.
    assert.match(
      await leader.failure(txn, { success: [serializable], failure: [rangeOf("k")] }),
      /^14 etcdserver: (no leader|request timed out)/,
    );
  });
});

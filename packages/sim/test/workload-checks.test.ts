/** What clients were told is judged: right answers pass, and every kind of wrong one is found. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  deleteRangeRequest,
  encodeCommand,
  MemoryBackend,
  type Outcome,
  putRequest,
  Store,
  StoreMachine,
} from "@quorate/store";
import { checkHistory } from "../src/linearizability/check-history.ts";
import { CommittedOrder } from "../src/workload/committed-order.ts";
import { checkCalls } from "../src/workload/kv-check.ts";
import {
  type KvCall,
  type KvInput,
  type KvOutput,
  type KvVersion,
  keyHistory,
  kvModel,
} from "../src/workload/kv-operation.ts";
import { bytesOf } from "../src/workload/kv-request.ts";

/** A committed order of puts of `1.1`, `1.2`, … to one key, at revisions 2, 3, …; and a deletion at the end. */
function orderOf(puts: number, deletes: boolean): CommittedOrder {
  const order = new CommittedOrder();
  const machine = new StoreMachine(new Store({ backend: new MemoryBackend() }));
  let index = 1;
  const apply = (data: Uint8Array): void => {
    index++;
    const [outcome] = machine.apply([{ index, term: 1, data }]);
    const entry = { index, term: 1, data, outcome: outcome as Outcome };
    order.take({ kind: "applied", entry, digest: "", atUs: index, node: 1 });
  };
  for (let number = 1; number <= puts; number++)
    apply(encodeCommand(putRequest({ key: bytesOf("k/0"), value: bytesOf(`1.${number}`) })));
  if (deletes) apply(encodeCommand(deleteRangeRequest({ key: bytesOf("k/0") })));
  return order;
}

let calls = 0;

function call(
  input: KvInput,
  output: KvOutput | null,
  [calledAtUs, returnedAtUs]: readonly [number, number],
  fate: KvCall["fate"] = "answered",
): KvCall {
  return { number: ++calls, client: 1, input, output, calledAtUs, returnedAtUs, fate };
}

const put = (number: number): KvInput => ({
  kind: "put",
  key: "k/0",
  value: `1.${number}`,
  inSession: false,
});
const get: KvInput = { kind: "get", key: "k/0", isSerializable: false };
const version = (number: number): KvVersion => ({
  value: `1.${number}`,
  createRevision: 2,
  modRevision: number + 1,
  version: number,
});
const done = (revision: number): KvOutput => ({ kind: "put", revision });
const found = (revision: number, number: number): KvOutput => ({
  kind: "get",
  revision,
  found: number === 0 ? null : version(number),
});

/** The invariant that is broken, or null; the search must come to the same where revisions tell nothing more. */
function judge(history: readonly KvCall[], order: CommittedOrder): string | null {
  return checkCalls(history, order)?.invariant ?? null;
}

function search(history: readonly KvCall[]): string {
  return checkHistory(kvModel, keyHistory(history)).verdict;
}

test("right answers are right", () => {
  const order = orderOf(3, true);
  const history = [
    call(get, found(1, 0), [0, 9]),
    call(put(1), done(2), [10, 20]),
    call(put(2), null, [21, 30], "unknown"),
    call(get, found(2, 1), [22, 29]),
    call(get, found(3, 2), [31, 39]),
    call(put(3), done(4), [40, 50]),
    call({ kind: "delete", key: "k/0", nonce: "1" }, { kind: "delete", revision: 5, deleted: 1 }, [60, 70]),
    call({ kind: "scan" }, { kind: "scan", revision: 5, found: new Map() }, [80, 90]),
  ];
  assert.equal(judge(history, order), null);
  assert.equal(search(history), "ok");
});

test("a read of what had been overwritten before it began", () => {
  const order = orderOf(2, false);
  const history = [
    call(put(1), done(2), [0, 10]),
    call(put(2), done(3), [11, 20]),
    call(get, found(2, 1), [21, 30]),
  ];
  assert.equal(judge(history, order), "R1");
  assert.equal(search(history), "bad");
});

test("a stale read that said so is fine, one that invents is not", () => {
  const order = orderOf(2, false);
  const stale: KvInput = { kind: "get", key: "k/0", isSerializable: true };
  const before = [call(put(1), done(2), [0, 10]), call(put(2), done(3), [11, 20])];
  assert.equal(judge([...before, call(stale, found(2, 1), [21, 30])], order), null);
  assert.equal(judge([...before, call(stale, found(2, 2), [21, 30])], order), "linearizability");
});

test("a write that was answered and is not there, twice there, or there against its word", () => {
  const order = orderOf(1, false);
  assert.equal(judge([call(put(7), done(2), [0, 10])], order), "K1");
  assert.equal(judge([call(put(1), done(9), [0, 10])], order), "K1");
  assert.equal(judge([call(put(1), null, [0, 10], "refused")], order), "K1");
  assert.equal(judge([call(put(1), null, [0, 10], "unknown")], order), null);
  const twice = orderOf(1, false);
  const data = encodeCommand(putRequest({ key: bytesOf("k/0"), value: bytesOf("1.1") }));
  const outcome: Outcome = { ok: true, response: { kind: "put", revision: 3, prevKv: null } };
  const entry = { index: 9, term: 1, data, outcome };
  twice.take({ kind: "applied", entry, digest: "", atUs: 9, node: 1 });
  assert.equal(judge([call(put(1), done(2), [0, 10])], twice), "K1");
});

test("a write that stands before one that had been answered when it began", () => {
  const order = orderOf(2, false);
  const history = [call(put(2), done(3), [0, 10]), call(put(1), done(2), [11, 20])];
  assert.equal(judge(history, order), "linearizability");
});

test("a deletion that counts wrongly, and a compare that succeeded against what was there", () => {
  const order = orderOf(2, true);
  const wrong = call(
    { kind: "delete", key: "k/0", nonce: "1" },
    { kind: "delete", revision: 1, deleted: 1 },
    [0, 9],
  );
  assert.equal(judge([wrong], order), "linearizability");
  const history = [
    call(put(1), done(2), [0, 10]),
    call(
      { kind: "cas", key: "k/0", expected: "9.9", value: "1.2" },
      { kind: "cas", revision: 3, succeeded: true, found: null },
      [11, 20],
    ),
  ];
  assert.equal(search(history), "bad");
});

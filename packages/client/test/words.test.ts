/**
 * How things are said: selections, endpoints, errors.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { kvService, RangeRequest, RequestOp, TxnRequest } from "@quorate/etcd-api";
import { ClientError, keyAfter, prefixEnd, toWireRange } from "../src/index.ts";
import { isRepeatable, needsLeader } from "../src/repeatable.ts";
import { parseEndpoint, resolveSettings } from "../src/settings.ts";
import { statusError } from "../src/status.ts";

const plain = ({ key, rangeEnd }: { key: Uint8Array; rangeEnd: Uint8Array }) => [[...key], [...rangeEnd]];

test("selections end where they should", () => {
  assert.deepEqual([...prefixEnd(new Uint8Array([1, 2]))], [1, 3]);
  assert.deepEqual([...prefixEnd(new Uint8Array([1, 255, 255]))], [2]);
  assert.deepEqual([...prefixEnd(new Uint8Array([255]))], [0]);
  assert.deepEqual([...keyAfter(new Uint8Array([7]))], [7, 0]);
  assert.deepEqual(plain(toWireRange("a")), [[97], []]);
  assert.deepEqual(plain(toWireRange({ prefix: "" })), [[0], [0]]);
  assert.deepEqual(plain(toWireRange({ prefix: "a" })), [[97], [98]]);
  assert.deepEqual(plain(toWireRange({ from: "" })), [[0], [0]]);
  assert.deepEqual(plain(toWireRange({ from: "a", to: "c" })), [[97], [99]]);
});

test("endpoints are URLs, or host and port", () => {
  const target = (text: string, isSecure = false) => {
    const { target, isSecure: secure } = parseEndpoint(text, isSecure);
    return [target, secure];
  };
  assert.deepEqual(target("http://host:2379/"), ["dns:host:2379", false]);
  assert.deepEqual(target("https://[::1]:2379"), ["dns:[::1]:2379", true]);
  assert.deepEqual(target("host:2379"), ["dns:host:2379", false]);
  assert.deepEqual(target("host:2379", true), ["dns:host:2379", true]);
  assert.deepEqual(target("unix:///run/etcd"), ["unix:///run/etcd", false]);
  for (const bad of ["", "ftp://host", "http://"])
    assert.throws(() => parseEndpoint(bad, false), { code: "invalid" });
  assert.throws(() => resolveSettings({ endpoints: [] }), { code: "invalid" });
  assert.throws(() => resolveSettings({ endpoints: ["a:1"], dialTimeoutMs: 0 }), { code: "invalid" });
});

test("refused is only what certainly did not happen", () => {
  const outcome = (code: number, text: string): string => {
    const error = statusError(code, text, null);
    return `${error.code} ${error.outcome}${error.isTransient ? " transient" : ""}`;
  };
  assert.deepEqual(
    [
      outcome(14, "etcdserver: no leader"),
      outcome(14, "No connection established. Last error: x"),
      outcome(8, "etcdserver: too many requests"),
      outcome(2, "etcdserver: too many requests"),
      outcome(11, "etcdserver: mvcc: required revision has been compacted"),
      outcome(8, "etcdserver: mvcc: database space exceeded"),
      outcome(9, "etcdserver: rpc not supported for learner"),
      outcome(3, "anything"),
    ],
    [
      "no-leader refused transient",
      "unavailable refused transient",
      "too-many-requests refused transient",
      "too-many-requests refused transient",
      "compacted refused",
      "no-space refused",
      "learner refused transient",
      "invalid refused",
    ],
  );
  for (const [code, text] of [
    [14, "etcdserver: request timed out, possibly due to previous leader failure"],
    [14, "etcdserver: server stopped"],
    [14, "Connection dropped"],
    [14, ""],
    [13, "Received RST_STREAM with code 2"],
    [2, "something else"],
    [4, "context deadline exceeded"],
    [1, "Call cancelled"],
    [8, "Received message larger than max (9 vs 8)"],
    [13, ""],
    [10, ""],
    [99, "a code that is not there yet"],
  ] as const) {
    assert.match(outcome(code, text), / unknown/, text);
  }
});

test("errors say what to do, and keep the server's words", () => {
  const error = statusError(14, "etcdserver: no leader", "http://a:1");
  assert.ok(error instanceof ClientError);
  assert.match(error.message, /^etcdserver: no leader \(http:\/\/a:1\); look at the cluster's health/);
  assert.equal(error.serverText, "etcdserver: no leader");
});

test("a transaction without a write is a read", () => {
  const request = RequestOp.create({ request: { case: "requestRange", value: RangeRequest.create() } });
  const read = TxnRequest.create({ success: [request] });
  const nested = (value: TxnRequest) => RequestOp.create({ request: { case: "requestTxn", value } });
  const remove = RequestOp.create({
    request: {
      case: "requestDeleteRange",
      value: { key: new Uint8Array(1), rangeEnd: new Uint8Array(0), prevKv: false },
    },
  });
  const { txn } = kvService.methods;
  assert.ok(isRepeatable(txn, TxnRequest.create({ success: [request], failure: [nested(read)] })));
  const write = TxnRequest.create({ failure: [nested(TxnRequest.create({ success: [remove] }))] });
  assert.ok(!isRepeatable(txn, write));
  assert.ok(needsLeader(kvService.methods.range, RangeRequest.create()));
  assert.ok(!needsLeader(kvService.methods.range, RangeRequest.create({ serializable: true })));
});

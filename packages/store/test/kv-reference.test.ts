/** etcd-v3-behaviour §2, sentence by sentence. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, putRequest, rangeRequest, type TxnRequest } from "../src/request.ts";
import { b } from "./bytes-of.ts";
import { Driver, del, get, put } from "./driver.ts";

test("§2 a new store has revision 1; the first write is 2", () => {
  const driver = new Driver();
  assert.equal(driver.store.revision, 1);
  assert.equal(driver.range("k")["revision"], 1);
  assert.equal(driver.put("k")["revision"], 2);
});

test("§2 a delete of nothing, or a txn with no change, does not raise the revision", () => {
  const driver = new Driver();
  driver.put("k");
  assert.deepEqual(driver.delete("x"), { kind: "delete-range", revision: 2, deleted: 0, prevKvs: [] });
  assert.equal(driver.txn({ success: [get("k"), del("x")] })["revision"], 2);
  assert.equal(driver.store.revision, 2);
});

test('§2 range: range_end="\\0" means ≥ key; key = end = "\\0" means all', () => {
  const driver = new Driver();
  for (const key of ["\0", "a", "b", "c"]) driver.put(key);
  assert.deepEqual(driver.keys("b", "\0"), ["b", "c"]);
  assert.deepEqual(driver.keys("\0", "\0"), ["\0", "a", "b", "c"]);
  assert.deepEqual(driver.keys("b", "c"), ["b"]);
  assert.deepEqual(driver.keys("b", "b"), []);
  assert.deepEqual(driver.keys("c", "b"), []);
  assert.deepEqual(driver.keys("b"), ["b"]);
});

test("§2 range: count ignores limit and filters and is exact; more only when truncated by limit", () => {
  const driver = new Driver();
  for (const key of ["a", "b", "c", "d"]) driver.put(key);
  const limited = driver.range("a", "\0", { limit: 2 });
  assert.deepEqual([limited["count"], limited["more"]], [4, true]);
  const exact = driver.range("a", "\0", { limit: 4 });
  assert.deepEqual([exact["count"], exact["more"]], [4, false]);
  const filtered = driver.range("a", "\0", { minModRevision: 4 });
  assert.deepEqual([filtered["count"], filtered["more"], (filtered["kvs"] as []).length], [4, false, 2]);
  const counted = driver.range("a", "\0", { countOnly: true, limit: 1 });
  assert.deepEqual([counted["count"], counted["more"], counted["kvs"]], [4, false, []]);
});

test("§2 range: header.revision is the current one even when revision is set", () => {
  const driver = new Driver();
  driver.put("k", "1");
  driver.put("k", "2");
  const old = driver.range("k", "", { revision: 2 });
  assert.equal(old["revision"], 3);
  assert.equal((old["kvs"] as { value: string }[])[0]?.value, "1");
});

test("§2 range: sorts and filters disable the limit push-down: filter, sort, then cut", () => {
  const driver = new Driver();
  for (const key of ["a", "b", "c", "d"]) driver.put(key);
  driver.put("a");
  assert.deepEqual(driver.keys("a", "\0", { sortOrder: 2, sortTarget: 3, limit: 2 }), ["a", "d"]);
  assert.deepEqual(driver.keys("a", "\0", { minModRevision: 5, limit: 1 }), ["a"]);
  assert.deepEqual(driver.keys("a", "\0", { maxCreateRevision: 3, sortOrder: 2, limit: 1 }), ["b"]);
  assert.deepEqual(driver.keys("a", "\0", { sortOrder: 2, limit: 3 }), ["d", "c", "b"]);
});

test("§2 range: order NONE with another target sorts ascending, but after the limit cut", () => {
  const driver = new Driver();
  for (const [key, value] of [
    ["a", "4"],
    ["b", "3"],
    ["c", "2"],
    ["d", "1"],
  ] as const) {
    driver.put(key, value);
  }
  assert.deepEqual(driver.keys("a", "\0", { sortTarget: 4 }), ["d", "c", "b", "a"]);
  assert.deepEqual(driver.keys("a", "\0", { sortTarget: 4, limit: 2 }), ["c", "b"]);
});

test("§2 range: a bad enum is an invalid sort option, an empty key is refused", () => {
  const driver = new Driver();
  assert.deepEqual(driver.range("a", "", { sortOrder: 3 }), { code: "invalid-sort-option" });
  assert.deepEqual(driver.range("a", "", { sortTarget: 5 }), { code: "invalid-sort-option" });
  assert.deepEqual(driver.range("", "b"), { code: "key-empty" });
});

test("§2 range: sorting thousands of keys keeps the best of them", () => {
  const driver = new Driver();
  const name = (at: number): string => `k${String((at * 7919) % 3000).padStart(4, "0")}`;
  for (let at = 0; at < 3000; at++) driver.put(name(at), name(at));
  const newest = [2999, 2998, 2997, 2996, 2995].map(name);
  const result = driver.range("k", "l", { sortOrder: 2, sortTarget: 3, limit: 5 });
  assert.deepEqual(
    (result["kvs"] as { key: string }[]).map(({ key }) => key),
    newest,
  );
  assert.deepEqual([result["more"], result["count"]], [true, 3000]);
  const oldest = [0, 1, 2, 3, 4].map(name);
  assert.deepEqual(driver.keys("k", "l", { sortOrder: 1, sortTarget: 2, limit: 5 }), oldest);
  const lowest = ["k0000", "k0001", "k0002", "k0003", "k0004"];
  assert.deepEqual(driver.keys("k", "l", { sortOrder: 1, sortTarget: 4, limit: 5 }), lowest);
});

test("§2 range: without counting, count is the number of rows (RangeStream's pages)", () => {
  const driver = new Driver();
  for (const key of ["a", "b", "c"]) driver.put(key);
  const result = driver.store.range(rangeRequest({ key: b("a"), rangeEnd: b("\0"), limit: 2 }), {
    count: false,
  });
  assert.ok(result.ok);
  assert.deepEqual([result.response.count, result.response.more], [2, true]);
});

test("§2 put: prev_kv; ignore_value and ignore_lease with what they ignore, and on a missing key", () => {
  const driver = new Driver();
  driver.grant(7n);
  const prevKv = (fields: object): unknown => driver.apply(putRequest({ key: b("k"), ...fields }));
  assert.deepEqual(prevKv({ ignoreValue: true }), { code: "key-not-found" });
  assert.deepEqual(prevKv({ ignoreLease: true }), { code: "key-not-found" });
  driver.put("k", "1", 7n);
  assert.deepEqual(prevKv({ ignoreValue: true, value: b("x") }), { code: "value-provided" });
  assert.deepEqual(prevKv({ ignoreLease: true, lease: 7n }), { code: "lease-provided" });
  assert.deepEqual(prevKv({ lease: 8n }), { code: "lease-not-found" });
  const before = { key: "k", value: "1", create: 2, mod: 2, version: 1, lease: 7n };
  assert.deepEqual(prevKv({ ignoreValue: true, ignoreLease: true, prevKv: true }), {
    kind: "put",
    revision: 3,
    prevKv: before,
  });
  assert.deepEqual(driver.range("k")["kvs"], [{ ...before, mod: 3, version: 2 }]);
  assert.equal(driver.store.revision, 3);
});

test("§2 txn: at most 128 in each list; a nested one gets what its parents left", () => {
  const driver = new Driver();
  const gets = (count: number): ReturnType<typeof get>[] => Array.from({ length: count }, () => get("k"));
  const tooMany = { code: "too-many-ops" };
  assert.deepEqual(driver.txn({ success: gets(129) }), tooMany);
  assert.deepEqual(driver.txn({ failure: gets(129) }), tooMany);
  const compares = Array.from({ length: 129 }, () => compare({ key: b("k") }));
  assert.deepEqual(driver.apply({ kind: "txn", compare: compares, success: [], failure: [] }), tooMany);
  const nested = (count: number): TxnRequest => ({
    kind: "txn",
    compare: [],
    success: gets(count),
    failure: [],
  });
  assert.deepEqual(driver.txn({ success: [...gets(99), nested(29)] }), tooMany);
  assert.equal(driver.txn({ success: [...gets(99), nested(28)] })["succeeded"], true);
  assert.equal(driver.txn({ success: gets(128) })["succeeded"], true);
});

test("§2 txn: two puts of one key, or a put overlapping a delete, are duplicates; deletes may overlap; branches may share", () => {
  const driver = new Driver();
  const duplicate = { code: "duplicate-key" };
  const nested = (success: ReturnType<typeof put>[], failure: ReturnType<typeof put>[] = []): TxnRequest => ({
    kind: "txn",
    compare: [],
    success,
    failure,
  });
  assert.deepEqual(driver.txn({ success: [put("k"), put("k")] }), duplicate);
  assert.deepEqual(driver.txn({ failure: [put("k"), del("a", "z")] }), duplicate);
  assert.deepEqual(driver.txn({ success: [del("a", "\0"), nested([put("k")])] }), duplicate);
  assert.deepEqual(driver.txn({ success: [nested([put("k")]), nested([], [put("k")])] }), duplicate);
  assert.equal(driver.txn({ success: [del("a", "z"), del("k"), del("b", "\0")] })["succeeded"], true);
  assert.equal(driver.txn({ success: [put("k")], failure: [put("k"), del("x")] })["succeeded"], true);
  assert.equal(driver.txn({ success: [nested([put("k")], [del("k")]), put("z")] })["succeeded"], true);
  assert.equal(driver.txn({ success: [put("k"), del("l", "z")] })["succeeded"], true);
});

test("§2 txn: an empty op is key not found", () => {
  const driver = new Driver();
  assert.deepEqual(driver.txn({ success: [{ kind: "empty" }] }), { code: "key-not-found" });
  assert.deepEqual(driver.txn({ failure: [{ kind: "empty" }] }), { code: "key-not-found" });
});

test("§2 txn: compares run before any write, nested ones too", () => {
  const driver = new Driver();
  driver.put("k", "1");
  const nested: TxnRequest = {
    kind: "txn",
    compare: [compare({ key: b("k"), target: 3, value: b("1") })],
    success: [get("k")],
    failure: [],
  };
  const answer = driver.txn({ success: [put("k", "2"), nested] });
  const inner = (
    answer["responses"] as { succeeded: boolean; responses: { kvs: { value: string }[] }[] }[]
  )[1];
  assert.equal(inner?.succeeded, true);
  assert.equal(inner?.responses[0]?.kvs[0]?.value, "2", "ranges see earlier writes of the same txn");
});

test("§2 txn: VALUE on an absent key is always false, even NOT_EQUAL; other targets compare with 0", () => {
  const driver = new Driver();
  const succeeds = (fields: object): unknown =>
    driver.apply({ kind: "txn", compare: [compare({ key: b("no"), ...fields })], success: [], failure: [] })[
      "succeeded"
    ];
  for (const result of [0, 1, 2, 3]) assert.equal(succeeds({ target: 3, result, value: b("x") }), false);
  for (const target of [0, 1, 2]) {
    assert.equal(succeeds({ target, result: 0, number: 0 }), true);
    assert.equal(succeeds({ target, result: 2, number: 1 }), true);
    assert.equal(succeeds({ target, result: 3, number: 0 }), false);
  }
  assert.equal(succeeds({ target: 4, result: 0, lease: 0n }), true);
  assert.equal(succeeds({ target: 4, result: 1, lease: -1n }), true);
});

test("§2 txn: a ranged compare requires all keys to match", () => {
  const driver = new Driver();
  for (const key of ["a", "b"]) driver.put(key, "x");
  driver.put("c", "y");
  const succeeds = (rangeEnd: string): unknown =>
    driver.apply({
      kind: "txn",
      compare: [compare({ key: b("a"), rangeEnd: b(rangeEnd), target: 3, value: b("x") })],
      success: [],
      failure: [],
    })["succeeded"];
  assert.equal(succeeds("c"), true);
  assert.equal(succeeds("d"), false);
  assert.equal(succeeds("\0"), false);
});

test("§2 txn: every sub-response carries the revision, and a range pinned to the one before sees that", () => {
  const driver = new Driver();
  driver.put("k", "1");
  const answer = driver.txn({
    success: [get("k"), put("k", "2"), get("k"), get("k", "", { revision: 2 }), del("z")],
  });
  const responses = answer["responses"] as { revision: number; kvs?: { value: string }[] }[];
  assert.deepEqual(
    responses.map(({ revision }) => revision),
    [2, 3, 3, 3, 3],
  );
  assert.deepEqual(
    responses.map(({ kvs }) => kvs?.[0]?.value),
    ["1", undefined, "2", "1", undefined],
  );
  assert.equal(answer["revision"], 3);
});

test("§2 txn: what would fail fails before anything is written", () => {
  const driver = new Driver();
  driver.put("k", "1");
  const cases = [
    [[put("a"), get("k", "", { revision: 9 })], "future-revision"],
    [[put("a"), putRequest({ key: b("b"), lease: 5n })], "lease-not-found"],
    [[put("a"), putRequest({ key: b("b"), ignoreValue: true })], "key-not-found"],
  ] as const;
  for (const [success, code] of cases) {
    assert.deepEqual(driver.txn({ success: [...success] }), { code });
    assert.equal(driver.store.revision, 2);
    assert.deepEqual(driver.keys("\0", "\0"), ["k"]);
  }
  driver.put("k", "2");
  driver.compact(3);
  assert.deepEqual(driver.txn({ success: [put("a"), get("k", "", { revision: 2 })] }), { code: "compacted" });
});

test("§2 compact: ≤ compacted is compacted, > current is future; reads at exactly the compact revision stay valid", () => {
  const driver = new Driver();
  driver.put("k", "1");
  driver.put("k", "2");
  driver.put("k", "3");
  assert.deepEqual(driver.compact(9), { code: "future-revision" });
  assert.deepEqual(driver.compact(3), { kind: "compaction", revision: 4 });
  assert.deepEqual(driver.compact(3), { code: "compacted" });
  assert.deepEqual(driver.compact(2), { code: "compacted" });
  for (const physically of [false, true]) {
    if (physically) driver.compactFully();
    assert.deepEqual(driver.range("k", "", { revision: 2 }), { code: "compacted" });
    assert.equal((driver.range("k", "", { revision: 3 })["kvs"] as { value: string }[])[0]?.value, "2");
    assert.equal((driver.range("k", "z", { revision: 3 })["kvs"] as { value: string }[])[0]?.value, "2");
    assert.deepEqual(driver.range("k", "", { revision: 5 }), { code: "future-revision" });
  }
  assert.equal(driver.compact(4)["revision"], 4, "the current revision may be compacted");
});

test("M2: create and version start anew after a deletion", () => {
  const driver = new Driver();
  driver.put("k");
  driver.put("k");
  driver.delete("k");
  driver.put("k");
  assert.deepEqual(driver.range("k")["kvs"], [
    { key: "k", value: "", create: 5, mod: 5, version: 1, lease: 0n },
  ]);
  assert.deepEqual(driver.range("k", "", { revision: 4 })["kvs"], []);
});

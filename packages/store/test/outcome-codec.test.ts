/** Outcomes as bytes: what members have stored must be what they write now. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { KeyValue } from "../src/key-value.ts";
import { done, type Outcome, refused } from "../src/outcome.ts";
import { decodeOutcome, encodeOutcome } from "../src/outcome-codec.ts";

const kv: KeyValue = {
  key: Uint8Array.of(0, 1, 255),
  value: new Uint8Array(0),
  createRevision: 2,
  modRevision: 2 ** 53 - 1,
  version: 1,
  lease: -7n,
};
const rows = { kind: "range", revision: 4, kvs: [kv, kv], more: true, count: 3 } as const;
const outcomes: readonly Outcome[] = [
  refused("key-empty"),
  done({ kind: "none", revision: 1 }),
  done({ kind: "put", revision: 12, prevKv: null }),
  done({ kind: "put", revision: 12, prevKv: kv }),
  done({ kind: "delete-range", revision: 3, deleted: 0, prevKvs: [] }),
  done({ kind: "txn", revision: 4, succeeded: false, responses: [rows, { ...rows, kvs: [] }] }),
  done({ kind: "alarm", revision: 5, alarms: [{ memberId: 2n ** 64n - 1n, alarm: 1 }] }),
];

/** As the first version wrote them. */
function writtenBefore(outcome: Outcome): string {
  return JSON.stringify(outcome, (_name, value: unknown) => {
    if (typeof value === "bigint") return { $integer: value.toString() };
    return value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString("hex") } : value;
  });
}

for (const outcome of outcomes) {
  const text = writtenBefore(outcome);
  test(`${text.slice(0, 60)}… is written as ever, and read back`, () => {
    const bytes = encodeOutcome(outcome);
    assert.equal(new TextDecoder().decode(bytes), text);
    assert.deepEqual(decodeOutcome(bytes), outcome);
  });
}

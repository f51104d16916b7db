/** Random requests over a key space small enough for everything to happen to every key. */

import fc from "fast-check";
import {
  type Command,
  type Compare,
  compare,
  deleteRangeRequest,
  type Operation,
  putRequest,
  type RangeRequest,
  rangeRequest,
  type TxnRequest,
} from "../src/request.ts";
import { b } from "./bytes-of.ts";

/** Records with the prototype that decoders give them. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

const keyTexts = ["a", "b", "ab", "a\0", "a\0b", "c", "\0", "b\x01", "b".repeat(70)];
export const key: fc.Arbitrary<Uint8Array> = fc.constantFrom(...keyTexts).map(b);
const mostlyKey = fc.oneof({ weight: 40, arbitrary: key }, { weight: 1, arbitrary: fc.constant(b("")) });
const ends = ["", "", "b", "c", "d", "\0", "a\0", "b\x01", "a"];
export const rangeEnd: fc.Arbitrary<Uint8Array> = fc.constantFrom(...ends).map(b);
const value = fc.constantFrom("", "x", "y", "longer value", "v".repeat(90), "w".repeat(5000)).map(b);
const leaseIds = [1n, 2n, -5n, 9007199254740993n];
const lease = fc.constantFrom(0n, 0n, 0n, ...leaseIds);
const revision = fc.oneof(fc.constant(0), fc.integer({ min: -1, max: 25 }));
const rarely = fc.nat(9).map((roll) => roll === 0);

export const range: fc.Arbitrary<RangeRequest> = record({
  key: mostlyKey,
  rangeEnd,
  limit: fc.constantFrom(0, 0, 1, 2, 3),
  revision,
  sortOrder: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(0, 0, 1, 2) },
    { weight: 1, arbitrary: fc.constant(3) },
  ),
  sortTarget: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(0, 0, 1, 2, 3, 4) },
    { weight: 1, arbitrary: fc.constant(5) },
  ),
  keysOnly: rarely,
  countOnly: rarely,
  minModRevision: fc.constantFrom(0, 0, 0, 3, 6),
  maxModRevision: fc.constantFrom(0, 0, 0, 5, 9),
  minCreateRevision: fc.constantFrom(0, 0, 0, 4),
  maxCreateRevision: fc.constantFrom(0, 0, 0, 8),
}).map((fields) => rangeRequest(fields));

const put = record({
  key: mostlyKey,
  value,
  lease,
  prevKv: fc.boolean(),
  ignoreValue: rarely,
  ignoreLease: rarely,
}).map((fields) => putRequest(fields));
const deleteRange = record({ key: mostlyKey, rangeEnd, prevKv: fc.boolean() }).map((fields) =>
  deleteRangeRequest(fields),
);
const condition: fc.Arbitrary<Compare> = record({
  key: mostlyKey,
  rangeEnd: fc.oneof(fc.constant(b("")), rangeEnd),
  result: fc.nat(3),
  target: fc.nat(4),
  number: fc.nat(8),
  value,
  lease,
}).map((fields) => compare(fields));

export const { txn } = fc.letrec<{ operation: Operation; txn: TxnRequest }>((tie) => ({
  operation: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 4, arbitrary: put },
    { weight: 2, arbitrary: deleteRange },
    { weight: 3, arbitrary: range },
    { weight: 2, arbitrary: tie("txn") },
  ),
  txn: record({
    kind: fc.constant("txn" as const),
    compare: fc.array(condition, { maxLength: 2 }),
    success: fc.array(tie("operation"), { maxLength: 3 }),
    failure: fc.array(tie("operation"), { maxLength: 3 }),
  }),
}));

const leaseId = fc.constantFrom(...leaseIds);
export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: put },
  { weight: 4, arbitrary: deleteRange },
  { weight: 6, arbitrary: txn },
  {
    weight: 2,
    arbitrary: record({
      kind: fc.constant("compaction" as const),
      revision: fc.integer({ min: -1, max: 25 }),
    }),
  },
  {
    weight: 3,
    arbitrary: record({
      kind: fc.constant("lease-grant" as const),
      id: fc.oneof({ weight: 9, arbitrary: leaseId }, { weight: 1, arbitrary: fc.constant(0n) }),
      ttlSeconds: fc.constantFrom(-1, 0, 5, 9_000_000_000, 9_000_000_001),
    }),
  },
  { weight: 2, arbitrary: record({ kind: fc.constant("lease-revoke" as const), id: leaseId }) },
  {
    weight: 1,
    arbitrary: record({
      kind: fc.constant("lease-checkpoint" as const),
      checkpoints: fc.array(record({ id: leaseId, remainingTtlSeconds: fc.integer({ min: -1, max: 9 }) }), {
        maxLength: 3,
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: record({
      kind: fc.constant("alarm" as const),
      action: fc.constantFrom(0, 1, 2, 2, 2),
      memberId: fc.constantFrom(1n, 2n),
      alarm: fc.constantFrom(0, 1, 1, 1, 2),
    }),
  },
);

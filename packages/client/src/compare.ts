/**
 * Comparisons of a transaction.
 */

import { Compare, CompareResult, CompareTarget } from "@quorate/etcd-api";
import { type Bytes, type Selection, toBytes, toWireRange } from "./selection.ts";

/** A comparison that waits for its other side. */
export type Comparison<Operand> = {
  equals(operand: Operand): Compare;
  notEquals(operand: Operand): Compare;
  greaterThan(operand: Operand): Compare;
  lessThan(operand: Operand): Compare;
};

/** A place to put an operand at the wire. */
type Union<Operand> = (operand: Operand) => NonNullable<Compare["targetUnion"]>;

function comparison<Operand>(
  selection: Bytes | Selection,
  target: CompareTarget,
  union: Union<Operand>,
): Comparison<Operand> {
  const make =
    (result: CompareResult) =>
    (operand: Operand): Compare =>
      Compare.create({ ...toWireRange(selection), target, result, targetUnion: union(operand) });
  return {
    equals: make(CompareResult.EQUAL),
    notEquals: make(CompareResult.NOT_EQUAL),
    greaterThan: make(CompareResult.GREATER),
    lessThan: make(CompareResult.LESS),
  };
}

/**
 * What a transaction can ask of a key. Of a selection of many, all must fit. A key that is not there has version,
 * revisions and lease 0; its value fits nothing, not even `notEquals`.
 */
export const compare = {
  /** Writes since the key was created. */
  version: (selection: Bytes | Selection): Comparison<number> =>
    comparison(selection, CompareTarget.VERSION, (value) => ({ case: "version", value })),
  /** Revision that created the key. */
  createRevision: (selection: Bytes | Selection): Comparison<number> =>
    comparison(selection, CompareTarget.CREATE, (value) => ({ case: "createRevision", value })),
  /** Revision that last wrote the key. */
  modRevision: (selection: Bytes | Selection): Comparison<number> =>
    comparison(selection, CompareTarget.MOD, (value) => ({ case: "modRevision", value })),
  value: (selection: Bytes | Selection): Comparison<Bytes> =>
    comparison(selection, CompareTarget.VALUE, (bytes: Bytes) => ({ case: "value", value: toBytes(bytes) })),
  /** Lease that the key goes with. */
  lease: (selection: Bytes | Selection): Comparison<bigint> =>
    comparison(selection, CompareTarget.LEASE, (value) => ({ case: "lease", value })),
  /** The key is there. */
  exists: (key: Bytes): Compare => compare.createRevision(key).greaterThan(0),
  /** The key is not there. */
  missing: (key: Bytes): Compare => compare.createRevision(key).equals(0),
} as const;

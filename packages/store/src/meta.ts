/**
 * The meta record: what the state knows about itself. Written with every commit, so that data and applied index can
 * never part (etcd 3.5.0's inconsistency, see lessons).
 */

import type { AuthMeta } from "./auth/auth-state.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { plainKey, Table } from "./key-layout.ts";
import type { KeySpaceCounters } from "./key-space.ts";
import type { Alarm } from "./outcome.ts";
import { StoreError } from "./store-error.ts";

/**
 * Version of the stored layout: tables, records, meta. Since 2 there are users and roles. A state that never had any is
 * written as of 1, and an older program can go on with it; one that would not know them must not open it.
 */
export const storeFormat = 2;
const formatWithoutAuth = 1;

export type Meta = {
  appliedIndex: number;
  appliedTerm: number;
  readonly counters: KeySpaceCounters;
  /** By member id and alarm. */
  alarms: readonly Alarm[];
  readonly auth: AuthMeta;
};

/** The meta of a store that nothing was applied to. */
export function freshMeta(): Meta {
  return {
    appliedIndex: 0,
    appliedTerm: 0,
    counters: { revision: 1, compactRevision: -1, applyDigest: 0 },
    alarms: [],
    auth: freshAuth(),
  };
}

function freshAuth(): AuthMeta {
  return { enabled: false, revision: 1 };
}

/** Stored key of the meta record. */
export function metaKey(generation: number): Uint8Array {
  return plainKey(generation, Table.meta, Uint8Array.of(1));
}

/** Reused: this is written with every commit. */
const writer = new ByteWriter(128);

export function encodeMeta(meta: Meta): Uint8Array {
  writer.reset();
  const { auth } = meta;
  const isFresh = !auth.enabled && auth.revision === 1;
  writer.byte(isFresh ? formatWithoutAuth : storeFormat);
  writer.varint(meta.appliedIndex);
  writer.varint(meta.appliedTerm);
  writer.varint(meta.counters.revision);
  writer.signed(meta.counters.compactRevision);
  writer.uint32(meta.counters.applyDigest);
  writer.varint(meta.alarms.length);
  for (const { memberId, alarm } of meta.alarms) {
    writer.int64(memberId);
    writer.varint(alarm);
  }
  if (!isFresh) {
    writer.flag(auth.enabled);
    writer.varint(auth.revision);
  }
  return writer.finish();
}

export function decodeMeta(bytes: Uint8Array): Meta {
  const reader = new ByteReader(bytes);
  const format = reader.byte();
  if (format !== storeFormat && format !== formatWithoutAuth)
    throw new StoreError("format", `the state has format ${format}, known is ${storeFormat}`);
  const appliedIndex = reader.varint();
  const appliedTerm = reader.varint();
  const counters = {
    revision: reader.varint(),
    compactRevision: reader.signed(),
    applyDigest: reader.uint32(),
  };
  const alarms: Alarm[] = [];
  for (let left = reader.varint(); left > 0; left--)
    alarms.push({ memberId: reader.uint64(), alarm: reader.varint() });
  const auth =
    format === formatWithoutAuth ? freshAuth() : { enabled: reader.flag(), revision: reader.varint() };
  reader.end();
  return { appliedIndex, appliedTerm, counters, alarms, auth };
}

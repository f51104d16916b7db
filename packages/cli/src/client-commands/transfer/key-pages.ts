/**
 * All keys of a range as of one revision, page by page. A page is about as big as {@link pageBytes}, whatever the size of
 * the values.
 */

import { type KeyValue, kvService, RangeRequest } from "@quorate/etcd-api";
import { CommandFailure, clientExitCode, messageOf } from "../command-failure.ts";
import type { Connection } from "../connection.ts";
import type { KeyRange } from "../key-range.ts";

/** Bytes of keys and values that a page aims at. */
const pageBytes = 2 * 1024 * 1024;
const firstLimit = 64;
const limitMax = 10_000;

/** Keys in ascending order. */
export type KeyPage = {
  readonly kvs: readonly KeyValue[];
  /** Of all pages together: the revision as of which they are, how many keys there are, and whose. */
  readonly revision: number;
  readonly count: number;
  readonly clusterId: bigint;
};

/** The pages; at least one, which may be empty. `revision` of 0: the newest when the first is read. */
export async function* readKeyPages(
  connection: Connection,
  range: KeyRange,
  revision: number,
): AsyncGenerator<KeyPage, void, undefined> {
  let key = range.key;
  let limit = firstLimit;
  let pinned = revision;
  let count = 0;
  for (;;) {
    const request = RangeRequest.create({ key, rangeEnd: range.rangeEnd, revision: pinned, limit });
    const {
      header,
      kvs,
      more,
      count: left,
    } = await connection
      .call(kvService.methods.range, request)
      .catch((cause: unknown) => explainCompaction(cause, pinned));
    if (pinned === 0) pinned = header?.revision ?? 0;
    if (count === 0) count = left;
    yield { kvs, revision: pinned, count, clusterId: header?.clusterId ?? 0n };
    const last = kvs.at(-1);
    if (!more || last === undefined) return;
    key = keyBehind(last.key);
    limit = nextLimit(kvs);
  }
}

function nextLimit(kvs: readonly KeyValue[]): number {
  const bytes = kvs.reduce((sum, kv) => sum + kv.key.length + kv.value.length, 1);
  const fitting = Math.floor((kvs.length * pageBytes) / bytes);
  return Math.max(1, Math.min(limitMax, fitting, kvs.length * 8));
}

/** The least key after this one. */
function keyBehind(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

function explainCompaction(cause: unknown, revision: number): never {
  if (!messageOf(cause).includes("has been compacted")) throw cause;
  const text = `revision ${revision} was compacted while its keys were read: start again; what is there already is not written twice`;
  throw new CommandFailure(clientExitCode.failure, text, { cause });
}

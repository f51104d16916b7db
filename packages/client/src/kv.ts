/**
 * Reading and writing keys, one call each.
 */

import { CompactionRequest, kvService } from "@quorate/etcd-api";
import type { Caller, CallOptions } from "./caller.ts";
import type { KeyValue } from "./key-value.ts";
import {
  type DeleteOptions,
  type DeleteResult,
  deleteRequest,
  type PutOptions,
  type PutResult,
  putRequest,
  type RangeOptions,
  type RangeResult,
  type ReadOptions,
  rangeRequest,
  readDelete,
  readFirst,
  readPut,
  readRange,
} from "./operation.ts";
import type { Bytes, Selection } from "./selection.ts";

const { methods } = kvService;

/** The key, or null if it is not there. Throws ClientError. */
export async function get(
  caller: Caller,
  key: Bytes,
  options: ReadOptions & CallOptions,
): Promise<KeyValue | null> {
  return readFirst(await caller.unary(methods.range, rangeRequest(key, options), options));
}

/** Many keys. Throws ClientError. */
export async function range(
  caller: Caller,
  selection: Selection,
  options: RangeOptions & CallOptions,
): Promise<RangeResult> {
  return readRange(await caller.unary(methods.range, rangeRequest(selection, options), options));
}

/** Writes a key. Throws ClientError. */
export async function put(
  caller: Caller,
  key: Bytes,
  value: Bytes,
  options: PutOptions & CallOptions,
): Promise<PutResult> {
  return readPut(await caller.unary(methods.put, putRequest(key, value, options), options));
}

/** Deletes keys. Throws ClientError. */
export async function remove(
  caller: Caller,
  selection: Bytes | Selection,
  options: DeleteOptions & CallOptions,
): Promise<DeleteResult> {
  return readDelete(await caller.unary(methods.deleteRange, deleteRequest(selection, options), options));
}

/** Options of `compact`. */
export type CompactOptions = CallOptions & {
  /** Answer only when the space is free inside the store. */
  readonly physical?: boolean;
};

/** Forgets what was before a revision. Throws ClientError; `compacted` if that has been done. */
export async function compact(caller: Caller, revision: number, options: CompactOptions): Promise<void> {
  const physical = options.physical ?? false;
  await caller.unary(methods.compact, CompactionRequest.create({ revision, physical }), options);
}

/**
 * Operations on keys: each is a request together with the reading of its answer. Alone or in a transaction, they are the
 * same.
 */

import {
  DeleteRangeRequest,
  type DeleteRangeResponse,
  PutRequest,
  type PutResponse,
  RangeRequest,
  type RangeResponse,
  type RequestOp,
  type ResponseHeader,
  type ResponseOp,
  SortOrder,
  SortTarget,
  type TxnResponse,
} from "@quorate/etcd-api";
import { ClientError } from "./client-error.ts";
import { KeyValue } from "./key-value.ts";
import { type Bytes, type Selection, toBytes, toWireRange } from "./selection.ts";

/** Options of reads. */
export type ReadOptions = {
  /** Read as of this revision; default: the newest. */
  readonly revision?: number;
  /** Let the member answer from what it has, which may be old: no round trip among members. */
  readonly serializable?: boolean;
};

/** Options of reads of many keys. */
export type RangeOptions = ReadOptions & {
  /** At most so many; 0: all. */
  readonly limit?: number;
  readonly sortBy?: "key" | "version" | "createRevision" | "modRevision" | "value";
  /** Default `ascending`. */
  readonly order?: "ascending" | "descending";
  /** Without values. */
  readonly keysOnly?: boolean;
  /** Only the count. */
  readonly countOnly?: boolean;
  readonly minModRevision?: number;
  readonly maxModRevision?: number;
  readonly minCreateRevision?: number;
  readonly maxCreateRevision?: number;
};

/** Options of `put`. */
export type PutOptions = {
  /** The key goes when this lease ends; a lease or its ID. */
  readonly lease?: bigint | { readonly id: bigint };
  /** Also tell what was there before. */
  readonly withPrevious?: boolean;
  /** Keep the value there is: to change the lease. The value given must be empty. */
  readonly keepValue?: boolean;
  /** Keep the lease there is. */
  readonly keepLease?: boolean;
};

/** Options of `delete`. */
export type DeleteOptions = {
  /** Also tell what was there before. */
  readonly withPrevious?: boolean;
};

/** What a read of many keys gives. */
export type RangeResult = {
  readonly keyValues: readonly KeyValue[];
  /** Keys that there are, whatever the limit. */
  readonly count: number;
  /** The limit left some out. */
  readonly more: boolean;
  /** Revision of the store when it answered. */
  readonly revision: number;
};

/** What `put` gives. */
export type PutResult = {
  /** Revision of this write. */
  readonly revision: number;
  /** What was there, if asked for. */
  readonly previous: KeyValue | null;
};

/** What `delete` gives. */
export type DeleteResult = {
  /** Keys that are gone. */
  readonly deleted: number;
  /** Revision of this write; of the store if nothing was there. */
  readonly revision: number;
  /** What was there, if asked for. */
  readonly previous: readonly KeyValue[];
};

/** A request for a transaction, and how to read what comes back. */
export type Operation<Result> = {
  readonly request: NonNullable<RequestOp["request"]>;
  read(response: ResponseOp["response"]): Result;
};

/** Results of a list of operations, one by one. */
export type Results<Operations extends readonly Operation<unknown>[]> = {
  readonly [Index in keyof Operations]: Operations[Index] extends Operation<infer Result> ? Result : never;
};

/** What can be done in a transaction. */
export const op = {
  /** The key's value, or null. */
  get(key: Bytes, options: ReadOptions = {}): Operation<KeyValue | null> {
    const value = rangeRequest(key, options);
    return {
      request: { case: "requestRange", value },
      read: (response) => readFirst(expect(response, "responseRange")),
    };
  },
  /** Many keys. */
  range(selection: Selection, options: RangeOptions = {}): Operation<RangeResult> {
    const value = rangeRequest(selection, options);
    return {
      request: { case: "requestRange", value },
      read: (response) => readRange(expect(response, "responseRange")),
    };
  },
  /** Writes a key. */
  put(key: Bytes, value: Bytes, options: PutOptions = {}): Operation<PutResult> {
    return {
      request: { case: "requestPut", value: putRequest(key, value, options) },
      read: (response) => readPut(expect(response, "responsePut")),
    };
  },
  /** Deletes one key or many. */
  delete(selection: Bytes | Selection, options: DeleteOptions = {}): Operation<DeleteResult> {
    return {
      request: { case: "requestDeleteRange", value: deleteRequest(selection, options) },
      read: (response) => readDelete(expect(response, "responseDeleteRange")),
    };
  },
} as const;

const sortTargets = {
  key: SortTarget.KEY,
  version: SortTarget.VERSION,
  createRevision: SortTarget.CREATE,
  modRevision: SortTarget.MOD,
  value: SortTarget.VALUE,
} as const;

/** The request of a read. */
export function rangeRequest(selection: Bytes | Selection, options: RangeOptions): RangeRequest {
  const { sortBy, order } = options;
  // The default order of keys is asked for as none, which lets the server stop at the limit.
  const isDefault = (sortBy ?? "key") === "key" && order !== "descending";
  const sortOrder = order === "descending" ? SortOrder.DESCEND : SortOrder.ASCEND;
  return RangeRequest.create({
    ...toWireRange(selection),
    limit: options.limit ?? 0,
    revision: options.revision ?? 0,
    sortOrder: isDefault ? SortOrder.NONE : sortOrder,
    sortTarget: sortTargets[sortBy ?? "key"],
    serializable: options.serializable ?? false,
    keysOnly: options.keysOnly ?? false,
    countOnly: options.countOnly ?? false,
    minModRevision: options.minModRevision ?? 0,
    maxModRevision: options.maxModRevision ?? 0,
    minCreateRevision: options.minCreateRevision ?? 0,
    maxCreateRevision: options.maxCreateRevision ?? 0,
  });
}

/** The request of a write. */
export function putRequest(key: Bytes, value: Bytes, options: PutOptions): PutRequest {
  const { lease } = options;
  return PutRequest.create({
    key: toBytes(key),
    value: toBytes(value),
    lease: typeof lease === "object" ? lease.id : (lease ?? 0n),
    prevKv: options.withPrevious ?? false,
    ignoreValue: options.keepValue ?? false,
    ignoreLease: options.keepLease ?? false,
  });
}

/** The request of a deletion. */
export function deleteRequest(selection: Bytes | Selection, options: DeleteOptions): DeleteRangeRequest {
  return DeleteRangeRequest.create({ ...toWireRange(selection), prevKv: options.withPrevious ?? false });
}

/** The answer to a read of one key. */
export function readFirst({ kvs }: RangeResponse): KeyValue | null {
  const [first] = kvs;
  return first === undefined ? null : new KeyValue(first);
}

/** The answer to a read of many. */
export function readRange({ header, kvs, count, more }: RangeResponse): RangeResult {
  return { keyValues: kvs.map((wire) => new KeyValue(wire)), count, more, revision: revisionOf(header) };
}

/** The answer to a write. */
export function readPut({ header, prevKv }: PutResponse): PutResult {
  return { revision: revisionOf(header), previous: prevKv === null ? null : new KeyValue(prevKv) };
}

/** The answer to a deletion. */
export function readDelete({ header, deleted, prevKvs }: DeleteRangeResponse): DeleteResult {
  return { deleted, revision: revisionOf(header), previous: prevKvs.map((wire) => new KeyValue(wire)) };
}

/** The revision in a header; 0 without one. */
export function revisionOf(header: ResponseHeader | null): number {
  return header?.revision ?? 0;
}

/** Answers by their names at the wire. */
type Answers = {
  readonly responseRange: RangeResponse;
  readonly responsePut: PutResponse;
  readonly responseDeleteRange: DeleteRangeResponse;
  readonly responseTxn: TxnResponse;
};

/** The answer that fits the request. Throws ClientError `internal`. */
export function expect<Name extends keyof Answers>(
  response: ResponseOp["response"],
  name: Name,
): Answers[Name] {
  if (response?.case === name) return response.value as unknown as Answers[Name];
  const text = `the server answered with ${response?.case ?? "nothing"} where ${name} was due`;
  throw new ClientError("internal", text, { outcome: "unknown" });
}

// Generated from proto/header.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import type { WireReader } from "../wire-reader.ts";
import { int64NumberSize, uint64NumberSize, uint64Size, writeLong, writeNumber } from "../wire-writer.ts";

/** What every answer of the store begins with: who answered, and as of when. */
export type ResponseHeader = {
  /** The cluster; any 64 bits. */
  readonly clusterId: bigint;
  /** The member that answered; any 64 bits. */
  readonly memberId: bigint;
  /** Revision of the store when the answer was made; 0 where the operation does not touch the store. */
  readonly revision: number;
  /** Raft term of the member. */
  readonly raftTerm: number;
};

/** Codec of {@link ResponseHeader}. */
export const ResponseHeader: MessageType<ResponseHeader> = {
  name: "etcdserverpb.ResponseHeader",
  fields: [
    { name: "cluster_id", jsonName: "clusterId", property: "clusterId", number: 1, kind: "uint64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "member_id", jsonName: "memberId", property: "memberId", number: 2, kind: "uint64", repeated: false, oneof: null, long: "id", values: null, message: null },
    { name: "revision", jsonName: "revision", property: "revision", number: 3, kind: "int64", repeated: false, oneof: null, long: "exact", values: null, message: null },
    { name: "raft_term", jsonName: "raftTerm", property: "raftTerm", number: 4, kind: "uint64", repeated: false, oneof: null, long: "exact", values: null, message: null },
  ],
  create: createResponseHeader,
  size: sizeResponseHeader,
  write: writeResponseHeader,
  read: readResponseHeader,
};

/** A {@link ResponseHeader} of nothing but zeros, except what is given. */
export function createResponseHeader(init?: Partial<ResponseHeader>): ResponseHeader {
  if (init === undefined) {
    return {
      clusterId: 0n,
      memberId: 0n,
      revision: 0,
      raftTerm: 0,
    };
  }
  return {
    clusterId: init.clusterId ?? 0n,
    memberId: init.memberId ?? 0n,
    revision: init.revision ?? 0,
    raftTerm: init.raftTerm ?? 0,
  };
}

export function sizeResponseHeader(message: ResponseHeader): number {
  let size = 0;
  if (message.clusterId !== 0n) size += 1 + uint64Size(message.clusterId);
  if (message.memberId !== 0n) size += 1 + uint64Size(message.memberId);
  if (message.revision !== 0) size += 1 + int64NumberSize(message.revision);
  if (message.raftTerm !== 0) size += 1 + uint64NumberSize(message.raftTerm);
  return size;
}

export function writeResponseHeader(message: ResponseHeader, target: Uint8Array, end: number): number {
  let at = end;
  if (message.raftTerm !== 0) {
    at = writeNumber(target, at, message.raftTerm);
    target[--at] = 32;
  }
  if (message.revision !== 0) {
    at = writeNumber(target, at, message.revision);
    target[--at] = 24;
  }
  if (message.memberId !== 0n) {
    at = writeLong(target, at, message.memberId);
    target[--at] = 16;
  }
  if (message.clusterId !== 0n) {
    at = writeLong(target, at, message.clusterId);
    target[--at] = 8;
  }
  return at;
}

export function readResponseHeader(reader: WireReader, message: ResponseHeader): void {
  const target = message as Mutable<ResponseHeader>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.clusterId = reader.uint64();
        break;
      }
      case 16: {
        target.memberId = reader.uint64();
        break;
      }
      case 24: {
        target.revision = reader.int64Exact();
        break;
      }
      case 32: {
        target.raftTerm = reader.uint64Exact();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

/**
 * What members ask each other about the store, and its encoding. The numbers are stable: members of different versions
 * talk to each other; a request that a member does not know is refused.
 */

import type { KvHash } from "@quorate/store";
import { ByteReader, ByteWriter, FormatError } from "../bytes.ts";

/** A request. */
export type StoreRequest =
  /** To the leader: renew these leases. */
  | { readonly kind: "renew"; readonly ids: readonly bigint[] }
  /** To the leader: how long does this lease last? */
  | { readonly kind: "lease-time"; readonly id: bigint }
  /** To anybody: HashKV at a revision, when everything committed is applied. */
  | { readonly kind: "hash"; readonly revision: number }
  /** To anybody: the running digest at the time when this revision was compacted. */
  | { readonly kind: "compact-digest"; readonly revision: number };

/** How long a lease lasts, by the leader; −1: no such lease. */
export type LeaseSeconds = { readonly remainingSeconds: number; readonly grantedSeconds: number };

const kinds = { renew: 1, "lease-time": 2, hash: 3, "compact-digest": 4 } as const;

/** Ids in one request: enough to share a round, few enough not to hold up a turn. */
export const idsPerRequestMax = 1000;

/** Encodes a request. */
export function encodeStoreRequest(request: StoreRequest): Uint8Array {
  const writer = new ByteWriter().varint(kinds[request.kind]);
  switch (request.kind) {
    case "renew":
      writer.varint(request.ids.length);
      for (const id of request.ids) writeId(writer, id);
      break;
    case "lease-time":
      writeId(writer, request.id);
      break;
    default:
      writer.varint(request.revision);
  }
  return writer.finish();
}

/** Decodes a request; null for one of a kind that is not known. @throws FormatError */
export function decodeStoreRequest(bytes: Uint8Array): StoreRequest | null {
  const reader = new ByteReader(bytes);
  const kind = reader.varint();
  if (kind === kinds.renew) {
    const count = reader.varint();
    if (count > idsPerRequestMax) throw new FormatError(`${count} leases in one request`);
    return { kind: "renew", ids: Array.from({ length: count }, () => readId(reader)) };
  }
  if (kind === kinds["lease-time"]) return { kind: "lease-time", id: readId(reader) };
  if (kind === kinds.hash) return { kind: "hash", revision: reader.varint() };
  if (kind === kinds["compact-digest"]) return { kind: "compact-digest", revision: reader.varint() };
  return null;
}

/** "Not here": the receiver does not lead, or has nothing to say about it. */
const nothing = Uint8Array.of(0);

/** Encodes renewals; null when the receiver does not lead. */
export function encodeRenewals(renewals: readonly number[] | null): Uint8Array {
  if (renewals === null) return nothing;
  const writer = new ByteWriter().varint(1).varint(renewals.length);
  // One more, since a lease that is being revoked is told as −1.
  for (const renewal of renewals) writer.varint(renewal + 1);
  return writer.finish();
}

/** @throws FormatError */
export function decodeRenewals(bytes: Uint8Array): readonly number[] | null {
  const reader = new ByteReader(bytes);
  if (reader.varint() === 0) return null;
  return Array.from({ length: reader.varint() }, () => reader.varint() - 1);
}

export function encodeLeaseSeconds(seconds: LeaseSeconds | null): Uint8Array {
  if (seconds === null) return nothing;
  return new ByteWriter()
    .varint(1)
    .varint(seconds.remainingSeconds + 1)
    .varint(seconds.grantedSeconds)
    .finish();
}

/** @throws FormatError */
export function decodeLeaseSeconds(bytes: Uint8Array): LeaseSeconds | null {
  const reader = new ByteReader(bytes);
  if (reader.varint() === 0) return null;
  return { remainingSeconds: reader.varint() - 1, grantedSeconds: reader.varint() };
}

export function encodeKvHash(hash: KvHash | null): Uint8Array {
  if (hash === null) return nothing;
  return new ByteWriter()
    .varint(1)
    .varint(hash.hash)
    .varint(hash.compactRevision + 1)
    .varint(hash.hashRevision)
    .finish();
}

/** @throws FormatError */
export function decodeKvHash(bytes: Uint8Array): KvHash | null {
  const reader = new ByteReader(bytes);
  if (reader.varint() === 0) return null;
  return { hash: reader.varint(), compactRevision: reader.varint() - 1, hashRevision: reader.varint() };
}

export function encodeDigest(digest: number | null): Uint8Array {
  return digest === null ? nothing : new ByteWriter().varint(1).varint(digest).finish();
}

/** @throws FormatError */
export function decodeDigest(bytes: Uint8Array): number | null {
  const reader = new ByteReader(bytes);
  return reader.varint() === 0 ? null : reader.varint();
}

const half = 0x1_0000_0000n;

function writeId(writer: ByteWriter, id: bigint): void {
  const unsigned = BigInt.asUintN(64, id);
  writer.varint(Number(unsigned / half)).varint(Number(unsigned % half));
}

function readId(reader: ByteReader): bigint {
  const high = BigInt(reader.varint());
  return BigInt.asIntN(64, high * half + BigInt(reader.varint()));
}

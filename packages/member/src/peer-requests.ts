/**
 * Requests between members, above raft: their numbers and their encodings.
 */

import { ByteReader, ByteWriter } from "./bytes.ts";
import { definitely, type MemberError, type MemberErrorCode, perhaps } from "./member-error.ts";

/** Kinds of requests. The numbers are stable: members of different versions talk to each other. */
export const requestKind = {
  /** Put these entries into the log. */
  propose: 1,
  /** Are you there? */
  probe: 2,
  /** May I start with an empty disk? */
  freshness: 3,
  /** Do this for an administrator, as leader. */
  admin: 4,
  /** For the layer above; see `Member.request`. */
  application: 5,
} as const;

/** Where proposals were put: consecutive entries of one term. */
export type Placement = { readonly index: number; readonly term: number };

/** The most that a length takes, and what a writer reserves for it. */
const lengthBytesMax = 8;

/** One writer for what is short and frequent: encoding is synchronous. */
const shortRecords = new ByteWriter();
/** What is expected to be longer gets a writer of its own, so that no memory is held for long. */
const shortBytesMax = 4096;

/** Proposals for the leader of a term: they get into the log in that term, or never. */
export type Proposals = { readonly term: number; readonly batch: readonly Uint8Array[] };

/** Encodes entries' data, and the term in which they are to be appended. */
export function encodeProposals(term: number, batch: readonly Uint8Array[]): Uint8Array {
  let bytesMax = 2 * lengthBytesMax;
  for (const data of batch) bytesMax += lengthBytesMax + data.length;
  const writer = bytesMax <= shortBytesMax ? shortRecords.reset() : new ByteWriter(bytesMax);
  writer.varint(term).varint(batch.length);
  for (const data of batch) writer.bytes(data);
  return writer.finish();
}

/** Decodes entries' data; they share a copy of `bytes`. @throws FormatError */
export function decodeProposals(bytes: Uint8Array): Proposals {
  const reader = new ByteReader(bytes.slice());
  const term = reader.varint();
  const count = reader.varint();
  const batch: Uint8Array[] = [];
  for (let position = 0; position < count; position++) batch.push(reader.bytes());
  return { term, batch };
}

/** Encodes an answer: a placement, or why not. */
export function encodePlacement(placement: Placement | MemberError): Uint8Array {
  if ("code" in placement) {
    return encodeError(placement);
  }
  return shortRecords.reset().varint(0).varint(placement.index).varint(placement.term).finish();
}

/** Decodes an answer. @throws FormatError */
export function decodePlacement(bytes: Uint8Array): Placement | MemberError {
  const reader = new ByteReader(bytes);
  if (reader.varint() === 0) return { index: reader.varint(), term: reader.varint() };
  return decodeError(reader);
}

function encodeError({ definite, code, message }: MemberError): Uint8Array {
  return new ByteWriter()
    .varint(1)
    .varint(definite ? 1 : 0)
    .text(code)
    .text(message)
    .finish();
}

function decodeError(reader: ByteReader): MemberError {
  const isDefinite = reader.varint() === 1;
  const code = reader.text() as MemberErrorCode;
  const message = reader.text();
  return isDefinite ? definitely(code, message) : perhaps(code, message);
}

/** What a member with an empty disk is told. */
export type FreshnessAnswer = {
  /** The asker has been part of this cluster's work: with an empty disk it may have forgotten votes and entries. */
  readonly isKnown: boolean;
};

export function encodeFreshness(answer: FreshnessAnswer): Uint8Array {
  return new ByteWriter().varint(answer.isKnown ? 1 : 0).finish();
}

/** @throws FormatError */
export function decodeFreshness(bytes: Uint8Array): FreshnessAnswer {
  return { isKnown: new ByteReader(bytes).varint() === 1 };
}

/** Encodes an answer to the layer above, or why there is none. */
export function encodeReply(answer: Uint8Array | MemberError): Uint8Array {
  if (answer instanceof Uint8Array) return new ByteWriter(answer.length + 1).varint(0).raw(answer).finish();
  return encodeError(answer);
}

/** Decodes an answer; it is a view. @throws FormatError */
export function decodeReply(bytes: Uint8Array): Uint8Array | MemberError {
  const reader = new ByteReader(bytes);
  return reader.varint() === 0 ? reader.rest() : decodeError(reader);
}

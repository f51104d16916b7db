/**
 * Envelopes: what stands in the data of a normal log entry.
 *
 * ```
 *   version·kind  (1 byte: version << 4 | kind)
 *   origin        varint member, varint nonce, varint serial      who answers a caller when this is applied
 *   kind's fields
 *   payload       the rest
 * ```
 *
 * An entry without any bytes is a leader's first in its term, or stands where a membership change was refused.
 */

import type { NodeId } from "@quorate/raft";
import { ByteReader, ByteWriter, FormatError } from "./bytes.ts";

/** Who proposed an entry: a member, in one of its lives, by its own count. */
export type Origin = {
  readonly member: NodeId;
  /** Differs from life to life of the member. */
  readonly nonce: number;
  readonly serial: number;
};

/** What an entry asks for. */
export type EnvelopeBody =
  /** A command for the state machine. */
  | { readonly kind: "command"; readonly payload: Uint8Array }
  /** A command that is executed once, however often it is proposed (thesis §6.3). */
  | {
      readonly kind: "session-command";
      readonly session: number;
      readonly number: number;
      readonly payload: Uint8Array;
    }
  /** Opens a session; its id is the entry's index. */
  | { readonly kind: "open-session" }
  | { readonly kind: "close-session"; readonly session: number }
  /** The leader has heard from this member: from now on it may not come back with an empty disk. */
  | { readonly kind: "member-active"; readonly id: NodeId }
  /** A member says its name and where clients reach it. */
  | {
      readonly kind: "publish-member";
      readonly id: NodeId;
      readonly name: string;
      readonly clientUrls: readonly string[];
    };

/** A decoded entry. */
export type Envelope = { readonly origin: Origin } & EnvelopeBody;

const version = 1;
const kinds = [
  "command",
  "session-command",
  "open-session",
  "close-session",
  "member-active",
  "publish-member",
] as const;

/** One writer for the fields of all envelopes: encoding is synchronous. */
const fields = new ByteWriter();

/** Encodes an entry's data. */
export function encodeEnvelope(origin: Origin, body: EnvelopeBody): Uint8Array {
  const writer = fields.reset();
  writer.varint((version << 4) | kinds.indexOf(body.kind));
  writer.varint(origin.member).varint(origin.nonce).varint(origin.serial);
  switch (body.kind) {
    case "command":
      return withPayload(writer, body.payload);
    case "session-command":
      return withPayload(writer.varint(body.session).varint(body.number), body.payload);
    case "open-session":
      break;
    case "close-session":
      writer.varint(body.session);
      break;
    case "member-active":
      writer.varint(body.id);
      break;
    case "publish-member":
      writer.varint(body.id).text(body.name).varint(body.clientUrls.length);
      for (const url of body.clientUrls) writer.text(url);
      break;
  }
  return writer.finish();
}

/** Memory for envelopes is taken from slabs: a buffer of its own for each costs more than all the rest of encoding it. */
const slabBytes = 64 * 1024;
/** Larger envelopes get memory of their own, so that little of a slab is ever wasted. */
const slabShareMax = slabBytes / 16;
let slab = new Uint8Array(0);
let slabUsed = 0;

function withPayload(head: ByteWriter, payload: Uint8Array): Uint8Array {
  const data = allocate(head.size + payload.length);
  head.copyTo(data);
  data.set(payload, head.size);
  return data;
}

/** Memory that nobody else writes to. Entries of one slab go into the log together and leave it together. */
function allocate(bytes: number): Uint8Array {
  if (bytes > slabShareMax) return new Uint8Array(bytes);
  if (slabUsed + bytes > slab.length) {
    slab = new Uint8Array(slabBytes);
    slabUsed = 0;
  }
  slabUsed += bytes;
  return slab.subarray(slabUsed - bytes, slabUsed);
}

/**
 * Decodes an entry's data; the payload is a view of it.
 * @throws FormatError if another version or something else wrote it.
 */
export function decodeEnvelope(data: Uint8Array): Envelope {
  const reader = new ByteReader(data);
  const tag = reader.varint();
  if (tag >> 4 !== version) {
    throw new FormatError(
      `the entry has format ${tag >> 4}, this member knows ${version}; upgrade this member`,
    );
  }
  const kind = kinds[tag & 15];
  if (kind === undefined)
    throw new FormatError(`the entry has the unknown kind ${tag & 15}; upgrade this member`);
  const origin: Origin = { member: reader.varint(), nonce: reader.varint(), serial: reader.varint() };
  switch (kind) {
    case "command":
      return { origin, kind, payload: reader.rest() };
    case "session-command":
      return { origin, kind, session: reader.varint(), number: reader.varint(), payload: reader.rest() };
    case "open-session":
      return { origin, kind };
    case "close-session":
      return { origin, kind, session: reader.varint() };
    case "member-active":
      return { origin, kind, id: reader.varint() };
    case "publish-member":
      return { origin, kind, id: reader.varint(), name: reader.text(), clientUrls: readTexts(reader) };
  }
}

/** Grows with what is there, never with what a count claims. */
function readTexts(reader: ByteReader): string[] {
  const texts: string[] = [];
  for (let left = reader.varint(); left > 0; left--) texts.push(reader.text());
  return texts;
}

/**
 * The handshake that opens a connection: a hello by the dialer, a welcome or a refusal by the acceptor. Or, by somebody
 * who has no identity yet: an inquiry, answered by a reply or a refusal, and the end of the connection.
 *
 * | part | bytes |
 * |---|---|
 * | magic | 4: `QRM1` |
 * | kind | 1: hello, welcome, refusal, inquiry, reply |
 * | zero | 1 |
 * | body length | 2, little endian |
 * | body | its length; what a later version appends is skipped |
 * | CRC-32 | 4, of everything before |
 */

import { crc32 } from "node:zlib";
import type { NodeId } from "@quorate/raft";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { isLane } from "./frame.ts";
import type { Lane } from "./lane.ts";
import { WireError } from "./transport-error.ts";

/** Protocol versions that a member speaks, both ends included. */
export type VersionRange = { readonly min: number; readonly max: number };

/** What this code speaks: frames and messages as described, version 1. */
export const protocolVersions: VersionRange = { min: 1, max: 1 };

/** The dialer introduces itself. */
export type Hello = {
  readonly kind: "hello";
  readonly clusterId: bigint;
  readonly from: NodeId;
  /** Whom it means to reach. */
  readonly to: NodeId;
  readonly versions: VersionRange;
  readonly lane: Lane;
  /** Differs from life to life of the dialer. */
  readonly incarnation: number;
  /** Where the dialer can be reached, `host:port`. */
  readonly addresses: readonly string[];
};

/** The acceptor agrees. */
export type Welcome = {
  readonly kind: "welcome";
  readonly from: NodeId;
  /** The version to be spoken. */
  readonly version: number;
  readonly incarnation: number;
};

/** The acceptor refuses, and will close. */
export type Refused = {
  readonly kind: "refusal";
  /** A `RefusalCause`, or a number of a later version. */
  readonly cause: number;
  readonly detail: string;
};

/** Somebody without an identity asks something. What the bytes mean is the members' affair. */
export type Inquiry = {
  readonly kind: "inquiry";
  readonly clusterId: bigint;
  readonly versions: VersionRange;
  readonly bytes: Uint8Array;
};

/** The answer to an inquiry. */
export type Reply = { readonly kind: "reply"; readonly bytes: Uint8Array };

export type Handshake = Hello | Welcome | Refused | Inquiry | Reply;

const magic = Uint8Array.of(0x51, 0x52, 0x4d, 0x31);
const headBytes = 8;
const checksumBytes = 4;
const kinds = ["hello", "welcome", "refusal", "inquiry", "reply"] as const;
/** The longest body of all kinds but a reply. */
const bodyBytesMax = 1000;
/** The longest body of a reply: what its length can say. */
const replyBodyBytesMax = 0xffff;
/** The longest handshake, and all that is read of a peer before one is complete. */
export const handshakeBytesMax: number = headBytes + bodyBytesMax + checksumBytes;
/** The most that an inquiry may ask, and a reply may answer. */
export const inquiryBytesMax = 900;
export const replyBytesMax = 65_000;
export const addressesMax = 8;
export const addressBytesMax = 100;
const detailBytesMax = 250;

/** Encodes a handshake. @throws RangeError if it is too long: too many or too long addresses, too much to ask or answer. */
export function encodeHandshake(handshake: Handshake): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.raw(magic);
  writer.u8(kinds.indexOf(handshake.kind) + 1);
  writer.u8(0);
  writer.u16(0);
  if (handshake.kind === "hello") encodeHello(writer, handshake);
  else if (handshake.kind === "welcome") {
    writer.varint(handshake.from);
    writer.u16(handshake.version);
    writer.varint(handshake.incarnation);
  } else if (handshake.kind === "inquiry") {
    writer.u64(handshake.clusterId);
    writer.u16(handshake.versions.min);
    writer.u16(handshake.versions.max);
    writer.u16(handshake.bytes.length);
    writer.raw(handshake.bytes);
  } else if (handshake.kind === "reply") {
    writer.u16(handshake.bytes.length);
    writer.raw(handshake.bytes);
  } else {
    writer.u8(handshake.cause);
    writer.text(
      Buffer.from(handshake.detail)
        .subarray(0, detailBytesMax - 3)
        .toString(),
    );
  }
  const bodyBytes = writer.length - headBytes;
  if (bodyBytes > longestBody(handshake.kind))
    throw new RangeError(`a handshake of ${bodyBytes} bytes is too long`);
  writer.bytes[6] = bodyBytes & 0xff;
  writer.bytes[7] = bodyBytes >>> 8;
  writer.u32(crc32(writer.bytes.subarray(0, writer.length)));
  return writer.copy();
}

function longestBody(kind: Handshake["kind"]): number {
  return kind === "reply" ? replyBodyBytesMax : bodyBytesMax;
}

function encodeHello(writer: ByteWriter, hello: Hello): void {
  writer.u64(hello.clusterId);
  writer.varint(hello.from);
  writer.varint(hello.to);
  writer.u16(hello.versions.min);
  writer.u16(hello.versions.max);
  writer.u8(hello.lane);
  writer.varint(hello.incarnation);
  writer.u8(hello.addresses.length);
  for (const address of hello.addresses) writer.text(address);
}

/** A handshake and how many bytes it took. */
export type ParsedHandshake = { readonly handshake: Handshake; readonly bytes: number };

/**
 * Reads a handshake from the beginning of a stream; null if more bytes are needed. A reply, which alone may be long, is
 * read only by whoever asked.
 *
 * @throws WireError `garbage` as soon as the first wrong byte shows, `corrupt` or `oversized` later.
 */
export function parseHandshake(bytes: Uint8Array, expectsReply = false): ParsedHandshake | null {
  for (let at = 0; at < Math.min(magic.length, bytes.length); at++) {
    if (bytes[at] !== magic[at]) throw new WireError("garbage", "not the handshake of a member");
  }
  if (bytes.length < headBytes) return null;
  const reader = new ByteReader().open(bytes, magic.length);
  const kind = kinds[reader.u8() - 1];
  if (kind === undefined || reader.u8() !== 0) throw new WireError("garbage", "an unknown kind of handshake");
  if (kind === "reply" && !expectsReply) throw new WireError("garbage", "a reply that nobody asked for");
  const bodyBytes = reader.u16();
  if (bodyBytes > longestBody(kind))
    throw new WireError("oversized", `a handshake claims ${bodyBytes} bytes`);
  const bodyEnd = headBytes + bodyBytes;
  if (bytes.length < bodyEnd + checksumBytes) return null;
  const checksum = new ByteReader().open(bytes, bodyEnd).u32();
  if (crc32(bytes.subarray(0, bodyEnd)) !== checksum) {
    throw new WireError("corrupt", "the checksum of a handshake does not match");
  }
  return {
    handshake: parseBody(kind, reader.open(bytes, headBytes, bodyEnd)),
    bytes: bodyEnd + checksumBytes,
  };
}

function parseBody(kind: Handshake["kind"], reader: ByteReader): Handshake {
  if (kind === "hello") return parseHello(reader);
  if (kind === "welcome") {
    return { kind, from: reader.varint(), version: reader.u16(), incarnation: reader.varint() };
  }
  if (kind === "refusal") return { kind, cause: reader.u8(), detail: reader.text(detailBytesMax) };
  if (kind === "reply") return { kind, bytes: readBytes(reader, replyBytesMax) };
  const clusterId = reader.u64();
  const versions = { min: reader.u16(), max: reader.u16() };
  return { kind, clusterId, versions, bytes: readBytes(reader, inquiryBytesMax) };
}

function readBytes(reader: ByteReader, bytesMax: number): Uint8Array {
  const length = reader.u16();
  if (length > bytesMax) throw new WireError("oversized", `${length} bytes in an inquiry or its answer`);
  return reader.view(length).slice();
}

function parseHello(reader: ByteReader): Hello {
  const clusterId = reader.u64();
  const from = reader.varint();
  const to = reader.varint();
  const versions = { min: reader.u16(), max: reader.u16() };
  const lane = reader.u8();
  if (!isLane(lane)) throw new WireError("bad-frame", `lane ${lane} is unknown`);
  const incarnation = reader.varint();
  const count = reader.u8();
  if (count > addressesMax) throw new WireError("oversized", `${count} addresses in a handshake`);
  const addresses: string[] = [];
  for (let position = 0; position < count; position++) addresses.push(reader.text(addressBytesMax));
  return { kind: "hello", clusterId, from, to, versions, lane, incarnation, addresses };
}

/** The highest version that both speak; null if there is none. */
export function negotiateVersion(mine: VersionRange, theirs: VersionRange): number | null {
  const highest = Math.min(mine.max, theirs.max);
  return highest >= Math.max(mine.min, theirs.min) ? highest : null;
}

/**
 * What frames other than messages carry.
 */

import type { Message } from "@quorate/raft";
import { ByteReader, ByteWriter, corrupt, varintBytesMax } from "./bytes.ts";
import { decodeMessage, encodeMessage } from "./message-codec.ts";
import { snapshotChecksumBytesMax, snapshotIdBytesMax } from "./snapshot-stream.ts";

/** The dialer's clocks at sending. */
export type Ping = { readonly sentAtMs: number; readonly sentWallMs: number };

/** The same back, with the acceptor's wall clock at receiving and answering. */
export type Pong = Ping & { readonly receivedWallMs: number; readonly answeredWallMs: number };

export type RequestPayload = {
  readonly id: number;
  readonly kind: number;
  readonly timeoutMs: number;
  readonly bytes: Uint8Array;
};

/** How a request ended at the acceptor. The numbers are sent to peers. */
export const ResponseStatus = { ok: 0, refused: 1, failed: 2, tooLarge: 3 } as const;
export type ResponseStatus = (typeof ResponseStatus)[keyof typeof ResponseStatus];

/** `bytes` is the answer, or the UTF-8 of why there is none. */
export type ResponsePayload = {
  readonly id: number;
  readonly status: ResponseStatus;
  readonly bytes: Uint8Array;
};

export type SnapshotOfferPayload = {
  readonly id: string;
  readonly totalBytes: number;
  readonly checksum: Uint8Array;
  readonly message: Message;
};

export type SnapshotResultPayload = { readonly ok: boolean; readonly text: string };

/** One writer for all: encoding is synchronous and does not nest. */
const writer = new ByteWriter();

/** Longest text that says why a request or a snapshot failed. */
const textBytesMax = 1000;

/** Bytes that a request or a response may add to its content. */
export const envelopeBytesMax: number = 3 * varintBytesMax;

export function encodePing(ping: Ping): Uint8Array {
  writer.reset();
  writer.f64(ping.sentAtMs);
  writer.f64(ping.sentWallMs);
  return writer.copy();
}

export function decodePing(payload: Uint8Array): Ping {
  const reader = new ByteReader().open(payload);
  const ping = { sentAtMs: reader.f64(), sentWallMs: reader.f64() };
  reader.finish();
  return ping;
}

export function encodePong(pong: Pong): Uint8Array {
  writer.reset();
  writer.f64(pong.sentAtMs);
  writer.f64(pong.sentWallMs);
  writer.f64(pong.receivedWallMs);
  writer.f64(pong.answeredWallMs);
  return writer.copy();
}

export function decodePong(payload: Uint8Array): Pong {
  const reader = new ByteReader().open(payload);
  const pong = {
    sentAtMs: reader.f64(),
    sentWallMs: reader.f64(),
    receivedWallMs: reader.f64(),
    answeredWallMs: reader.f64(),
  };
  reader.finish();
  return pong;
}

export function encodeRequest(request: RequestPayload): Uint8Array {
  writer.reset();
  writer.varint(request.id);
  writer.varint(request.kind);
  writer.varint(request.timeoutMs);
  writer.raw(request.bytes);
  return writer.copy();
}

export function decodeRequest(payload: Uint8Array): RequestPayload {
  const reader = new ByteReader().open(payload);
  return { id: reader.varint(), kind: reader.varint(), timeoutMs: reader.varint(), bytes: reader.rest() };
}

export function encodeResponse(response: ResponsePayload): Uint8Array {
  writer.reset();
  writer.varint(response.id);
  writer.u8(response.status);
  writer.raw(response.bytes);
  return writer.copy();
}

export function decodeResponse(payload: Uint8Array): ResponsePayload {
  const reader = new ByteReader().open(payload);
  const id = reader.varint();
  const status = reader.u8();
  if (status > ResponseStatus.tooLarge) throw corrupt(`response status ${status} is unknown`);
  return { id, status: status as ResponseStatus, bytes: reader.rest() };
}

export function encodeSnapshotOffer(offer: SnapshotOfferPayload): Uint8Array {
  writer.reset();
  writer.text(offer.id);
  writer.varint(offer.totalBytes);
  writer.block(offer.checksum);
  encodeMessage(writer, offer.message);
  return writer.copy();
}

export function decodeSnapshotOffer(payload: Uint8Array): SnapshotOfferPayload {
  const reader = new ByteReader().open(payload);
  const id = reader.text(snapshotIdBytesMax);
  const totalBytes = reader.varint();
  const checksum = reader.block();
  if (checksum.length > snapshotChecksumBytesMax) throw corrupt("a snapshot's checksum is too long");
  return { id, totalBytes, checksum, message: decodeMessage(reader.rest()) };
}

/** A byte position: where to resume, or how much is stored. */
export function encodePosition(position: number): Uint8Array {
  writer.reset();
  writer.varint(position);
  return writer.copy();
}

export function decodePosition(payload: Uint8Array): number {
  const reader = new ByteReader().open(payload);
  const position = reader.varint();
  reader.finish();
  return position;
}

export function encodeSnapshotChunk(offset: number, bytes: Uint8Array): Uint8Array {
  writer.reset();
  writer.varint(offset);
  writer.raw(bytes);
  return writer.copy();
}

export function decodeSnapshotChunk(payload: Uint8Array): {
  readonly offset: number;
  readonly bytes: Uint8Array;
} {
  const reader = new ByteReader().open(payload);
  return { offset: reader.varint(), bytes: reader.rest() };
}

export function encodeSnapshotResult(result: SnapshotResultPayload): Uint8Array {
  writer.reset();
  writer.u8(result.ok ? 1 : 0);
  writer.text(shorten(result.text));
  return writer.copy();
}

export function decodeSnapshotResult(payload: Uint8Array): SnapshotResultPayload {
  const reader = new ByteReader().open(payload);
  const ok = reader.u8() === 1;
  const text = reader.text(textBytesMax);
  reader.finish();
  return { ok, text };
}

/** A text that fits where texts travel. */
export function shorten(text: string): string {
  return text.length <= textBytesMax / 4 ? text : `${text.slice(0, textBytesMax / 4 - 1)}…`;
}

/**
 * Batches: several messages in one frame, each behind its length (four bytes, little endian).
 */

import type { Message } from "@quorate/raft";
import { ByteReader, type ByteWriter, corrupt } from "./bytes.ts";
import { decodeMessage, encodeMessage } from "./message-codec.ts";

const lengthBytes = 4;

/** Appends one message to a batch. */
export function encodeBatched(writer: ByteWriter, message: Message): void {
  const start = writer.length;
  writer.u32(0);
  encodeMessage(writer, message);
  writer.setU32(start, writer.length - start - lengthBytes);
}

/** Decodes the messages of a batch, one by one, in order. @throws WireError `corrupt` */
export function decodeBatch(bytes: Uint8Array, onMessage: (message: Message) => void): void {
  const reader = new ByteReader();
  let position = 0;
  while (position < bytes.length) {
    const length = reader.open(bytes, position).u32();
    position += lengthBytes;
    if (length > bytes.length - position) throw corrupt("a batch ends inside a message");
    const message = decodeMessage(bytes, position, position + length);
    position += length;
    onMessage(message);
  }
}

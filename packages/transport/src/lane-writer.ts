/**
 * Feeds one connection from one queue: packs messages into frames, cuts large units, and stops where the socket does.
 */

import { ByteWriter } from "./bytes.ts";
import type { Connection } from "./connection.ts";
import { continuedFlag, FrameType } from "./frame.ts";
import type { QueueLimits, TcpLimits } from "./limits.ts";
import { encodeBatched } from "./message-batch.ts";
import { type DropRule, type Outgoing, SendQueue } from "./send-queue.ts";

/** What the owner of a writer hears. */
export type LaneWriterHandlers = {
  /** A queued thing was given up: the queue was full, or the connection was lost. */
  onDrop(item: Outgoing, cause: "full" | "lost"): void;
  /** A request left the queue for this connection: from now on the peer may have seen it. */
  onSent(requestId: number, connection: Connection): void;
};

/** One encoder for all lanes: encoding is synchronous. */
const encoder = new ByteWriter();

/** A unit of which a part was written. */
type Partial = { readonly type: FrameType; readonly payload: Uint8Array; offset: number };

export class LaneWriter {
  readonly queue: SendQueue;
  readonly #chunkBytes: number;
  readonly #handlers: LaneWriterHandlers;
  #connection: Connection | null = null;
  #partial: Partial | null = null;

  constructor(limits: TcpLimits, queueLimits: QueueLimits, rule: DropRule, handlers: LaneWriterHandlers) {
    this.queue = new SendQueue(queueLimits, rule);
    this.#chunkBytes = limits.chunkBytes;
    this.#handlers = handlers;
  }

  /** Queues something; `pump` sends it. */
  push(item: Outgoing): void {
    this.queue.push(item, (dropped) => this.#handlers.onDrop(dropped, "full"));
  }

  /** Begins to feed a connection. */
  attach(connection: Connection): void {
    this.#connection = connection;
    this.pump();
  }

  /** The connection is gone: everything that waited for it is given up. */
  detach(): void {
    this.#connection = null;
    this.#partial = null;
    this.queue.clear((dropped) => this.#handlers.onDrop(dropped, "lost"));
  }

  /** Writes as much as the connection takes. */
  pump(): void {
    const connection = this.#connection;
    while (connection?.isWritable === true) {
      if (this.#partial !== null) this.#writePart(connection, this.#partial);
      else if (!this.#writeNext(connection)) return;
    }
  }

  #writeNext(connection: Connection): boolean {
    const first = this.queue.peek();
    if (first === undefined) return false;
    if (first.message === null) {
      this.queue.shift();
      if (first.requestId !== 0) this.#handlers.onSent(first.requestId, connection);
      this.#begin(connection, first.type, first.payload);
      return true;
    }
    encoder.reset();
    let estimate = 0;
    for (
      let item = this.queue.peek();
      item !== undefined && item.message !== null;
      item = this.queue.peek()
    ) {
      estimate += item.sizeBytes;
      if (estimate > this.#chunkBytes && encoder.length > 0) break;
      this.queue.shift();
      // At once, since growing step by step would copy a large message again and again.
      encoder.reserve(item.sizeBytes);
      encodeBatched(encoder, item.message);
    }
    if (encoder.length <= this.#chunkBytes) {
      connection.write(FrameType.messages, 0, encoder.bytes, 0, encoder.length);
    } else {
      this.#begin(connection, FrameType.messages, encoder.detach());
    }
    return true;
  }

  #begin(connection: Connection, type: FrameType, payload: Uint8Array): void {
    if (payload.length <= this.#chunkBytes) connection.write(type, 0, payload);
    else this.#partial = { type, payload, offset: 0 };
  }

  #writePart(connection: Connection, partial: Partial): void {
    const end = Math.min(partial.offset + this.#chunkBytes, partial.payload.length);
    const last = end === partial.payload.length;
    connection.write(partial.type, last ? 0 : continuedFlag, partial.payload, partial.offset, end);
    partial.offset = end;
    if (last) this.#partial = null;
  }
}

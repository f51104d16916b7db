/**
 * A bounded queue of what waits for a connection.
 */

import type { Message } from "@quorate/raft";
import type { FrameType } from "./frame.ts";
import type { QueueLimits } from "./limits.ts";

/** One waiting thing: a message, encoded only when it goes, or a unit that is encoded already. */
export type Outgoing = {
  readonly message: Message | null;
  readonly type: FrameType;
  /** Payload of the unit; empty for messages. */
  readonly payload: Uint8Array;
  readonly sizeBytes: number;
  /** A request's id, or 0. */
  readonly requestId: number;
};

/** Which end gives way when the queue is full. */
export type DropRule = "oldest" | "newest";

/** First in, first out, within bounds. */
export class SendQueue {
  readonly #limits: QueueLimits;
  readonly #rule: DropRule;
  /** Slots before `#head` are empty, so that nothing that left is kept alive. */
  #items: (Outgoing | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  constructor(limits: QueueLimits, rule: DropRule) {
    this.#limits = limits;
    this.#rule = rule;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Adds one. Whatever has to give way goes to `onDrop`, in order; it may be the new one itself. A thing that exceeds
   * the bound by itself is taken if the queue is empty.
   */
  push(item: Outgoing, onDrop: (dropped: Outgoing) => void): void {
    while (this.length > 0 && this.#isFullFor(item)) {
      if (this.#rule === "newest") {
        onDrop(item);
        return;
      }
      onDrop(this.shift() as Outgoing);
    }
    this.#items.push(item);
    this.#bytes += item.sizeBytes;
  }

  peek(): Outgoing | undefined {
    return this.#items[this.#head];
  }

  shift(): Outgoing | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head++] = undefined;
    this.#bytes -= item.sizeBytes;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Takes everything out, in order. */
  clear(onDrop: (dropped: Outgoing) => void): void {
    const items = this.#items.slice(this.#head);
    this.#items = [];
    this.#head = 0;
    this.#bytes = 0;
    for (const item of items) onDrop(item as Outgoing);
  }

  /** Takes one request out, wherever it is; false if it is not here any more. */
  remove(requestId: number): boolean {
    const at = this.#items.findIndex((item) => item !== undefined && item.requestId === requestId);
    const item = this.#items[at];
    if (item === undefined) return false;
    this.#bytes -= item.sizeBytes;
    this.#items.splice(at, 1);
    return true;
  }

  #isFullFor(item: Outgoing): boolean {
    return this.length >= this.#limits.messagesMax || this.#bytes + item.sizeBytes > this.#limits.bytesMax;
  }
}

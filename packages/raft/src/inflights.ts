/**
 * Inflights: the sliding window of append messages that a follower has not acknowledged yet (thesis §10.2.1).
 */

import { invariant } from "./outcome.ts";

const firstCapacity = 16;

/**
 * A ring of (last index, bytes) per message, limited by a count and softly by bytes: the message that crosses the
 * byte limit is still sent, the next is not. The ring grows on demand up to the count.
 *
 * ```
 *   indexes  [ …, 17, 18, 21, … ]      one slot per MsgApp that carried entries
 *   bytes    [ …,  9, 64, 12, … ]
 *                  ^ start      ^ start + count
 * ```
 */
export class Inflights {
  private readonly countMax: number;
  private readonly bytesMax: number;
  private indexes: Float64Array = new Float64Array(0);
  private sizes: Float64Array = new Float64Array(0);
  private start = 0;
  private used = 0;
  private bytes = 0;

  /** `bytesMax` 0 means no byte limit. */
  constructor(countMax: number, bytesMax: number) {
    this.countMax = countMax;
    this.bytesMax = bytesMax;
  }

  /** Messages in flight. */
  get count(): number {
    return this.used;
  }

  /** Whether no more may be sent. */
  isFull(): boolean {
    return this.used >= this.countMax || (this.bytesMax !== 0 && this.bytes >= this.bytesMax);
  }

  /** Notes a message whose last entry is `index`, carrying `bytes` of payload. Indexes must rise. */
  add(index: number, bytes: number): void {
    invariant(!this.isFull(), "a message was added to a full in-flight window");
    if (this.used === this.indexes.length) this.grow();
    const slot = (this.start + this.used) % this.indexes.length;
    this.indexes[slot] = index;
    this.sizes[slot] = bytes;
    this.used++;
    this.bytes += bytes;
  }

  /** Frees every message whose last entry is at most `index`. */
  freeUpTo(index: number): void {
    while (this.used > 0 && (this.indexes[this.start] as number) <= index) {
      this.bytes -= this.sizes[this.start] as number;
      this.start = (this.start + 1) % this.indexes.length;
      this.used--;
    }
  }

  /** Forgets everything. */
  reset(): void {
    this.start = 0;
    this.used = 0;
    this.bytes = 0;
  }

  private grow(): void {
    const capacity = Math.min(this.countMax, Math.max(firstCapacity, this.indexes.length * 2));
    const indexes = new Float64Array(capacity);
    const sizes = new Float64Array(capacity);
    for (let position = 0; position < this.used; position++) {
      const slot = (this.start + position) % this.indexes.length;
      indexes[position] = this.indexes[slot] as number;
      sizes[position] = this.sizes[slot] as number;
    }
    this.indexes = indexes;
    this.sizes = sizes;
    this.start = 0;
  }
}

/**
 * Heads by their blocks. A client that makes the same call again sends the same few bytes again, all of them indexes; as
 * long as the table that they point into has not changed they mean the same.
 */

import type { RequestHead } from "./request-head.ts";

const slotCount = 4;
const blockBytesMax = 128;

type Slot = { readonly block: Buffer; readonly generation: number; readonly head: RequestHead };

/** One per connection. */
export class HeadCache {
  private readonly slots: (Slot | null)[] = [null, null, null, null];
  private next = 0;

  /** The head of a block under this generation of the table, or null. */
  find(bytes: Buffer, start: number, end: number, generation: number): RequestHead | null {
    for (const slot of this.slots) {
      if (slot !== null && slot.generation === generation && isSame(slot.block, bytes, start, end)) {
        return slot.head;
      }
    }
    return null;
  }

  /** Keeps the head of a block that did not change the table. */
  keep(bytes: Buffer, start: number, end: number, generation: number, head: RequestHead): void {
    if (end - start > blockBytesMax) return;
    const block = Buffer.from(bytes.subarray(start, end));
    this.slots[this.next] = { block, generation, head };
    this.next = (this.next + 1) % slotCount;
  }
}

function isSame(block: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (block.length !== end - start) return false;
  // From the end: blocks of one client differ there, if at all.
  for (let at = block.length - 1; at >= 0; at--) {
    if (block[at] !== bytes[start + at]) return false;
  }
  return true;
}

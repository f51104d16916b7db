/**
 * Cuts small byte strings from larger ones. An array of its own costs an allocation outside of the heap and a finalizer for
 * everything above 64 bytes; a view of a slab costs neither. What is cut together lives and dies together: records of one
 * commit, events of neighbouring revisions.
 */

const slabBytes = 64 * 1024;
const cutBytesMax = 4 * 1024;

/** An array of more bytes than this lies outside of the heap. A view of a smaller one moves that out too, and costs as much. */
export const heapBytesMax = 64;

/** A place to cut from, for things that live about as long as each other. */
export class Slab {
  #bytes = new ArrayBuffer(0);
  #used = 0;

  /** New bytes, all zero, not shared with anybody. */
  cut(length: number): Uint8Array {
    if (length <= heapBytesMax || length > cutBytesMax) return new Uint8Array(length);
    if (this.#used + length > this.#bytes.byteLength) {
      this.#bytes = new ArrayBuffer(slabBytes);
      this.#used = 0;
    }
    const bytes = new Uint8Array(this.#bytes, this.#used, length);
    this.#used += length;
    return bytes;
  }
}

const records = new Slab();

/** New bytes for a record or its key: all zero, not shared with anybody. */
export function newBytes(length: number): Uint8Array {
  return records.cut(length);
}

/** A copy of bytes for a record. */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  const copy = newBytes(bytes.length);
  copy.set(bytes);
  return copy;
}

/**
 * Cuts small byte strings from larger ones. An array of its own costs an allocation outside of the heap and a finalizer for
 * everything above 64 bytes; a view of a slab costs neither. What is cut together lives and dies together: records of one
 * commit, events of neighbouring revisions.
 */

const slabBytes = 64 * 1024;
const cutBytesMax = 4 * 1024;

let slab = new ArrayBuffer(slabBytes);
let used = 0;

/** New bytes, all zero, not shared with anybody. */
export function newBytes(length: number): Uint8Array {
  if (length <= 64 || length > cutBytesMax) return new Uint8Array(length);
  if (used + length > slabBytes) {
    slab = new ArrayBuffer(slabBytes);
    used = 0;
  }
  const bytes = new Uint8Array(slab, used, length);
  used += length;
  return bytes;
}

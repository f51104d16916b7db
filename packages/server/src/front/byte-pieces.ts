/**
 * Bytes as they arrive in pieces. Short pieces are put together, so that a client that sends byte by byte does not cost
 * an object, and a whole network chunk behind it, for each.
 */

const pieceBytesMin = 2048;
const tailBytesMin = 256;
const tailBytesMax = 16_384;
const noTail = new Uint8Array(0);

/** See the module. */
export class BytePieces {
  private pieces: Uint8Array[] = [];
  private total = 0;
  /** Memory of the last piece, if that is short ones put together; it grows from the least to the most. */
  private tail: Uint8Array = noTail;
  private tailBytes = 0;

  /** Bytes that are here. */
  get length(): number {
    return this.total;
  }

  /** Adds bytes; long ones are not copied. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.total += bytes.length;
    if (bytes.length >= pieceBytesMin || this.pieces.length === 0) {
      this.tail = noTail;
      this.pieces.push(bytes);
    } else if (this.tail === noTail || this.tailBytes + bytes.length > tailBytesMax) {
      this.tail = new Uint8Array(Math.max(tailBytesMin, bytes.length));
      this.tail.set(bytes);
      this.tailBytes = bytes.length;
      this.pieces.push(this.tail.subarray(0, this.tailBytes));
    } else {
      this.growTail(bytes);
    }
  }

  /** The first so many bytes, in one; so many must be here. At least: the view may be longer. */
  peek(bytes: number): Uint8Array {
    const first = this.pieces[0] as Uint8Array;
    if (first.length >= bytes) return first;
    let count = 0;
    let length = 0;
    while (length < bytes) length += (this.pieces[count++] as Uint8Array).length;
    const joined = new Uint8Array(length);
    let at = 0;
    for (const piece of this.pieces.splice(0, count)) {
      joined.set(piece, at);
      at += piece.length;
    }
    this.pieces.unshift(joined);
    this.tail = noTail;
    return joined;
  }

  /** Takes the first so many bytes away, in one; so many must be here. */
  take(bytes: number): Uint8Array {
    if (bytes === 0) return noTail;
    const first = this.peek(bytes);
    this.tail = noTail;
    this.total -= bytes;
    if (first.length === bytes) this.pieces.shift();
    else this.pieces[0] = first.subarray(bytes);
    return first.subarray(0, bytes);
  }

  /** Drops everything. */
  clear(): void {
    this.pieces = [];
    this.total = 0;
    this.tail = noTail;
  }

  private growTail(bytes: Uint8Array): void {
    const needed = this.tailBytes + bytes.length;
    if (needed > this.tail.length) {
      const larger = new Uint8Array(Math.min(tailBytesMax, Math.max(needed, this.tail.length * 2)));
      larger.set(this.tail.subarray(0, this.tailBytes));
      this.tail = larger;
    }
    this.tail.set(bytes, this.tailBytes);
    this.tailBytes = needed;
    this.pieces[this.pieces.length - 1] = this.tail.subarray(0, needed);
  }
}

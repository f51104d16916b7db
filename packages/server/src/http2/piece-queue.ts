/**
 * Bytes of a stream that wait to be sent, in the pieces in which they were written.
 */

const noPiece = new Uint8Array(0);
/** Pieces that are gone are cut off when they are many, so that taking one costs the same however many wait. */
const goneMax = 64;

/** See the module. */
export class PieceQueue {
  private pieces: Uint8Array[] = noPieces;
  private head = 0;
  private at = 0;
  private total = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.total;
  }

  /** The first piece; some bytes must wait. */
  get first(): Uint8Array {
    return this.pieces[this.head] ?? noPiece;
  }

  /** How much of the first is gone. */
  get firstAt(): number {
    return this.at;
  }

  /** Adds a piece, which is not empty. */
  push(bytes: Uint8Array): void {
    if (this.pieces === noPieces) this.pieces = [];
    this.pieces.push(bytes);
    this.total += bytes.length;
  }

  /** Takes bytes away that are within the first piece. */
  drop(bytes: number): void {
    this.total -= bytes;
    this.at += bytes;
    if (this.at < this.first.length) return;
    this.pieces[this.head++] = noPiece;
    this.at = 0;
    if (this.head === this.pieces.length || (this.head >= goneMax && this.head * 2 >= this.pieces.length)) {
      this.pieces.splice(0, this.head);
      this.head = 0;
    }
  }

  /** Drops everything. */
  clear(): void {
    this.pieces = noPieces;
    this.head = 0;
    this.at = 0;
    this.total = 0;
  }
}

/** Of all queues that never had anything: most streams. */
const noPieces: Uint8Array[] = [];

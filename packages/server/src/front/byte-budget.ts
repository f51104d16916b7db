/**
 * A bound on bytes that all clients together may make the server hold: without it, thousands of half-sent messages,
 * each of a legal size, would be a gigabyte.
 */

/** Counts bytes against a maximum. Who took gives back, exactly once. */
export class ByteBudget {
  readonly bytesMax: number;
  private taken = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** Bytes that are taken now. */
  get usedBytes(): number {
    return this.taken;
  }

  /** Takes so many bytes; false, and nothing taken, if they are not there. */
  take(bytes: number): boolean {
    if (this.taken + bytes > this.bytesMax) return false;
    this.taken += bytes;
    return true;
  }

  /** Gives back what was taken. */
  give(bytes: number): void {
    if (bytes > this.taken) throw new Error(`${bytes} bytes given back, ${this.taken} taken`);
    this.taken -= bytes;
  }
}

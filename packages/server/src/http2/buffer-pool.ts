/**
 * Buffers that frames are gathered in. A connection has one only while it has something to send, so ten thousand quiet
 * connections cost nothing.
 */

/** Bytes of a buffer; more than the largest frame that is written in one piece. */
export const pooledBytes = 65_536;
/** Buffers that are kept for the next; more are left to the collector. */
const keptMax = 64;

/** One for all connections of a front. */
export class BufferPool {
  private readonly free: Buffer[] = [];

  /** A buffer of {@link pooledBytes}, with anything in it. */
  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(pooledBytes);
  }

  /** Gives it back; nobody reads or writes it any more. */
  give(buffer: Buffer): void {
    if (this.free.length < keptMax) this.free.push(buffer);
  }
}

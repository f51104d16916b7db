/**
 * Where lines of the log go: a file descriptor that is written in order and without waiting for it.
 *
 * One write is on its way at a time; what arrives meanwhile makes the next one. Lines beyond the bound are dropped and
 * counted: a reader that does not keep up must cost neither memory nor time.
 */

import { close, closeSync, openSync, write, writeSync } from "node:fs";

/** Bytes that wait for one sink at most. */
const queuedBytesMax = 8 * 1024 * 1024;
/** A pipe whose reader is slow says so; it is asked again after this. */
const retryMs = 20;

/** See the module. */
export class LogSink {
  /** Lines that were dropped since somebody asked last. */
  private dropped = 0;
  private fd: number;
  private readonly path: string | null;
  private queue: Buffer[] = [];
  private queuedBytes = 0;
  /** What is being written; null when nothing is. */
  private current: Buffer | null = null;
  private drained: (() => void)[] = [];

  /** `target`: a descriptor that is open, or a file to append to. @throws the system's error */
  constructor(target: number | string) {
    this.path = typeof target === "string" ? target : null;
    this.fd = typeof target === "string" ? openSync(target, "a", 0o600) : target;
  }

  write(text: string): void {
    const bytes = Buffer.from(text);
    if (this.queuedBytes + bytes.length > queuedBytesMax) {
      this.dropped += 1;
      return;
    }
    this.queue.push(bytes);
    this.queuedBytes += bytes.length;
    if (this.current === null) this.writeNext();
  }

  /** How many lines were dropped since the last call. */
  takeDropped(): number {
    const { dropped } = this;
    this.dropped = 0;
    return dropped;
  }

  /** Resolves when everything up to now is written, or can never be. */
  drain(): Promise<void> {
    if (this.current === null) return Promise.resolve();
    return new Promise((resolve) => {
      this.drained.push(resolve);
    });
  }

  /** Writes what waits, now; for the end of a process that cannot wait. What is on its way may come after it. */
  flushNow(): void {
    try {
      for (const bytes of this.queue.splice(0)) writeSync(this.fd, bytes);
    } catch {
      // Its reader is gone, or does not read; there is nobody to tell.
    }
  }

  /** Goes on in the file that has its name now, after something moved the old one away. */
  reopen(): void {
    if (this.path === null) return;
    let fd: number;
    try {
      fd = openSync(this.path, "a", 0o600);
    } catch {
      // The old file still takes lines.
      return;
    }
    const old = this.fd;
    this.fd = fd;
    // The write that is on its way has the old one.
    if (this.current === null) closeSync(old);
    else void this.drain().then(() => close(old));
  }

  private writeNext(): void {
    if (this.queue.length === 0) {
      this.current = null;
      for (const resolve of this.drained.splice(0)) resolve();
      return;
    }
    // The bytes on their way still count.
    this.current = Buffer.concat(this.queue);
    this.queue = [];
    this.writeCurrent(this.current, this.fd);
  }

  /** Writes the rest of the current bytes to the descriptor that they began in: a line is never torn between files. */
  private writeCurrent(rest: Buffer, fd: number): void {
    write(fd, rest, (error, written) => {
      if (error?.code === "EAGAIN") {
        setTimeout(() => this.writeCurrent(rest, fd), retryMs);
        return;
      }
      if (error === null && written < rest.length) {
        this.writeCurrent(rest.subarray(written), fd);
        return;
      }
      // Whoever read the other end is gone, or the disk is full; the member goes on without.
      if (error !== null) this.dropped += 1;
      this.queuedBytes -= this.current?.length ?? 0;
      this.writeNext();
    });
  }
}

/**
 * Reading a file by position, with short reads as errors.
 */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** A file that is open for reading. */
export class FileWindow {
  readonly sizeBytes: number;
  readonly #descriptor: number;

  /** Throws the system's error. */
  constructor(path: string) {
    this.#descriptor = openSync(path, "r");
    this.sizeBytes = fstatSync(this.#descriptor).size;
  }

  /** Exactly so many bytes. Throws RangeError if the file has not so many there. */
  read(position: number, length: number): Buffer {
    if (position < 0 || length < 0 || position + length > this.sizeBytes) {
      throw new RangeError(`bytes ${position} to ${position + length} are not in the file`);
    }
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const got = readSync(this.#descriptor, bytes, done, length - done, position + done);
      if (got === 0) throw new RangeError(`the file ends at ${position + done}`);
      done += got;
    }
    return bytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

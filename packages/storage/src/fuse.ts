/**
 * The fuse: after a failure of the disk nothing may be believed or tried again (the kernel may have dropped what it
 * could not write, and calls it clean), so every later call is refused with the first error.
 */

import type { StorageEvent } from "./event.ts";
import { asStorageError, StorageError, type StorageErrorCode } from "./storage-error.ts";

/** See the module. */
export class Fuse {
  private blown: StorageError | null = null;
  private readonly emit: (event: StorageEvent) => void;

  constructor(emit: (event: StorageEvent) => void) {
    this.emit = emit;
  }

  /** Why nothing is accepted any more, or null. */
  get error(): StorageError | null {
    return this.blown;
  }

  /** Throws if it is blown. */
  check(): void {
    if (this.blown !== null) throw this.blown;
  }

  /** Blows, once. */
  blow(error: StorageError): void {
    if (this.blown !== null) return;
    this.blown = error;
    if (error.code !== "closed") this.emit({ kind: "failed", error });
  }

  /** Runs something; its disk errors become typed, and those with one of the fatal codes blow the fuse. */
  async guard<T>(work: () => Promise<T>, fatal: readonly StorageErrorCode[]): Promise<T> {
    this.check();
    try {
      return await work();
    } catch (error) {
      const typed = asStorageError(error);
      if (typed instanceof StorageError && fatal.includes(typed.code)) this.blow(typed);
      throw typed;
    }
  }
}

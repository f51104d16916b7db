/**
 * The disk under a store on a virtual machine: commits take virtual time, and what was not committed is lost when the
 * process dies. Each process gets its own way to it, which ends with the process.
 */

import { type Backend, type Changes, MemoryBackend } from "@quorate/store";

/** See the module. */
export class VirtualStateDisk {
  /** What the next commit comes to instead of being made; for faults. */
  failure: Error | null = null;
  /** Commits hang from now on. */
  isStalled = false;
  private readonly medium = new MemoryBackend({ settling: "manual", isPersistent: true });
  private life = 0;

  /** Whether a commit is on its way. */
  get isBusy(): boolean {
    return this.medium.unsettled;
  }

  /** A process's way to the disk. `later` calls back when the medium has done its work. */
  attach(later: (callback: () => void) => void): Backend {
    const { medium } = this;
    const life = ++this.life;
    const check = (): void => {
      if (life !== this.life) throw new Error("a process that is dead used its disk");
    };
    const settle = (): void => {
      if (life !== this.life) return;
      if (this.isStalled) later(settle);
      else medium.settle(this.failure);
    };
    return {
      isPersistent: true,
      get: (key) => medium.get(key),
      cursor: (low, high, reverse) => medium.cursor(low, high, reverse),
      count: (low, high) => medium.count(low, high),
      commit: (changes: Changes, done) => {
        check();
        medium.commit(changes, done);
        later(settle);
      },
      commitNow: (changes) => {
        check();
        this.onCommitNow();
        medium.commitNow(changes);
      },
      pin: () => medium.pin(),
      sizes: () => medium.sizes(),
      defragment: () => new Promise((resolve) => later(resolve)),
    };
  }

  /** A copy of what is on the medium now, as from a backup. */
  copy(): VirtualStateDisk {
    const copy = new VirtualStateDisk();
    const cursor = this.medium.cursor(new Uint8Array(0), null, false);
    copy.medium.commitNow({
      forEach: (change) => {
        while (cursor.next()) change(cursor.key, cursor.value);
      },
    });
    return copy;
  }

  /** Called before each commit of a restored snapshot; for crashes between them. */
  onCommitNow: () => void = () => undefined;

  /** The process is gone. The commit that is on its way happened, or not. */
  die(commits: "land" | "are-lost"): void {
    this.life++;
    if (commits === "land") this.medium.settle();
    else this.medium.crash();
  }
}

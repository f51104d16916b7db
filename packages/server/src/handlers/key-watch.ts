/**
 * Watching a few keys from inside of a handler, batch by batch.
 */

import type { OpenWatch } from "@quorate/member/store";
import type { WatchBatch, WatchRequest } from "@quorate/store";
import { etcdError } from "../rpc/error-table.ts";
import type { ServerCore } from "./core.ts";

/** What a handler watches. */
export type KeyWatchRequest = Pick<WatchRequest, "key" | "rangeEnd" | "startRevision" | "noPut">;

/** Some watches as one; to be closed. */
export class KeyWatch {
  private readonly watches: readonly OpenWatch[];
  private readonly signal: AbortSignal;
  private wake: (() => void) | null = null;

  constructor(core: ServerCore, requests: readonly KeyWatchRequest[], signal: AbortSignal) {
    this.signal = signal;
    this.watches = requests.map((request) => {
      const whole = { ...request, prevKv: false, noDelete: false };
      const open = core.storeMember.watch(whole, () => this.wake?.());
      if (open === null) throw new Error("a handler watches an empty range");
      return open;
    });
  }

  /** The next batch of any of them. @throws what the signal was aborted with */
  async next(): Promise<WatchBatch> {
    const wake = (): void => this.wake?.();
    this.signal.addEventListener("abort", wake, { once: true });
    try {
      for (;;) {
        throwIfAborted(this.signal);
        for (const watch of this.watches) {
          const batch = watch.poll();
          if (batch !== null) return batch;
        }
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    } finally {
      this.signal.removeEventListener("abort", wake);
    }
  }

  close(): void {
    for (const watch of this.watches) watch.cancel();
  }
}

/** A call that was given up ends with its reason. */
export function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw signal.reason instanceof Error ? signal.reason : etcdError("requestCanceled");
}

/**
 * Watching a few keys from inside of a handler, batch by batch, for as long as the caller may read them.
 */

import type { OpenWatch } from "@quorate/member/store";
import type { WatchBatch, WatchRequest } from "@quorate/store";
import type { CallContext } from "../rpc/call.ts";
import { etcdError } from "../rpc/error-table.ts";
import type { ServerCore } from "./core.ts";

/** What a handler watches. */
export type KeyWatchRequest = Pick<WatchRequest, "key" | "rangeEnd" | "startRevision" | "noPut">;

/** Some watches as one; to be closed. */
export class KeyWatch {
  private readonly core: ServerCore;
  private readonly context: CallContext;
  private readonly requests: readonly KeyWatchRequest[];
  private readonly watches: readonly OpenWatch[];
  private readonly unsubscribe: () => void;
  /** Of users and roles, when the caller was looked at last. */
  private version = -1;
  private wake: (() => void) | null = null;

  constructor(core: ServerCore, requests: readonly KeyWatchRequest[], context: CallContext) {
    this.core = core;
    this.context = context;
    this.requests = requests;
    this.watches = requests.map((request) => {
      const whole = { ...request, prevKv: false, noDelete: false };
      const open = core.storeMember.watch(whole, () => this.wake?.());
      if (open === null) throw new Error("a handler watches an empty range");
      return open;
    });
    this.unsubscribe = core.access.onChange(() => this.wake?.());
  }

  /** The next batch of any of them. @throws what the signal was aborted with; RpcError when the caller may not read them */
  async next(): Promise<WatchBatch> {
    const wake = (): void => this.wake?.();
    const { signal } = this.context;
    signal.addEventListener("abort", wake, { once: true });
    try {
      for (;;) {
        throwIfAborted(signal);
        this.demandPermission();
        for (const watch of this.watches) {
          const batch = watch.poll();
          if (batch !== null) return batch;
        }
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener("abort", wake);
    }
  }

  close(): void {
    this.unsubscribe();
    for (const watch of this.watches) watch.cancel();
  }

  private demandPermission(): void {
    const { access } = this.core;
    if (this.version === access.version) return;
    this.version = access.version;
    for (const { key, rangeEnd } of this.requests) {
      const refusal = access.watchRefusal(this.context, key, rangeEnd);
      if (refusal !== null) throw refusal;
    }
  }
}

/** A call that was given up ends with its reason. */
export function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw signal.reason instanceof Error ? signal.reason : etcdError("requestCanceled");
}

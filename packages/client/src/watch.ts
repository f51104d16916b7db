/**
 * A watch as its user holds it.
 */

import type { Subscription, WatchBatch, WatchEvent, WatchOptions } from "./subscription.ts";
import type { WatchHub } from "./watch-hub.ts";

/**
 * A watch: iterate over it for batches, or over {@link Watch.events} for single events; one reader at a time. Leaving the
 * loop ends it. It comes back by itself after interruptions, without loss and without repetition; what it throws is final.
 */
export class Watch implements AsyncIterable<WatchBatch>, AsyncDisposable {
  readonly #hub: WatchHub;
  readonly #subscription: Subscription;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = (): void => this.close();

  constructor(hub: WatchHub, options: WatchOptions) {
    this.#hub = hub;
    this.#subscription = hub.subscribe(options);
    this.#signal = options.signal;
    if (this.#signal?.aborted) this.close();
    else this.#signal?.addEventListener("abort", this.#abort);
  }

  /**
   * Resolves, when a server has confirmed the watch, to the first revision that it sees: from then on nothing escapes it.
   * Rejects with ClientError if the watch fails before.
   */
  get started(): Promise<number> {
    return this.#subscription.started;
  }

  /** The first revision that has not been received yet; 0 before it has started without a `startRevision`. */
  get nextRevision(): number {
    return this.#subscription.nextRevision;
  }

  /** Ends it; a loop over it ends, too, without an error. */
  close(): void {
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#hub.unsubscribe(this.#subscription);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchBatch, undefined, undefined> {
    return {
      next: async () => {
        try {
          const result = await this.#subscription.next();
          if (result.done === true) this.close();
          return result;
        } catch (error) {
          this.close();
          throw error;
        }
      },
      return: async () => {
        this.close();
        return { done: true, value: undefined };
      },
    };
  }

  /** The events one by one; progress and gaps are left out, so do not combine it with `onCompacted: "restart"`. */
  async *events(): AsyncGenerator<WatchEvent, void, undefined> {
    for await (const { events } of this) yield* events;
  }
}

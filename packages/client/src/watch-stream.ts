/**
 * One stream that many watches share: which answer belongs to which.
 *
 * The server numbers the watches and confirms their creations in the order in which they were asked for. A watch that was
 * given up before it was confirmed is cancelled when it is.
 */

import type { Metadata } from "@grpc/grpc-js";
import {
  WatchCancelRequest,
  WatchProgressRequest,
  WatchRequest,
  type WatchResponse,
  watchService,
} from "@quorate/etcd-api";
import { ClientError } from "./client-error.ts";
import type { Clock } from "./clock.ts";
import type { Endpoint, OpenStream } from "./endpoint.ts";
import { revisionOf } from "./operation.ts";
import type { Subscription } from "./subscription.ts";

/** What a stream tells the hub. */
export type WatchStreamOwner = {
  /** The first word from the server. */
  onAlive(): void;
  /** A watch is confirmed by this cluster. False: it is not to be gone on with. */
  onConfirmed(subscription: Subscription, clusterId: bigint): boolean;
  /** A watch has got something. */
  onTaken(subscription: Subscription): void;
  /** The server has ended a watch that we had not. */
  onCanceled(subscription: Subscription, compactRevision: number, reason: string): void;
  /** The stream has ended, not by us. */
  onEnd(error: ClientError | null): void;
};

/** One wish for a watch on this stream. */
type Creation = { readonly subscription: Subscription; isWanted: boolean; id: bigint | null };

/** The number of no watch. */
const noId = -1n;

/** See the module. */
export class WatchStream {
  readonly endpoint: Endpoint;
  readonly #owner: WatchStreamOwner;
  readonly #clock: Clock;
  readonly #answerTimeoutMs: number;
  readonly #stream: OpenStream<WatchRequest>;
  /** Not confirmed yet, oldest first. */
  readonly #pending: Creation[] = [];
  readonly #byId = new Map<bigint, Creation>();
  readonly #bySubscription = new Map<Subscription, Creation>();
  #isAlive = false;
  #cancelTimer: (() => void) | null = null;

  /** Opens it. A creation that is not confirmed within `answerTimeoutMs` counts as the end of the stream. */
  constructor(
    endpoint: Endpoint,
    metadata: Metadata,
    owner: WatchStreamOwner,
    clock: Clock,
    answerTimeoutMs: number,
  ) {
    this.endpoint = endpoint;
    this.#owner = owner;
    this.#clock = clock;
    this.#answerTimeoutMs = answerTimeoutMs;
    this.#stream = endpoint.open(watchService.methods.watch, metadata, {
      onMessage: (response) => this.#receive(response),
      onEnd: (error) => {
        this.#stopTimer();
        owner.onEnd(error);
      },
    });
  }

  /** Begins a watch where it is. */
  create(subscription: Subscription): void {
    const creation: Creation = { subscription, isWanted: true, id: null };
    this.#pending.push(creation);
    this.#bySubscription.set(subscription, creation);
    this.#startTimer();
    this.#send({ case: "createRequest", value: subscription.toRequest() });
  }

  /** Ends a watch; nothing more comes for it. */
  cancel(subscription: Subscription): void {
    const creation = this.#bySubscription.get(subscription);
    if (creation === undefined) return;
    creation.isWanted = false;
    this.#bySubscription.delete(subscription);
    if (creation.id !== null) this.#sendCancel(creation.id);
  }

  /** Asks for the progress of all watches at once. */
  requestProgress(): void {
    this.#send({ case: "progressRequest", value: WatchProgressRequest.create() });
  }

  /** Ends the stream, without a word to the owner. */
  close(): void {
    this.#stopTimer();
    this.#stream.cancel();
  }

  #send(requestUnion: NonNullable<WatchRequest["requestUnion"]>): void {
    this.#stream.send(WatchRequest.create({ requestUnion }));
  }

  #sendCancel(watchId: bigint): void {
    this.#send({ case: "cancelRequest", value: WatchCancelRequest.create({ watchId }) });
  }

  #receive(response: WatchResponse): void {
    if (!this.#isAlive) {
      this.#isAlive = true;
      this.#owner.onAlive();
    }
    if (response.created) this.#confirm(response);
    else if (response.canceled) this.#drop(response);
    else this.#deliver(response);
  }

  #confirm({ watchId, header, canceled, compactRevision, cancelReason }: WatchResponse): void {
    this.#stopTimer();
    const creation = this.#pending.shift();
    if (this.#pending.length > 0) this.#startTimer();
    if (creation === undefined) return;
    const { subscription } = creation;
    if (canceled) {
      if (!creation.isWanted) return;
      this.#bySubscription.delete(subscription);
      this.#owner.onCanceled(subscription, compactRevision, cancelReason);
      return;
    }
    creation.id = watchId;
    this.#byId.set(watchId, creation);
    if (creation.isWanted && !this.#owner.onConfirmed(subscription, header?.clusterId ?? 0n)) {
      creation.isWanted = false;
      this.#bySubscription.delete(subscription);
    }
    if (creation.isWanted) subscription.confirm(revisionOf(header));
    else this.#sendCancel(watchId);
  }

  #drop({ watchId, compactRevision, cancelReason }: WatchResponse): void {
    const creation = this.#byId.get(watchId);
    this.#byId.delete(watchId);
    if (creation === undefined || !creation.isWanted) return;
    this.#bySubscription.delete(creation.subscription);
    this.#owner.onCanceled(creation.subscription, compactRevision, cancelReason);
  }

  #deliver({ watchId, header, events, fragment }: WatchResponse): void {
    if (watchId === noId) {
      for (const { subscription, id } of this.#bySubscription.values()) {
        if (id === null) continue;
        subscription.progress(revisionOf(header));
        this.#owner.onTaken(subscription);
      }
      return;
    }
    const creation = this.#byId.get(watchId);
    if (creation === undefined || !creation.isWanted) return;
    if (events.length === 0 && !fragment) creation.subscription.progress(revisionOf(header));
    else creation.subscription.take(events, fragment);
    this.#owner.onTaken(creation.subscription);
  }

  #startTimer(): void {
    this.#cancelTimer ??= this.#clock.after(this.#answerTimeoutMs, () => {
      this.#cancelTimer = null;
      this.close();
      const text = `${this.endpoint.url} does not confirm a watch`;
      const details = { endpoint: this.endpoint.url, isTransient: true };
      this.#owner.onEnd(new ClientError("timeout", text, details));
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}

/**
 * All watches of a client: they share a stream; when it ends, the next one takes them on where they were.
 */

import { backOffMs } from "./back-off.ts";
import { type Caller, callMetadata } from "./caller.ts";
import { ClientError, closedError, toClientError } from "./client-error.ts";
import { pause } from "./clock.ts";
import type { Endpoint } from "./endpoint.ts";
import { statusError } from "./status.ts";
import { Subscription, type WatchOptions } from "./subscription.ts";
import { WatchStream, type WatchStreamOwner } from "./watch-stream.ts";

/** Errors of a stream that another stream would meet again. */
const lastingCodes: ReadonlySet<string> = new Set([
  "permission-denied",
  "invalid",
  "unimplemented",
  "closed",
]);
/** A token that was just got and is refused so often is not going to be taken. */
const refusalsMax = 3;
const permissionDenied = 7;
const outOfRange = 11;
const unknown = 2;

/** See the module. */
export class WatchHub {
  readonly #caller: Caller;
  readonly #subscriptions = new Set<Subscription>();
  #stream: WatchStream | null = null;
  #isConnecting = false;
  /** Streams in a row that ended without a word. */
  #failures = 0;
  /** Tokens in a row that were refused. */
  #refusals = 0;
  #token = "";
  /** The cluster that the first watch was confirmed by; 0n: none yet. */
  #clusterId = 0n;
  #isInterrupted = false;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Begins a watch. */
  subscribe(options: WatchOptions): Subscription {
    const { watchBufferEventsMax: eventsMax, watchBufferBytesMax: bytesMax } = this.#caller.settings;
    const subscription = new Subscription(options, { eventsMax, bytesMax }, (drained) =>
      this.#unpark(drained),
    );
    if (this.#caller.lifetime.aborted) {
      subscription.end(closedError());
      return subscription;
    }
    this.#subscriptions.add(subscription);
    if (this.#stream === null) this.#connect();
    else this.#stream.create(subscription);
    return subscription;
  }

  /** Ends a watch. */
  unsubscribe(subscription: Subscription): void {
    this.#finish(subscription, null);
  }

  /** Asks the server how far all watches are; those that want to know get a `progress` batch when all are in step. */
  requestProgress(): void {
    this.#stream?.requestProgress();
  }

  /** Ends all watches, quietly. */
  close(): void {
    for (const subscription of this.#subscriptions) subscription.end(null);
    this.#subscriptions.clear();
    this.#stream?.close();
    this.#stream = null;
  }

  #finish(subscription: Subscription, error: ClientError | null): void {
    subscription.end(error);
    if (!this.#subscriptions.delete(subscription)) return;
    this.#stream?.cancel(subscription);
    if (this.#subscriptions.size > 0) return;
    this.#stream?.close();
    this.#stream = null;
  }

  #finishAll(error: ClientError): void {
    for (const subscription of [...this.#subscriptions]) this.#finish(subscription, error);
  }

  #park(subscription: Subscription): void {
    subscription.isParked = true;
    this.#stream?.cancel(subscription);
    this.#caller.settings.emit({ type: "watch-parked", nextRevision: subscription.nextRevision });
  }

  #unpark(subscription: Subscription): void {
    subscription.isParked = false;
    if (!subscription.isOver) this.#stream?.create(subscription);
  }

  /** Opens a stream, however long it takes, unless somebody is at it. */
  #connect(): void {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    void this.#tryToConnect()
      .catch((cause: unknown) => this.#finishAll(toClientError(cause)))
      .finally(() => {
        this.#isConnecting = false;
        if (this.#stream === null && this.#isWanted()) this.#connect();
      });
  }

  #isWanted(): boolean {
    return this.#subscriptions.size > 0 && !this.#caller.lifetime.aborted;
  }

  async #tryToConnect(): Promise<void> {
    const { balancer, lifetime, settings } = this.#caller;
    while (this.#isWanted()) {
      if (this.#failures > 0)
        await pause(settings.clock, backOffMs(this.#failures, settings.random), lifetime);
      if (!this.#isWanted()) return;
      const endpoint = balancer.pick();
      try {
        await endpoint.ready({ timeoutMs: settings.dialTimeoutMs, signal: lifetime });
        this.#token = await this.#caller.token();
      } catch (cause) {
        const error = toClientError(cause);
        this.#failures += 1;
        if (error.isTransient) balancer.failed(endpoint, error);
        else throw error;
        continue;
      }
      if (this.#isWanted()) this.#open(endpoint);
      return;
    }
  }

  #open(endpoint: Endpoint): void {
    const { clock, requestTimeoutMs, watchRequiresLeader } = this.#caller.settings;
    const metadata = callMetadata(this.#token, watchRequiresLeader);
    const stream = new WatchStream(endpoint, metadata, this.#owner(endpoint), clock, requestTimeoutMs);
    this.#stream = stream;
    for (const subscription of this.#subscriptions) {
      if (!subscription.isParked) stream.create(subscription);
    }
  }

  #owner(endpoint: Endpoint): WatchStreamOwner {
    return {
      onAlive: () => this.#onAlive(endpoint),
      onConfirmed: (subscription, clusterId) => this.#isSameCluster(subscription, clusterId),
      onTaken: (subscription) => {
        if (subscription.isFull && !subscription.isParked) this.#park(subscription);
      },
      onCanceled: (subscription, compactRevision, reason) =>
        this.#onCanceled(subscription, compactRevision, reason),
      onEnd: (error) => this.#onEnd(endpoint, error),
    };
  }

  #onAlive(endpoint: Endpoint): void {
    this.#failures = 0;
    this.#caller.balancer.succeeded(endpoint);
    if (!this.#isInterrupted) return;
    this.#isInterrupted = false;
    const watches = this.#subscriptions.size;
    this.#caller.settings.emit({ type: "watch-resumed", endpoint: endpoint.url, watches });
  }

  #isSameCluster(subscription: Subscription, clusterId: bigint): boolean {
    this.#refusals = 0;
    if (this.#clusterId === 0n) this.#clusterId = clusterId;
    if (clusterId === 0n || clusterId === this.#clusterId) return true;
    const text = `the watch was begun in cluster ${hex(this.#clusterId)}, and ${hex(clusterId)} answers now`;
    const remedy =
      "revisions of different clusters cannot be compared: read everything again with a new client";
    this.#finish(subscription, new ClientError("cluster-changed", text, { remedy }));
    return false;
  }

  #onCanceled(subscription: Subscription, compactRevision: number, reason: string): void {
    if (compactRevision > 0 && subscription.options.onCompacted === "restart") {
      subscription.skip(compactRevision);
      this.#stream?.create(subscription);
      return;
    }
    if (isTokenRefusal(reason) && this.#caller.hasCredentials) {
      this.#stream?.close();
      this.#onEnd(null, statusError(unknown, reason, null));
      return;
    }
    const endpoint = this.#stream?.endpoint.url ?? null;
    this.#finish(subscription, cancelError(subscription, compactRevision, reason, endpoint));
  }

  /** `endpoint`: whose fault it is, if it is an endpoint's. */
  #onEnd(endpoint: Endpoint | null, error: ClientError | null): void {
    this.#stream = null;
    const cause =
      error ?? new ClientError("unavailable", "the server ended the stream", { isTransient: true });
    if (lastingCodes.has(cause.code)) {
      this.#finishAll(cause);
      return;
    }
    this.#failures += 1;
    if (!this.#isInterrupted) this.#caller.settings.emit({ type: "watch-interrupted", error: cause });
    this.#isInterrupted = true;
    if (cause.code === "unauthenticated") {
      this.#refusals += 1;
      if (!this.#caller.hasCredentials || this.#refusals >= refusalsMax) {
        this.#finishAll(cause);
        return;
      }
      void this.#caller.refuseToken(this.#token).then(() => this.#connect());
      return;
    }
    if (endpoint !== null) this.#caller.balancer.failed(endpoint, cause);
    if (this.#isWanted()) this.#connect();
  }
}

/** The last of them is said to a client that got no token, since authentication was off then. */
const tokenRefusals = ["invalid auth token", "revision of auth store is old", "user name is empty"];

function isTokenRefusal(reason: string): boolean {
  return tokenRefusals.some((text) => reason.includes(text));
}

function cancelError(
  subscription: Subscription,
  compactRevision: number,
  reason: string,
  endpoint: string | null,
): ClientError {
  if (compactRevision > 0 || reason.includes("has been compacted")) {
    const text = `revision ${subscription.nextRevision} is compacted, the watch cannot go on from there`;
    const remedy = `read the keys again and watch from the revision read${compactRevision > 0 ? ` (${compactRevision} or later)` : ""}`;
    return new ClientError("compacted", text, {
      grpcCode: outOfRange,
      serverText: reason,
      endpoint,
      remedy,
      compactRevision,
    });
  }
  const code = reason.includes("PermissionDenied") ? permissionDenied : unknown;
  return statusError(code, reason === "" ? "the server cancelled the watch" : reason, endpoint);
}

function hex(id: bigint): string {
  return id.toString(16);
}

/**
 * Leases: granted, kept alive, given back; and told of when they are lost.
 */

import { LeaseGrantRequest, LeaseRevokeRequest, leaseService } from "@quorate/etcd-api";
import { backOffMs } from "./back-off.ts";
import type { Caller, CallOptions } from "./caller.ts";
import { ClientError, closedError, toClientError } from "./client-error.ts";
import { pause } from "./clock.ts";
import { LeaseStream } from "./lease-stream.ts";
import { Tenure, type TenureOwner } from "./tenure.ts";

/** Options of `lease`. */
export type LeaseOptions = CallOptions & {
  /** How long it lasts without a renewal; the server may make it longer. */
  readonly ttlSeconds: number;
  /** The ID wanted, if it matters; then the grant is not tried again after an unknown outcome. */
  readonly id?: bigint;
  /**
   * When the lease is lost, another is granted as soon as that is possible, and given to this callback, which puts the keys
   * again. If it fails, the new lease is given back and everything tried once more. Default: a lost lease stays lost.
   */
  readonly onRegrant?: (next: Lease, lost: Lease) => void | Promise<void>;
};

/** How long giving back may take where nobody waits for the outcome. */
const releaseMs = 2_000;

/** A lease that this client keeps alive. */
export class Lease implements AsyncDisposable {
  readonly id: bigint;
  /** As granted. */
  readonly ttlSeconds: number;
  /** Aborted when the lease may have ended, and when it was given back. Its reason is a ClientError. */
  readonly signal: AbortSignal;

  readonly #hub: LeaseHub;
  readonly #tenure: Tenure;

  /** By the hub only. */
  constructor(hub: LeaseHub, tenure: Tenure, ttlSeconds: number) {
    this.id = tenure.id;
    this.ttlSeconds = ttlSeconds;
    this.signal = tenure.signal;
    this.#hub = hub;
    this.#tenure = tenure;
  }

  /** Whether it is certainly still there. Looks at the clock: right even when timers have not run for a while. */
  isHeld(): boolean {
    return this.#tenure.remainingMs() > 0;
  }

  /** Milliseconds for which it is certainly still there. */
  remainingMs(): number {
    return this.#tenure.remainingMs();
  }

  /** Throws ClientError `lease-lost` or `closed` unless it is certainly still there. */
  throwIfLost(): void {
    if (!this.isHeld()) throw toClientError(this.signal.reason);
  }

  /**
   * Gives it back, with all keys that go with it; one that has ended is given back already. Ends re-granting, too, and gives
   * back a lease that came in place of this one. Throws ClientError; the lease then ends by itself after its time to live.
   */
  revoke(options: CallOptions = {}): Promise<void> {
    return this.#hub.revoke(this, options);
  }

  /** Gives it back, for a little while; then it is left to end by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.revoke({ timeoutMs: releaseMs }).catch(() => {});
  }
}

type Entry = { readonly lease: Lease; readonly tenure: Tenure };

/** All leases of a client. */
export class LeaseHub {
  readonly #caller: Caller;
  readonly #stream: LeaseStream;
  readonly #held = new Map<Lease, Entry>();
  /** For a lost lease that is to be replaced: ends that. */
  readonly #regrants = new Map<Lease, AbortController>();
  /** The lease that came in place of another. */
  readonly #successors = new WeakMap<Lease, Lease>();

  constructor(caller: Caller) {
    this.#caller = caller;
    this.#stream = new LeaseStream(caller);
  }

  /** Grants a lease and keeps it alive. */
  async grant(options: LeaseOptions): Promise<Lease> {
    const { clock } = this.#caller.settings;
    let sentMs = clock.nowMs();
    const request = LeaseGrantRequest.create({ ttl: options.ttlSeconds, id: options.id ?? 0n });
    const { id, ttl, error } = await this.#caller.unary(leaseService.methods.leaseGrant, request, {
      ...options,
      // A grant that nobody heard of leaves a lease without keys, which ends by itself.
      repeatable: options.repeatable ?? options.id === undefined,
      onSend: () => {
        sentMs = clock.nowMs();
      },
    });
    if (error !== "") throw new ClientError("internal", error, { serverText: error });
    if (this.#caller.lifetime.aborted) throw closedError();
    const owner: TenureOwner = {
      onDue: (tenure) => this.#stream.renew(tenure),
      onSilence: (tenure) => this.#stream.giveUp(tenure),
      onLost: (_, cause) => this.#onLost(lease, options, cause),
    };
    const tenure = new Tenure(id, ttl, sentMs, clock, owner);
    const lease = new Lease(this, tenure, ttl);
    this.#held.set(lease, { lease, tenure });
    return lease;
  }

  /** See {@link Lease.revoke}. */
  async revoke(lease: Lease, options: CallOptions): Promise<void> {
    this.#regrants.get(lease)?.abort();
    this.#regrants.delete(lease);
    const wasLost = !this.#held.has(lease) && lease.signal.aborted;
    this.#release(lease, new ClientError("lease-lost", `lease ${lease.id.toString(16)} was given back`));
    if (!wasLost) await revokeLease(this.#caller, lease.id, options);
    const successor = this.#successors.get(lease);
    if (successor !== undefined) await this.revoke(successor, options);
  }

  /** Ends the keeping alive of all; they are not given back. */
  close(): void {
    for (const controller of this.#regrants.values()) controller.abort();
    this.#regrants.clear();
    for (const { lease } of this.#held.values()) this.#release(lease, closedError());
    this.#stream.close();
  }

  #release(lease: Lease, error: ClientError): void {
    const entry = this.#held.get(lease);
    if (entry === undefined) return;
    this.#held.delete(lease);
    entry.tenure.release(error);
    this.#stream.forget(entry.tenure, this.#held.size === 0);
  }

  #onLost(lease: Lease, options: LeaseOptions, error: ClientError): void {
    this.#release(lease, error);
    this.#caller.settings.emit({ type: "lease-lost", leaseId: lease.id, error });
    if (options.onRegrant === undefined || this.#caller.lifetime.aborted) return;
    const controller = new AbortController();
    this.#regrants.set(lease, controller);
    void this.#regrant(lease, options, options.onRegrant, controller.signal).finally(() =>
      this.#regrants.delete(lease),
    );
  }

  /** Tries until there is another lease and the callback has put its keys, or nobody wants it any more. Throws nothing. */
  async #regrant(
    lost: Lease,
    options: LeaseOptions,
    callback: NonNullable<LeaseOptions["onRegrant"]>,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, random, emit } = this.#caller.settings;
    const ended = AbortSignal.any([signal, this.#caller.lifetime]);
    for (let failures = 0; !ended.aborted; failures += 1) {
      if (failures > 0) await pause(clock, backOffMs(failures, random), ended);
      if (ended.aborted) return;
      let next: Lease;
      try {
        next = await this.grant({ ...options, signal });
      } catch {
        continue;
      }
      try {
        await callback(next, lost);
        if (ended.aborted) throw closedError();
        this.#successors.set(lost, next);
        emit({ type: "lease-regranted", leaseId: next.id, lostId: lost.id });
        return;
      } catch (cause) {
        const error = cause instanceof Error ? cause : new Error(String(cause));
        if (!ended.aborted) emit({ type: "callback-failed", callback: "onRegrant", error });
        await this.revoke(next, { timeoutMs: releaseMs }).catch(() => {});
      }
    }
  }
}

/** Ends a lease by its ID; one that is not there has ended. Throws ClientError. */
export async function revokeLease(caller: Caller, id: bigint, options: CallOptions): Promise<void> {
  try {
    const request = LeaseRevokeRequest.create({ id });
    await caller.unary(leaseService.methods.leaseRevoke, request, { ...options, repeatable: true });
  } catch (error) {
    if (error instanceof ClientError && error.code === "lease-not-found") return;
    throw error;
  }
}

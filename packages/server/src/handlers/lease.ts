/**
 * etcdserverpb.Lease (reference §4).
 */

import type * as etcd from "@quorate/etcd-api";
import { leaseService } from "@quorate/etcd-api";
import type { CallContext, ResponseSink } from "../rpc/call.ts";
import type { Router } from "../rpc/router.ts";
import type { ServerCore } from "./core.ts";
import type { LeaderGuard } from "./leader-guard.ts";
import { accepted } from "./outcome.ts";
import { untilAborted } from "./request-stream.ts";

/**
 * Keep-alives of one stream that are under way at once. Clients put all their leases on one stream, and an expired lease
 * is not answered before its revocation: the others must not be held up by it for longer than need be.
 */
const keepAlivesMax = 256;

/** Registers the service. */
export function registerLease(router: Router, core: ServerCore, guard: LeaderGuard): void {
  const { methods } = leaseService;
  router.unary(methods.leaseGrant, (request, context) => grant(core, request, context));
  router.unary(methods.leaseRevoke, (request, context) => revoke(core, request, context));
  router.unary(methods.leaseTimeToLive, (request, context) => timeToLive(core, request, context));
  router.unary(methods.leaseLeases, () => leases(core));
  router.duplex(methods.leaseKeepAlive, (requests, context, sink) =>
    guard.run(context, (guarded) => new KeepAliveStream(core, guarded, sink).run(requests)),
  );
}

async function grant(
  core: ServerCore,
  request: etcd.LeaseGrantRequest,
  context: CallContext,
): Promise<etcd.LeaseGrantResponse> {
  const outcome = await core.asCaller(context, (options) =>
    core.storeMember.grantLease(request.id, request.ttl, options),
  );
  const { revision, id, ttlSeconds } = accepted(outcome, "lease-grant");
  return { header: core.header(revision), id, ttl: ttlSeconds, error: "" };
}

async function revoke(
  core: ServerCore,
  request: etcd.LeaseRevokeRequest,
  context: CallContext,
): Promise<etcd.LeaseRevokeResponse> {
  const command = { kind: "lease-revoke", id: request.id } as const;
  const outcome = await core.execute(command, context);
  return { header: core.header(accepted(outcome, "lease-revoke").revision) };
}

async function timeToLive(
  core: ServerCore,
  request: etcd.LeaseTimeToLiveRequest,
  context: CallContext,
): Promise<etcd.LeaseTimeToLiveResponse> {
  const time = await core.storeMember.leaseTime(request.id, request.keys, core.callOptions(context));
  // Names of keys are told only to those who may read all of them, now.
  if (request.keys) core.access.demandKeys(context, time.keys);
  return {
    header: core.header(time.revision),
    id: request.id,
    ttl: time.remainingSeconds,
    grantedTTL: time.remainingSeconds < 0 ? 0 : time.grantedSeconds,
    keys: time.remainingSeconds < 0 ? [] : time.keys,
  };
}

/** What this member knows, as it is. */
function leases(core: ServerCore): etcd.LeaseLeasesResponse {
  const known = core.storeMember.store.leases.leases();
  return { header: core.header(core.revision), leases: known.map(({ id }) => ({ id })) };
}

/** One stream of keep-alives: taken as they come, answered in their order. */
class KeepAliveStream {
  private readonly core: ServerCore;
  private readonly context: CallContext;
  private readonly sink: ResponseSink<etcd.LeaseKeepAliveResponse>;
  private count = 0;
  private answered: Promise<void> = Promise.resolve();
  private failure: { readonly error: unknown } | null = null;
  /** Wakes the reader when there is room, or nothing left to wait for. */
  private proceed: (() => void) | null = null;

  constructor(core: ServerCore, context: CallContext, sink: ResponseSink<etcd.LeaseKeepAliveResponse>) {
    this.core = core;
    this.context = context;
    this.sink = sink;
  }

  async run(requests: AsyncIterable<etcd.LeaseKeepAliveRequest>): Promise<void> {
    // A refused renewal ends the stream at once, whether or not the client says another word.
    const ended = new AbortController();
    const stop = (): void => ended.abort();
    const { signal } = this.context;
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      for await (const { id } of untilAborted(requests, ended.signal)) {
        this.begin(id, stop);
        while (this.count >= keepAlivesMax && this.failure === null) await this.change();
      }
      if (!signal.aborted) await this.answered;
    } finally {
      signal.removeEventListener("abort", stop);
    }
    if (this.failure !== null) throw this.failure.error;
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.proceed = resolve;
    });
  }

  private begin(id: bigint, stop: () => void): void {
    this.count++;
    // The client's patience is with the stream, not with one renewal: the server's own timeout holds.
    const kept = this.core.storeMember.keepLeaseAlive(id, { timeoutMs: this.core.requestTimeoutMs });
    kept.catch(() => undefined);
    this.answered = this.answered.then(async () => {
      try {
        if (this.failure !== null || this.context.signal.aborted) return;
        const { ttlSeconds, revision } = await kept;
        const header = this.core.header(revision);
        if (!this.sink.write({ header, id, ttl: ttlSeconds })) await this.sink.drained();
      } catch (error) {
        this.failure ??= { error };
        stop();
      } finally {
        this.count--;
        this.proceed?.();
        this.proceed = null;
      }
    });
  }
}

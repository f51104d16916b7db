/**
 * The stream that keeps all leases of a client alive: opened when a renewal is due, again elsewhere when it fails or is
 * silent, closed when there is no lease.
 */

import { LeaseKeepAliveRequest, type LeaseKeepAliveResponse, leaseService } from "@quorate/etcd-api";
import { backOffMs } from "./back-off.ts";
import { type Caller, callMetadata } from "./caller.ts";
import { ClientError, toClientError } from "./client-error.ts";
import { pause } from "./clock.ts";
import type { Endpoint, OpenStream } from "./endpoint.ts";
import type { Tenure } from "./tenure.ts";

type Open = { readonly endpoint: Endpoint; readonly stream: OpenStream<LeaseKeepAliveRequest> };

/** See the module. */
export class LeaseStream {
  readonly #caller: Caller;
  #open: Open | null = null;
  #isConnecting = false;
  #failures = 0;
  #token = "";
  /** To be renewed, and not sent. */
  readonly #due = new Set<Tenure>();
  /** Sent on this stream, and not answered. */
  readonly #sent = new Map<bigint, Tenure>();

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Renews a lease as soon as that is possible. */
  renew(tenure: Tenure): void {
    this.#due.add(tenure);
    this.#flush();
  }

  /** A lease has not been answered in time: the stream is taken for dead. */
  giveUp(tenure: Tenure): void {
    if (this.#open === null || !this.#sent.has(tenure.id)) return;
    const { endpoint, stream } = this.#open;
    stream.cancel();
    const text = `${endpoint.url} does not answer renewals of leases`;
    this.#onEnd(endpoint, new ClientError("timeout", text, { endpoint: endpoint.url, isTransient: true }));
  }

  /** A lease is over; with the last one the stream is, too. */
  forget(tenure: Tenure, isLast: boolean): void {
    this.#due.delete(tenure);
    this.#sent.delete(tenure.id);
    if (isLast) this.close();
  }

  /** Ends the stream. */
  close(): void {
    this.#open?.stream.cancel();
    this.#open = null;
    this.#due.clear();
    this.#sent.clear();
  }

  #flush(): void {
    if (this.#open === null) {
      if (this.#due.size > 0) this.#connect();
      return;
    }
    for (const tenure of this.#due) {
      this.#sent.set(tenure.id, tenure);
      tenure.sent();
      this.#open.stream.send(LeaseKeepAliveRequest.create({ id: tenure.id }));
    }
    this.#due.clear();
  }

  #isWanted(): boolean {
    return this.#due.size > 0 && !this.#caller.lifetime.aborted;
  }

  #connect(): void {
    if (this.#isConnecting || !this.#isWanted()) return;
    this.#isConnecting = true;
    void this.#tryToConnect().finally(() => {
      this.#isConnecting = false;
      this.#flush();
    });
  }

  /** Tries for as long as a lease wants to be renewed: the leases themselves know when it is too late. */
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
        if (this.#isWanted()) this.#start(endpoint);
        return;
      } catch (cause) {
        const error = toClientError(cause);
        this.#failures += 1;
        if (error.isTransient) balancer.failed(endpoint, error);
      }
    }
  }

  #start(endpoint: Endpoint): void {
    const stream = endpoint.open(leaseService.methods.leaseKeepAlive, callMetadata(this.#token, true), {
      onMessage: (response) => this.#receive(endpoint, response),
      onEnd: (error) => this.#onEnd(endpoint, error),
    });
    this.#open = { endpoint, stream };
  }

  #receive(endpoint: Endpoint, { id, ttl }: LeaseKeepAliveResponse): void {
    this.#failures = 0;
    this.#caller.balancer.succeeded(endpoint);
    const tenure = this.#sent.get(id);
    this.#sent.delete(id);
    tenure?.answered(ttl);
  }

  #onEnd(endpoint: Endpoint, error: ClientError | null): void {
    this.#open = null;
    this.#failures += 1;
    const lost = [...this.#sent.values()];
    this.#sent.clear();
    for (const tenure of lost) {
      this.#due.add(tenure);
      tenure.unanswered();
    }
    const isRefusedToken = error?.code === "unauthenticated";
    if (isRefusedToken) {
      void this.#caller.refuseToken(this.#token).then(() => this.#flush());
      return;
    }
    if (error !== null) this.#caller.balancer.failed(endpoint, error);
    this.#flush();
  }
}

/**
 * A call from the choice of an endpoint to the answer: tries, waits, signing in. What may be tried again is decided here
 * and nowhere else.
 */

import { Metadata } from "@grpc/grpc-js";
import { AuthenticateRequest, authService, type Method } from "@quorate/etcd-api";
import { backOffMs } from "./back-off.ts";
import { Balancer } from "./balancer.ts";
import { asUnknown, ClientError, closedError, toClientError } from "./client-error.ts";
import { pause } from "./clock.ts";
import { canceledError, type DuplexStream, type Endpoint, encodeToBuffer } from "./endpoint.ts";
import { isRepeatable, needsLeader } from "./repeatable.ts";
import type { Settings } from "./settings.ts";
import { TokenSource } from "./token.ts";

/** Options that every call takes. */
export type CallOptions = {
  /** Ends the call early. Whether a write happened is then unknown. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for all tries together; default `requestTimeoutMs` of the client; Infinity: no limit. */
  readonly timeoutMs?: number | undefined;
  /** Ask this endpoint and no other. */
  readonly endpoint?: string | undefined;
  /** Do not try again, whatever it was. */
  readonly once?: boolean | undefined;
  /** The caller knows that sending it twice does no harm: try again after an unknown outcome, too. */
  readonly repeatable?: boolean | undefined;
  /** Have it refused at once by a member that knows no leader; default: true for what such a member cannot do. */
  readonly requiresLeader?: boolean | undefined;
};

/** What a call becomes when its options are looked up. */
type Plan = {
  readonly endMs: number;
  readonly signal: AbortSignal | null;
  readonly pinned: Endpoint | null;
  readonly mayRepeat: boolean;
  readonly isOnce: boolean;
  readonly requiresLeader: boolean;
  /** Authentication itself goes without. */
  readonly withToken: boolean;
  /** Hears, before each try, that it is about to be sent. */
  readonly onSend: (() => void) | null;
};

/** Options of calls within this package. */
export type InnerOptions = CallOptions & {
  readonly onSend?: () => void;
  readonly withToken?: boolean;
};

/** How often one call gets another token. */
const renewalsMax = 3;

/** See the module. */
export class Caller {
  readonly settings: Settings;
  readonly balancer: Balancer;
  /** Aborted when the client is closed. */
  readonly lifetime: AbortSignal;
  readonly #closing = new AbortController();
  readonly #tokens: TokenSource | null;

  constructor(settings: Settings) {
    this.settings = settings;
    this.balancer = new Balancer(settings);
    this.lifetime = this.#closing.signal;
    this.#tokens = settings.credentials === null ? null : new TokenSource(() => this.#authenticate());
  }

  /** Sends a message and gives the answer. Throws ClientError. */
  async unary<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    request: Request,
    options: InnerOptions = {},
  ): Promise<Response> {
    const plan = this.#plan(method, request, options);
    const message = encodeToBuffer(method, request);
    const tried = new Set<Endpoint>();
    let renewals = 0;
    let wasUnknown = false;
    for (let failures = 1; ; failures += 1) {
      const endpoint = plan.pinned ?? this.balancer.pick(tried);
      tried.add(endpoint);
      const token = { used: "" };
      try {
        const response = await this.#attempt(method, message, endpoint, plan, token);
        this.balancer.succeeded(endpoint);
        return response;
      } catch (cause) {
        const error = toClientError(cause);
        wasUnknown ||= error.outcome === "unknown";
        if (this.#mayRenew(error, plan, renewals)) {
          renewals += 1;
          await this.refuseToken(token.used);
          continue;
        }
        this.#judge(endpoint, error);
        if (!mayTryAgain(error, plan)) throw wasUnknown ? asUnknown(error) : error;
        await this.#waitForTurn(wasUnknown ? asUnknown(error) : error, failures, tried, plan);
      }
    }
  }

  /**
   * Sends a message and gives the answers, as they are taken. Not tried again once the first has come. Throws ClientError.
   */
  async *serverStream<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    request: Request,
    options: InnerOptions = {},
  ): AsyncGenerator<Response, void, undefined> {
    const plan = this.#plan(method, request, { ...options, timeoutMs: options.timeoutMs ?? Infinity });
    const message = encodeToBuffer(method, request);
    for (let renewals = 0; ; renewals += 1) {
      const endpoint = await this.#connected(plan);
      let token = "";
      let hasBegun = false;
      try {
        if (plan.withToken) token = await this.token();
        const metadata = callMetadata(token, plan.requiresLeader);
        for await (const response of endpoint.serverStream(method, message, metadata, plan.signal)) {
          hasBegun = true;
          yield response;
        }
        this.balancer.succeeded(endpoint);
        return;
      } catch (cause) {
        const error = toClientError(cause);
        this.#judge(endpoint, error);
        if (hasBegun || !this.#mayRenew(error, plan, renewals)) throw error;
        await this.refuseToken(token);
      }
    }
  }

  /** A stream both ways, opened where a connection can be made. Throws ClientError. */
  async duplex<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    options: CallOptions,
  ): Promise<{ readonly endpoint: string; readonly stream: DuplexStream<Request, Response> }> {
    const plan = this.#plan(method, {}, options);
    const endpoint = await this.#connected(plan);
    const metadata = callMetadata(await this.token(), options.requiresLeader ?? true);
    return { endpoint: endpoint.url, stream: endpoint.duplex(method, metadata, plan.signal) };
  }

  /** Makes sure that there is a connection, and a token. Throws ClientError. */
  async connect(options: CallOptions): Promise<void> {
    const plan = this.#plan({ path: "" }, {}, options);
    for (let failures = 1; ; failures += 1) {
      try {
        await this.#connected(plan);
        await this.token();
        return;
      } catch (cause) {
        const error = toClientError(cause);
        if (!mayTryAgain(error, plan)) throw error;
        await this.#waitForTurn(error, this.balancer.endpoints.length * failures, new Set(), plan);
      }
    }
  }

  /** The token to send with streams; empty without credentials, or where none are wanted. Throws ClientError. */
  token(): Promise<string> {
    return this.#tokens === null ? Promise.resolve("") : this.#tokens.get();
  }

  /** A server did not take a stream's token. */
  async refuseToken(token: string): Promise<void> {
    await this.#tokens?.refuse(token);
  }

  /** Whether there are credentials to get another token with. */
  get hasCredentials(): boolean {
    return this.#tokens !== null;
  }

  /** Ends everything. */
  close(): void {
    this.#closing.abort(closedError());
    this.balancer.close();
  }

  async #attempt<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    message: Buffer,
    endpoint: Endpoint,
    plan: Plan,
    token: { used: string },
  ): Promise<Response> {
    await endpoint.ready(this.#dialLimits(plan));
    if (plan.withToken) token.used = await this.token();
    const limits = { timeoutMs: this.#attemptMs(plan), signal: plan.signal };
    if (limits.timeoutMs <= 0) throw new ClientError("timeout", `no time was left for ${method.name}`);
    plan.onSend?.();
    return endpoint.unary(method, message, callMetadata(token.used, plan.requiresLeader), limits);
  }

  /** The first endpoint that a connection can be made to. Throws the last error. */
  async #connected(plan: Plan): Promise<Endpoint> {
    const tried = new Set<Endpoint>();
    for (;;) {
      const endpoint = plan.pinned ?? this.balancer.pick(tried);
      tried.add(endpoint);
      try {
        await endpoint.ready(this.#dialLimits(plan));
        return endpoint;
      } catch (cause) {
        const error = toClientError(cause);
        this.#judge(endpoint, error);
        if (plan.pinned !== null || plan.isOnce || tried.size === this.balancer.endpoints.length) throw error;
      }
    }
  }

  #plan(method: Pick<Method, "path">, request: object, options: InnerOptions): Plan {
    if (this.lifetime.aborted) throw closedError();
    const timeoutMs = options.timeoutMs ?? this.settings.requestTimeoutMs;
    return {
      endMs: this.settings.clock.nowMs() + timeoutMs,
      signal: options.signal ?? null,
      pinned: options.endpoint === undefined ? null : this.balancer.find(options.endpoint),
      mayRepeat: options.repeatable ?? isRepeatable(method, request),
      isOnce: options.once ?? false,
      requiresLeader: options.requiresLeader ?? needsLeader(method, request),
      withToken: options.withToken ?? true,
      onSend: options.onSend ?? null,
    };
  }

  /** Whether another token may help. More than once: users may have changed again since the last one was got. */
  #mayRenew(error: ClientError, plan: Plan, renewals: number): boolean {
    if (error.code !== "unauthenticated" || !plan.withToken || this.#tokens === null) return false;
    // The password itself is wrong.
    if (error.serverText.includes("authentication failed")) return false;
    return renewals < renewalsMax && this.#leftMs(plan) > 0;
  }

  #leftMs(plan: Plan): number {
    return plan.endMs - this.settings.clock.nowMs();
  }

  /** Half of what is left where another endpoint could be asked with the rest. */
  #attemptMs(plan: Plan): number {
    const leftMs = this.#leftMs(plan);
    const hasOthers = plan.pinned === null && !plan.isOnce && this.balancer.endpoints.length > 1;
    return hasOthers && plan.mayRepeat ? leftMs / 2 : leftMs;
  }

  #dialLimits(plan: Plan): { timeoutMs: number; signal: AbortSignal | null } {
    const timeoutMs = Math.min(this.#leftMs(plan), this.settings.dialTimeoutMs);
    return { timeoutMs, signal: plan.signal };
  }

  /** A server that gives a lasting answer is well, whatever it says. */
  #judge(endpoint: Endpoint, error: ClientError): void {
    if (error.isTransient) this.balancer.failed(endpoint, error);
    else if (error.grpcCode !== null) this.balancer.succeeded(endpoint);
  }

  /** Endpoints not asked yet are asked at once; then there is a pause. Throws the error if there is no time for it. */
  async #waitForTurn(error: ClientError, failures: number, tried: Set<Endpoint>, plan: Plan): Promise<void> {
    const endpoints = plan.pinned === null ? this.balancer.endpoints.length : 1;
    const waitMs = failures % endpoints === 0 ? backOffMs(failures / endpoints, this.settings.random) : 0;
    if (this.#leftMs(plan) <= waitMs) throw error;
    if (waitMs === 0) return;
    tried.clear();
    const signals = plan.signal === null ? [this.lifetime] : [this.lifetime, plan.signal];
    await pause(this.settings.clock, waitMs, AbortSignal.any(signals));
    if (this.lifetime.aborted) throw error.outcome === "unknown" ? error : closedError();
    if (plan.signal?.aborted) throw canceledError(plan.signal, error.endpoint, error.outcome);
  }

  async #authenticate(): Promise<string> {
    const { credentials } = this.settings;
    if (credentials === null) return "";
    const { username: name, password } = credentials;
    const request = AuthenticateRequest.create({ name, password });
    const { token } = await this.unary(authService.methods.authenticate, request, { withToken: false });
    return token;
  }
}

/** What goes with every call. */
export function callMetadata(token: string, requiresLeader: boolean): Metadata {
  const metadata = new Metadata();
  if (token !== "") metadata.set("token", token);
  if (requiresLeader) metadata.set("hasleader", "true");
  return metadata;
}

/** The rule: what passes by may be tried again, if nothing happened or happening twice does no harm. */
function mayTryAgain(error: ClientError, plan: Plan): boolean {
  return !plan.isOnce && error.isTransient && (error.outcome === "refused" || plan.mayRepeat);
}

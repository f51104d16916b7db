/**
 * A running server: a member, the services in front of it, and the listeners.
 *
 * The listeners are there first, so that a port that is in use is known before anything is written, and so that probes
 * are answered while a new cluster's members wait for each other. Calls wait until the member takes part and
 * knows a leader, or has waited for one long enough.
 */

import { clusterIdOf, type SourcedEvent } from "@quorate/member";
import type { StoreMember } from "@quorate/member/store";
import { startStoreMember } from "@quorate/member/store-node";
import type { AuditSink } from "./auth/audit.ts";
import { WorkerThread } from "./auth/password-desk.ts";
import { Front } from "./front/front.ts";
import { frontLimitsDefault } from "./front/front-limits.ts";
import { logFrontEvents, type ServerLog } from "./front/front-log.ts";
import { ServerCore } from "./handlers/core.ts";
import { makeGatekeeper } from "./handlers/gatekeeper.ts";
import { registerServices } from "./handlers/register.ts";
import { clusterVersion, serverVersion } from "./handlers/version.ts";
import { MemberHealth } from "./member-health.ts";
import { effectiveQuotaBytes, memberSettings } from "./member-settings.ts";
import { serverClock, serverRandom } from "./node-seams.ts";
import { etcdError, toRpcError } from "./rpc/error-table.ts";
import { type Gatekeeper, Router } from "./rpc/router.ts";
import { RpcCode, RpcError } from "./rpc/rpc-error.ts";
import { ServerHttp } from "./server-http.ts";
import type { ServerSettings } from "./settings.ts";

/** Around a request's data in its message: etcd's number. */
const messageOverheadBytes = 512 * 1024;
/** A server serves when it knows a leader, but a minority waits no longer than so many election timeouts. */
const electionsToWait = 10;
/** How long calls may still run when the server stops. */
const stopGraceMs = 5000;

/** Who hears of a server. */
export type ServerOptions = {
  /** Takes lines about the network front. Default: nobody. */
  readonly log?: ServerLog;
  /** Receives the events of the member, its core and its links. Must not throw. Default: nobody. */
  readonly onEvent?: (event: SourcedEvent) => void;
  /** Takes the records of the audit log. Must not throw. Default: nobody. */
  readonly onAudit?: AuditSink;
  /** Whether the process ends (code 70, one line) when the member ends by itself. Default true, see `failed`. */
  readonly exitOnFailure?: boolean;
};

/** See the module. */
export class Server {
  readonly storeMember: StoreMember;
  private readonly parts: ServerParts;
  private stopping: Promise<void> | null = null;

  /** Use {@link startServer}. */
  constructor(parts: ServerParts, storeMember: StoreMember) {
    this.parts = parts;
    this.storeMember = storeMember;
  }

  /** Where clients are served, with the real ports. */
  get urls(): readonly string[] {
    return this.parts.front.urls;
  }

  /** Where only metrics and health are served. */
  get metricsUrls(): readonly string[] {
    return this.parts.front.metricsUrls;
  }

  /** Resolves with the reason when the member ends by itself: a write failed, say. The server must be stopped then. */
  get failed(): Promise<Error> {
    return this.storeMember.member.failed;
  }

  /** Reads the certificate files for clients again. False: the old ones stay, the log says why. */
  reloadTls(): Promise<boolean> {
    return this.parts.front.reloadTls();
  }

  /**
   * Stops: nobody new gets in, streams end as unavailable, other calls may finish for some seconds, a leader hands over,
   * and what was applied is made durable. Safe to call twice.
   */
  stop(): Promise<void> {
    this.stopping ??= this.stopOnce();
    return this.stopping;
  }

  private async stopOnce(): Promise<void> {
    const { front, http, health, core } = this.parts;
    health.refusal = "the server is stopping";
    await front.stop(stopGraceMs, etcdError("serverStopped"));
    core.login.close();
    await this.storeMember.stop();
    http.close();
  }
}

type ServerParts = {
  readonly front: Front;
  readonly http: ServerHttp;
  readonly health: MemberHealth;
  readonly core: ServerCore;
};

/**
 * Starts a server; resolves when it serves clients. A new cluster's members wait for each other.
 * @throws Error that names what was given and what to do: nothing is running then
 */
export async function startServer(settings: ServerSettings, options: ServerOptions = {}): Promise<Server> {
  const router = new Router();
  const gate: { keeper: Gatekeeper | null } = { keeper: null };
  const emit = options.log === undefined ? () => undefined : logFrontEvents(options.log);
  const health = new MemberHealth();
  const http = new ServerHttp(settings, health, emit);
  const front = await Front.start({
    urls: settings.listenClientUrls,
    metricsUrls: settings.listenMetricsUrls,
    tls: settings.clientTls,
    router,
    http: (shared) => http.make(shared),
    refusal: new RpcError(RpcCode.unavailable, "etcdserver: server is starting"),
    limits: frontLimits(settings),
    toRpcError,
    gatekeeper: (route, request, context) => gate.keeper?.(route, request, context),
    observer: http.calls,
    onEvent: emit,
  }).catch((error: unknown) => {
    http.close();
    throw error;
  });
  http.attach(front);
  try {
    const storeMember = await startMember(settings, options, http);
    const core = makeCore(settings, storeMember, options.onAudit ?? null);
    http.member.attach(storeMember, {
      memberId: storeMember.member.id,
      version: serverVersion,
      clusterVersion,
      quotaBytes: effectiveQuotaBytes(settings),
    });
    registerServices(router, core);
    gate.keeper = makeGatekeeper(core);
    await leaderKnown(storeMember, electionsToWait * settings.electionMaxMs);
    health.attach(storeMember, core.requestTimeoutMs);
    front.open();
    return new Server({ front, http, health, core }, storeMember);
  } catch (error) {
    await front.stop(0, etcdError("serverStopped"));
    http.close();
    throw error;
  }
}

async function startMember(
  settings: ServerSettings,
  { log, onEvent, exitOnFailure = true }: ServerOptions,
  http: ServerHttp,
): Promise<StoreMember> {
  let told = "";
  const onWaiting = ({ message }: Error): void => {
    if (message !== told) log?.write("info", `waits to join the cluster: ${message}`);
    told = message;
  };
  return startStoreMember({
    ...(await memberSettings(settings, onWaiting)),
    onEvent: (event) => {
      http.member.note(event);
      onEvent?.(event);
    },
    exitOnFailure,
  });
}

/** Resolves when a leader is known, or none is found for so long. */
async function leaderKnown({ member }: StoreMember, limitMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const unsubscribe = member.subscribe(({ source, event }) => {
    if (source === "member" && event.kind === "leader-changed" && event.lead !== 0) resolve();
  });
  const timer = setTimeout(resolve, limitMs);
  if (member.lead === 0) await promise;
  clearTimeout(timer);
  unsubscribe();
}

function makeCore(
  settings: ServerSettings,
  storeMember: StoreMember,
  auditSink: AuditSink | null,
): ServerCore {
  return new ServerCore({
    storeMember,
    settings,
    clock: serverClock,
    wallNow: Date.now,
    random: serverRandom,
    clusterId: clusterIdOf(settings.clusterToken),
    passwords: new WorkerThread(settings.auth.bcryptCost),
    auditSink,
  });
}

function frontLimits(settings: ServerSettings) {
  const messageBytesMax = settings.requestBytesMax + messageOverheadBytes;
  return {
    messageBytesMax,
    // In base64 three bytes are four.
    gatewayBodyBytesMax: Math.ceil((messageBytesMax * 4) / 3) + messageOverheadBytes,
    streamsPerConnectionMax: Math.min(
      settings.concurrentStreamsMax,
      frontLimitsDefault.streamsPerConnectionMax,
    ),
    keepaliveMinMs: settings.keepaliveMinMs,
    keepaliveIntervalMs: settings.keepaliveIntervalMs,
    keepaliveTimeoutMs: settings.keepaliveTimeoutMs,
  };
}

/**
 * What a server serves besides gRPC, put together from its settings.
 */

import { Registry } from "prom-client";
import { CallMetrics } from "./front/call-metrics.ts";
import type { Front, FrontHttp, FrontShared } from "./front/front.ts";
import type { FrontEventSink } from "./front/front-event.ts";
import { Gateway } from "./front/gateway.ts";
import { HealthChecks } from "./front/health-checks.ts";
import { clientHttp, type HttpParts, metricsHttp } from "./front/http-routes.ts";
import { MemberMetrics } from "./front/member-metrics.ts";
import { OriginGuard } from "./front/origin-guard.ts";
import { ProcessMetrics } from "./front/process-metrics.ts";
import { Profiles } from "./front/profiles.ts";
import { clusterVersion, serverVersion, storageVersion } from "./handlers/version.ts";
import type { MemberHealth } from "./member-health.ts";
import type { ServerSettings } from "./settings.ts";

/** See the module. */
export class ServerHttp {
  readonly calls: CallMetrics;
  readonly member: MemberMetrics;
  private readonly settings: ServerSettings;
  private readonly health: MemberHealth;
  private readonly register = new Registry();
  private readonly process: ProcessMetrics;
  /** Set once the front listens. */
  private front: Front | null = null;

  constructor(settings: ServerSettings, health: MemberHealth, emit: FrontEventSink) {
    this.settings = settings;
    this.health = health;
    this.member = new MemberMetrics(this.register);
    this.calls = new CallMetrics({
      register: this.register,
      isExtensive: settings.metrics === "extensive",
      slowRequestMs: settings.slowRequestMs,
      emit,
    });
    this.process = new ProcessMetrics(this.register, {
      connections: () => this.front?.connectionCount ?? 0,
      bufferedRequestBytes: () => this.front?.bufferedRequestBytes ?? 0,
      runningCalls: () => this.calls.runningCalls,
    });
  }

  /** The front whose figures are shown. */
  attach(front: Front): void {
    this.front = front;
  }

  /** Handlers for a front. */
  make({ environment, router, limits }: FrontShared): FrontHttp {
    const { settings, health } = this;
    const parts: HttpParts = {
      health: new HealthChecks(health, this.process.observeHealth),
      version: () => ({
        etcdserver: serverVersion,
        etcdcluster: health.refusal === null ? clusterVersion : "not_decided",
        storage: storageVersion,
      }),
      metrics: async () => ({ type: this.register.contentType, text: await this.register.metrics() }),
      variables: () => this.variables(),
      profiles: settings.pprof ? new Profiles() : null,
      gateway: settings.gateway ? new Gateway(environment, router, limits) : null,
      origins: new OriginGuard(settings.corsOrigins, settings.hostWhitelist),
      router,
      refusal: () => environment.gate.refusal,
      observe: this.process.observeRequest,
    };
    return { client: clientHttp(parts), metrics: metricsHttp(parts) };
  }

  /** Ends what measures. */
  close(): void {
    this.member.close();
    this.process.close();
  }

  private variables(): object {
    return {
      cmdline: process.argv,
      node: process.version,
      uptimeSeconds: process.uptime(),
      memory: process.memoryUsage(),
      connections: this.front?.connectionCount ?? 0,
      "raft.status": this.health.status(),
    };
  }
}

/**
 * Metrics of the process and of the front itself.
 */

import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from "prom-client";
import type { HealthObserver } from "./health-checks.ts";

const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const delayResolutionMs = 10;

/** What is asked of the front when somebody looks. */
export type FrontFigures = {
  connections(): number;
  bufferedRequestBytes(): number;
  runningCalls(): number;
};

/** See the module. */
export class ProcessMetrics {
  private readonly requests: Histogram<"handler" | "method" | "code">;
  private readonly healthy: Counter;
  private readonly unhealthy: Counter;
  private readonly checks: Counter<"type" | "name" | "status">;
  private readonly lastCheck: Gauge<"type" | "name">;
  private readonly delay = monitorEventLoopDelay({ resolution: delayResolutionMs });

  constructor(register: Registry, figures: FrontFigures) {
    const registers = [register];
    collectDefaultMetrics({ register });
    this.requests = new Histogram({
      name: "http_request_duration_seconds",
      help: "Requests that are no gRPC.",
      labelNames: ["handler", "method", "code"],
      buckets: requestBuckets,
      registers,
    });
    this.healthy = new Counter({ name: "etcd_server_health_success", help: "/health said true.", registers });
    this.unhealthy = new Counter({
      name: "etcd_server_health_failures",
      help: "/health said false.",
      registers,
    });
    const checkLabels = ["type", "name"] as const;
    this.checks = new Counter({
      name: "etcd_server_healthchecks_total",
      help: "Checks of /livez and /readyz.",
      labelNames: [...checkLabels, "status"],
      registers,
    });
    this.lastCheck = new Gauge({
      name: "etcd_server_healthcheck",
      help: "What came of a check last.",
      labelNames: checkLabels,
      registers,
    });
    this.exportFigures(registers, figures);
    this.exportProcess(registers);
  }

  /** Takes a request that was answered. */
  readonly observeRequest = (handler: string, method: string, status: number, durationMs: number): void => {
    this.requests.observe({ handler, method, code: String(status) }, durationMs / 1000);
  };

  /** Takes a health check. */
  readonly observeHealth: HealthObserver = (kind, name, isOk) => {
    if (kind === "health") {
      (isOk ? this.healthy : this.unhealthy).inc();
      return;
    }
    this.checks.inc({ type: kind, name, status: isOk ? "success" : "error" });
    this.lastCheck.set({ type: kind, name }, Number(isOk));
  };

  /** Ends the measuring of delays. */
  close(): void {
    this.delay.disable();
  }

  private exportFigures(registers: Registry[], figures: FrontFigures): void {
    const queues: Gauge<"queue"> = new Gauge({
      name: "queue_size",
      help: "What waits: calls that run, bytes of requests that are not whole.",
      labelNames: ["queue"],
      registers,
      collect: () => {
        queues.set({ queue: "calls" }, figures.runningCalls());
        queues.set({ queue: "request_bytes" }, figures.bufferedRequestBytes());
      },
    });
    const connections: Gauge = new Gauge({
      name: "quorate_client_connections",
      help: "Connections of clients.",
      registers,
      collect: () => connections.set(figures.connections()),
    });
  }

  private exportProcess(registers: Registry[]): void {
    let last = { cpu: process.cpuUsage(), atMs: performance.now() };
    const usage: Gauge = new Gauge({
      name: "process_cpu_usage",
      help: "Processor time per time since the last look; 1 is one core.",
      registers,
      collect: () => {
        const used = process.cpuUsage(last.cpu);
        const nowMs = performance.now();
        usage.set((used.user + used.system) / 1000 / Math.max(1, nowMs - last.atMs));
        last = { cpu: process.cpuUsage(), atMs: nowMs };
      },
    });
    this.delay.enable();
    const delays: Gauge<"quantile"> = new Gauge({
      name: "event_loop_delay_seconds",
      help: "How late the event loop was since the last look.",
      labelNames: ["quantile"],
      registers,
      collect: () => {
        for (const quantile of [50, 99, 100]) {
          delays.set({ quantile: String(quantile / 100) }, this.delayMs(quantile) / 1000);
        }
        this.delay.reset();
      },
    });
  }

  private delayMs(percentile: number): number {
    const measuredMs = this.delay.percentile(percentile) / 1e6;
    return Number.isFinite(measuredMs) ? Math.max(0, measuredMs - delayResolutionMs) : 0;
  }
}

/**
 * Counts calls as the metrics of gRPC servers name them. The counters are plain numbers, turned into metrics only when
 * somebody looks: this runs for every call.
 */

import { Counter, Histogram, type Registry } from "prom-client";
import type { Route } from "../rpc/router.ts";
import type { RpcCode } from "../rpc/rpc-error.ts";
import type { CallObserver } from "./call-environment.ts";
import type { FrontEventSink } from "./front-event.ts";
import { codeName } from "./grpc-text.ts";

/** What is counted of a method. */
class MethodCounts {
  readonly labels: Readonly<Record<string, string>>;
  started = 0;
  readonly handled: number[] = Array.from({ length: 17 }, () => 0);
  messagesReceived = 0;
  messagesSent = 0;

  constructor({ kind, method }: Route) {
    const [, service = "", name = ""] = method.path.split("/");
    const type = kind === "duplex" ? "bidi_stream" : kind === "unary" ? "unary" : "server_stream";
    this.labels = { grpc_type: type, grpc_service: service, grpc_method: name };
  }
}

const methodLabels = ["grpc_type", "grpc_service", "grpc_method"] as const;

/** How it counts. */
export type CallMetricsOptions = {
  readonly register: Registry;
  /** Whether durations of every method are kept (`--metrics=extensive`). */
  readonly isExtensive: boolean;
  /** Unary calls above this are told of; 0: none. */
  readonly slowRequestMs: number;
  readonly emit: FrontEventSink;
};

/** See the module. */
export class CallMetrics implements CallObserver {
  private readonly options: CallMetricsOptions;
  private readonly counts = new Map<Route, MethodCounts>();
  private readonly durations: Histogram<(typeof methodLabels)[number]> | null;
  private receivedBytes = 0;
  private sentBytes = 0;

  constructor(options: CallMetricsOptions) {
    this.options = options;
    const { register, isExtensive } = options;
    this.durations = isExtensive
      ? new Histogram({
          name: "grpc_server_handling_seconds",
          help: "Time from the first bytes of a call to its status, in seconds.",
          labelNames: methodLabels,
          registers: [register],
        })
      : null;
    this.exportCounters(register);
  }

  /** Calls that run now. */
  get runningCalls(): number {
    let running = 0;
    for (const { started, handled } of this.counts.values()) running += started - sum(handled);
    return running;
  }

  started(route: Route): void {
    this.of(route).started++;
  }

  ended(route: Route, code: RpcCode, durationMs: number, peer: string): void {
    const counts = this.of(route);
    (counts.handled[code] as number)++;
    this.durations?.observe(counts.labels, durationMs / 1000);
    const { slowRequestMs, emit } = this.options;
    if (slowRequestMs > 0 && durationMs > slowRequestMs && route.kind === "unary") {
      emit({ kind: "slow-call", path: route.method.path, peer, durationMs, code });
    }
  }

  received(route: Route, bytes: number): void {
    this.of(route).messagesReceived++;
    this.receivedBytes += bytes;
  }

  sent(route: Route, bytes: number): void {
    this.of(route).messagesSent++;
    this.sentBytes += bytes;
  }

  private of(route: Route): MethodCounts {
    let counts = this.counts.get(route);
    if (counts === undefined) {
      counts = new MethodCounts(route);
      this.counts.set(route, counts);
    }
    return counts;
  }

  private exportCounters(register: Registry): void {
    const perMethod = (name: string, help: string, value: (counts: MethodCounts) => number): void => {
      const collect = (counter: Counter): void => {
        counter.reset();
        for (const counts of this.counts.values()) counter.inc(counts.labels, value(counts));
      };
      makeCounter(register, name, help, methodLabels, collect);
    };
    perMethod("grpc_server_started_total", "Calls begun.", ({ started }) => started);
    perMethod("grpc_server_msg_received_total", "Messages received.", (counts) => counts.messagesReceived);
    perMethod("grpc_server_msg_sent_total", "Messages sent.", (counts) => counts.messagesSent);
    const handledLabels = [...methodLabels, "grpc_code"];
    makeCounter(
      register,
      "grpc_server_handled_total",
      "Calls ended, by status.",
      handledLabels,
      (counter) => {
        counter.reset();
        for (const { labels, handled } of this.counts.values()) {
          for (const [code, count] of handled.entries()) {
            if (count > 0) counter.inc({ ...labels, grpc_code: codeName(code as RpcCode) }, count);
          }
        }
      },
    );
    makeCounter(
      register,
      "etcd_network_client_grpc_received_bytes_total",
      "Bytes of requests.",
      [],
      (counter) => {
        counter.reset();
        counter.inc(this.receivedBytes);
      },
    );
    makeCounter(
      register,
      "etcd_network_client_grpc_sent_bytes_total",
      "Bytes of responses.",
      [],
      (counter) => {
        counter.reset();
        counter.inc(this.sentBytes);
      },
    );
  }
}

function makeCounter(
  register: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  fill: (counter: Counter) => void,
): void {
  const counter: Counter = new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [register],
    collect: () => fill(counter),
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

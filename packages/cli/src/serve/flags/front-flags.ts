/** Flags about the front of a member: HTTP and gRPC, the log, the metrics. */

import { flagsOf } from "../flag.ts";

const front = flagsOf("HTTP and gRPC");
const log = flagsOf("Log and metrics");

const notTraced = "no traces are exported";
const oldProxy = "Quorate is no proxy";

export const frontFlags = [
  front.works("enable-grpc-gateway", "switch", "true", "answer JSON under /v3/"),
  front.works("cors", "list", "*", "origins whose pages may call; empty or * for all"),
  front.works(
    "host-whitelist",
    "list",
    "*",
    "host names by which a member without TLS may be called; * for all",
  ),
  front.works(
    "grpc-keepalive-min-time",
    "duration",
    "5s",
    "clients that ping more often are told to go away",
  ),
  front.works("grpc-keepalive-interval", "duration", "2h", "when to ping a silent client; 0 for never"),
  front.works("grpc-keepalive-timeout", "duration", "20s", "how long to wait for its answer; 0 for ever"),
  front.accepted("socket-reuse-port", "switch", "false", "one process listens on a port"),
  front.accepted("socket-reuse-address", "switch", "false", "Node sets it by itself"),
  front.accepted("proxy-failure-wait", "milliseconds", "5000", oldProxy),
  front.accepted("proxy-refresh-interval", "milliseconds", "30000", oldProxy),
  front.accepted("proxy-dial-timeout", "milliseconds", "1000", oldProxy),
  front.accepted("proxy-write-timeout", "milliseconds", "5000", oldProxy),
  front.accepted("proxy-read-timeout", "milliseconds", "0", oldProxy),
] as const;

export const logFlags = [
  log.works("log-level", "choice", "info", "least important lines to write", {
    choices: ["debug", "info", "warn", "error", "dpanic", "panic", "fatal"],
  }),
  log.works("log-format", "choice", "json", "json, or console for people", { choices: ["json", "console"] }),
  log.works("log-outputs", "list", "default", "stderr (the default), stdout, or files, several with commas"),
  log.works("metrics", "choice", "basic", "extensive adds histograms per call", {
    choices: ["basic", "extensive"],
  }),
  log.works("listen-metrics-urls", "urls", "", "where to serve only /metrics and /health"),
  log.works("enable-pprof", "switch", "false", "serve profiles under /debug/pprof/"),
  log.works("warning-unary-request-duration", "duration", "300ms", "calls that take longer are logged", {
    wasExperimental: true,
  }),
  log.accepted("warning-apply-duration", "duration", "100ms", "see --warning-unary-request-duration", {
    wasExperimental: true,
  }),
  log.accepted("logger", "text", "zap", "there is one logger"),
  log.accepted("debug", "switch", "false", "write --log-level debug"),
  log.accepted("log-package-levels", "text", "", "there is one level"),
  log.refused(
    "enable-log-rotation",
    "switch",
    "false",
    "Quorate does not rotate its log, and the file would fill the disk; let logrotate do it, with SIGHUP afterwards",
  ),
  log.accepted("log-rotation-config-json", "text", "", "see --enable-log-rotation"),
  log.accepted("enable-distributed-tracing", "switch", "false", notTraced, { wasExperimental: true }),
  log.accepted("distributed-tracing-address", "text", "localhost:4317", notTraced, { wasExperimental: true }),
  log.accepted("distributed-tracing-service-name", "text", "etcd", notTraced, { wasExperimental: true }),
  log.accepted("distributed-tracing-instance-id", "text", "", notTraced, { wasExperimental: true }),
  log.accepted("distributed-tracing-sampling-rate", "whole", "0", notTraced, { wasExperimental: true }),
] as const;

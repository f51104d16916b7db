/**
 * The front's events as lines of a log.
 */

import type { FrontEvent, FrontEventSink } from "./front-event.ts";
import { codeName } from "./grpc-text.ts";

/** Levels of lines. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Where lines go. Fields never hold a key's value, a password or a token. */
export type ServerLog = {
  write(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
};

/** Makes a sink that writes lines. */
export function logFrontEvents(log: ServerLog): FrontEventSink {
  return (event) => {
    const { level, message, fields } = lineOf(event);
    log.write(level, message, fields);
  };
}

type Line = {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
};

function lineOf(event: FrontEvent): Line {
  switch (event.kind) {
    case "listening":
      return { level: "info", message: `listens for clients at ${event.url}` };
    case "client-refused":
      return {
        level: "info",
        message: "a client was sent away",
        fields: { peer: event.peer, cause: event.what },
      };
    case "connections-full": {
      const { url, connectionsMax } = event;
      return {
        level: "warn",
        message: `refuses connections at ${url}: ${connectionsMax} are open`,
        fields: {},
      };
    }
    case "too-many-pings":
      return {
        level: "warn",
        message: "a client pings too often and was sent away",
        fields: { peer: event.peer },
      };
    case "keepalive-failed":
      return { level: "info", message: "a client does not answer pings", fields: { peer: event.peer } };
    case "slow-call": {
      const { path, peer, durationMs, code } = event;
      const fields = { path, peer, durationMs: Math.round(durationMs), code: codeName(code) };
      return { level: "warn", message: "a request took long", fields };
    }
    case "handler-failed":
      return {
        level: "error",
        message: `a request failed unexpectedly`,
        fields: failure(event.path, event.error),
      };
    case "tls-reloaded": {
      const { subject, validTo } = event;
      return {
        level: "info",
        message: "uses a new certificate towards clients",
        fields: { subject, validTo },
      };
    }
    case "tls-reload-failed":
      return { level: "warn", message: `keeps its certificate towards clients: ${event.what}` };
  }
}

function failure(path: string, error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { path, error: String(error) };
  return { path, error: error.message, stack: error.stack };
}

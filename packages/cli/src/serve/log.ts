/**
 * The log: lines of JSON by pino, or the same for people, to standard output, standard error or files.
 *
 * A line never makes the member wait: it is queued, up to a bound per target, and written by the operating system's
 * leave. Beyond the bound lines are dropped, and the next one that gets through says how many.
 */

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import pino from "pino";
import { failure } from "../command-error.ts";
import { consoleLine } from "./console-line.ts";
import type { LogLevel, LogSettings, LogTarget } from "./log-settings.ts";
import { LogSink } from "./log-sink.ts";

/** Where a line belongs: the member's term and the index that it has committed, as far as known. */
export type LogPosition = { readonly term: number; readonly index: number };

/** Further fields of a line. Never a key's value, a password or a key of a certificate. */
export type LogFields = Readonly<Record<string, unknown>>;

/** See the module. */
export type Log = {
  isEnabled(level: LogLevel): boolean;
  write(level: LogLevel, message: string, fields?: LogFields): void;
  /** Opens files again, after something moved them away. */
  reopen(): void;
  /** Resolves when all lines are written, or after a second: for the end of the process. */
  drain(): Promise<void>;
  /** Writes what it can, now: for an end that cannot wait. */
  flushNow(): void;
};

/** What a log is about. */
export type LogContext = {
  /** The member's name. */
  readonly node: string;
  readonly position: () => LogPosition;
  /** Whether a target understands colours. */
  readonly isColoured: (target: LogTarget) => boolean;
};

/** How long the last lines may take when the process ends. */
const drainMs = 1000;

/** Opens the log. @throws CommandError if a file cannot be written */
export function openLog(settings: LogSettings, context: LogContext): Log {
  const sinks = settings.targets.map(openSink);
  const streams = sinks.map((sink, at) => {
    const target = settings.targets[at] ?? { kind: "stderr" };
    const isColoured = settings.format === "console" && context.isColoured(target);
    return settings.format === "json" ? jsonStream(sink) : consoleStream(sink, isColoured);
  });
  const logger = pino(
    {
      level: settings.level,
      base: { service: "quorate", node: context.node },
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => ({ ...context.position() }),
    },
    pino.multistream(streams.map((stream) => ({ stream, level: settings.level }))),
  );
  return {
    isEnabled: (level) => logger.isLevelEnabled(level),
    write(level, message, fields = {}) {
      const lines = sinks.reduce((sum, sink) => sum + sink.takeDropped(), 0);
      if (lines > 0) logger.warn({ lines }, "log lines were dropped: their target does not take them");
      logger[level](fields, message);
    },
    reopen() {
      for (const sink of sinks) sink.reopen();
    },
    async drain() {
      const timeout = new Promise((resolve) => setTimeout(resolve, drainMs));
      await Promise.race([Promise.all(sinks.map((sink) => sink.drain())), timeout]);
    },
    flushNow() {
      for (const sink of sinks) sink.flushNow();
    },
  };
}

/** @throws CommandError if a file cannot be written */
function openSink(target: LogTarget): LogSink {
  if (target.kind !== "file") return new LogSink(target.kind === "stdout" ? 1 : 2);
  try {
    mkdirSync(dirname(target.path), { recursive: true });
    return new LogSink(target.path);
  } catch (error) {
    throw failure(
      `cannot write the log to ${target.path}: ${(error as Error).message}; correct --log-outputs`,
      {
        cause: error,
      },
    );
  }
}

type LineStream = { write(text: string): void };

function jsonStream(sink: LogSink): LineStream {
  return { write: (text) => sink.write(text) };
}

function consoleStream(sink: LogSink, isColoured: boolean): LineStream {
  return {
    write: (text) => sink.write(`${consoleLine(JSON.parse(text) as Record<string, unknown>, isColoured)}\n`),
  };
}

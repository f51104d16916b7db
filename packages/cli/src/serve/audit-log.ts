/**
 * The audit log: lines of JSON, to a file of their own or a stream, in the order in which things happened.
 *
 * As with the log, a line never makes the member wait. Beyond the bound lines are dropped, and the next line as well as the
 * log say how many: an audit that has a hole says so.
 */

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type AuditRecord, auditLine } from "@quorate/server";
import { failure } from "../command-error.ts";
import type { AuditTarget } from "./auth-settings.ts";
import type { Log } from "./log.ts";
import { LogSink } from "./log-sink.ts";

/** See the module. */
export type AuditLog = {
  write(record: AuditRecord): void;
  /** Opens the file again, after something moved it away. */
  reopen(): void;
  /** Resolves when all lines are written, or after a second: for the end of the process. */
  drain(): Promise<void>;
};

/** How long the last lines may take when the process ends. */
const drainMs = 1000;

/** Opens it. @throws CommandError if the file cannot be written */
export function openAuditLog(target: AuditTarget, log: Log): AuditLog {
  const sink = openSink(target);
  return {
    write(record) {
      const dropped = sink.takeDropped();
      const now = new Date();
      if (dropped > 0) {
        log.write("error", "lines of the audit log were dropped: its target does not take them", {
          lines: dropped,
        });
        sink.write(`${JSON.stringify({ ts: now.toISOString(), event: "dropped", lines: dropped })}\n`);
      }
      sink.write(`${auditLine(record, now)}\n`);
    },
    reopen: () => sink.reopen(),
    async drain() {
      await Promise.race([sink.drain(), new Promise((resolve) => setTimeout(resolve, drainMs))]);
    },
  };
}

function openSink(target: AuditTarget): LogSink {
  if (target.kind !== "file") return new LogSink(target.kind === "stdout" ? 1 : 2);
  try {
    mkdirSync(dirname(target.path), { recursive: true });
    return new LogSink(target.path);
  } catch (error) {
    const text = `cannot write the audit log to ${target.path}: ${(error as Error).message}; correct --audit-log`;
    throw failure(text, { cause: error });
  }
}

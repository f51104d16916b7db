/**
 * Where log lines go, and which.
 */

import { usageError } from "../command-error.ts";
import type { FlagValues } from "./flag-values.ts";

/** Levels of lines. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "fatal";

/** A place for lines. */
export type LogTarget =
  | { readonly kind: "stderr" | "stdout" }
  | { readonly kind: "file"; readonly path: string };

export type LogSettings = {
  readonly level: LogLevel;
  readonly format: "json" | "console";
  readonly targets: readonly LogTarget[];
};

/** @throws CommandError */
export function readLogSettings(values: FlagValues): LogSettings {
  const outputs = values.list("log-outputs");
  if (outputs.includes("default") && outputs.length > 1)
    throw usageError(
      `${values.shown("log-outputs")}: "default" cannot stand beside others; write stderr for it`,
    );
  const targets = outputs.map((output): LogTarget => {
    if (output === "default" || output === "stderr" || output === "/dev/stderr") return { kind: "stderr" };
    if (output === "stdout" || output === "/dev/stdout") return { kind: "stdout" };
    if (output === "systemd/journal")
      throw usageError(`${values.shown("log-outputs")}: write stderr; systemd brings that to its journal`);
    return { kind: "file", path: output };
  });
  const level = values.choice("log-level", ["debug", "info", "warn", "error", "dpanic", "panic", "fatal"]);
  return {
    level: level === "dpanic" || level === "panic" ? "fatal" : level,
    format: values.choice("log-format", ["json", "console"]),
    targets,
  };
}

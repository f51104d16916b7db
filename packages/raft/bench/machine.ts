/**
 * Where and on what a benchmark ran: figures mean nothing without it.
 */

import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";

/** The machine and the state of the source. */
export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  /** Load average of the last minute, before the benchmark began. */
  readonly load: number;
  readonly node: string;
  readonly v8: string;
  /** Short hash, or why there is none. */
  readonly commit: string;
  /** Whether files differ from the commit. */
  readonly isDirty: boolean;
};

/** Looks at the machine and asks git about the source. */
export function describeMachine(): Machine {
  const processors = cpus();
  const head = git("rev-parse", "--short=12", "--verify", "--quiet", "HEAD");
  return {
    cpu: processors[0]?.model.trim() ?? "unknown CPU",
    cores: processors.length,
    load: loadavg()[0] ?? 0,
    node: process.version,
    v8: process.versions.v8,
    commit: head ?? "no commit",
    isDirty: (git("status", "--porcelain") ?? "") !== "",
  };
}

/** What git answers, or null if it cannot (no repository, no git, no commit yet). */
function git(...args: readonly string[]): string | null {
  try {
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    return execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8", stdio }).trim();
  } catch {
    return null;
  }
}

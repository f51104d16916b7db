/**
 * The same script for etcdctl on one etcd and for our commands on its twin: what they print and how they end must be the
 * same, byte for byte.
 */

import assert from "node:assert/strict";
import { type DebianEtcd, runEtcdctl, startEtcd } from "./debian-etcd.ts";
import { type CommandResult, runCommand } from "./run-client-command.ts";

/** A line of a script: arguments in words, `$LEASE` for the lease granted last, and standard input. */
export type ScriptLine = readonly string[] | { readonly args: readonly string[]; readonly stdin: string };

/** Two etcds that answer alike. */
export type Twins = {
  /** Runs the script at both and compares line by line. */
  compare(script: readonly ScriptLine[]): Promise<void>;
  readonly theirs: DebianEtcd;
  readonly ours: DebianEtcd;
  stop(): Promise<void>;
};

/** Starts both. */
export async function startTwins(): Promise<Twins> {
  const [theirs, ours] = await Promise.all([startEtcd(), startEtcd()]);
  const leases = { theirs: "0", ours: "0" };
  return {
    theirs,
    ours,
    async compare(script) {
      for (const line of script) {
        const { args, stdin } = "args" in line ? line : { args: line, stdin: "" };
        const [expected, got] = await Promise.all([
          runEtcdctl(theirs.endpoint, fill(args, leases.theirs), { stdin }),
          runCommand(["--endpoints", ours.endpoint, ...fill(args, leases.ours)], { stdin }),
        ]);
        leases.theirs = grantedLease(expected) ?? leases.theirs;
        leases.ours = grantedLease(got) ?? leases.ours;
        const their = plain(expected, theirs.endpoint, leases.theirs);
        const our = plain(got, ours.endpoint, leases.ours);
        assert.deepEqual(our, their, `${args.join(" ")}\n${got.stderr}`);
        if (got.code !== 0) assertOneLine(got.stderr, args);
      }
    },
    async stop() {
      await Promise.all([theirs.stop(), ours.stop()]);
    },
  };
}

/** Errors are one line that begins as etcdctl's do. */
function assertOneLine(stderr: string, args: readonly string[]): void {
  const lines = stderr.trimEnd().split("\n");
  assert.match(lines.at(-1) ?? "", /^Error: \S/, `${args.join(" ")}: ${stderr}`);
}

function fill(args: readonly string[], lease: string): string[] {
  return args.map((arg) => arg.replace("$LEASE", lease));
}

function grantedLease({ stdout }: CommandResult): string | undefined {
  return /^lease ([0-9a-f]{16}) granted/.exec(stdout)?.[1];
}

/** Without what must differ: the port, the lease that the server chose, times and sizes on disk. */
function plain(
  { stdout, code }: CommandResult,
  endpoint: string,
  lease: string,
): { readonly code: number; readonly stdout: string } {
  const text = stdout
    .replaceAll(endpoint, "ENDPOINT")
    .replaceAll(lease === "0" ? /(?!)/g : new RegExp(`${lease}|${BigInt(`0x${lease}`)}`, "g"), "LEASE")
    .replaceAll(/(remaining\(|"ttl":|"TTL" : )[0-9]+/g, "$1TTL")
    .replaceAll(/"?[0-9]+(?:\.[0-9]+)?(?:Â?µs|ms|s)"?(?=[\s,}])/g, "TOOK")
    .replaceAll(/("dbSize(?:InUse)?":|"DBSize" : )[0-9]+/g, "$1SIZE")
    .replaceAll(/ *[0-9.]+ [kM]B/g, " SIZE");
  return { code, stdout: text };
}

/**
 * etcd and etcdctl as Debian installs them, to compare with.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandResult } from "./run-client-command.ts";

/** Why tests that need etcd cannot run; false if they can. For the `skip` of tests. */
export const etcdIsAbsent: string | false =
  hasProgram("etcd") && hasProgram("etcdctl") ? false : "etcd and etcdctl 3.4 are not installed";

function hasProgram(name: string): boolean {
  const { status, stdout } = spawnSync(name, [name === "etcd" ? "--version" : "version"], {
    encoding: "utf8",
    env: { ...process.env, ETCDCTL_API: "3" },
  });
  return status === 0 && stdout.includes("3.4.");
}

/** A running etcd of one member. */
export type DebianEtcd = {
  /** As `127.0.0.1:port`. */
  readonly endpoint: string;
  /** Ends it, with its data. */
  stop(): Promise<void>;
  /** Ends the process and starts it again with the same data and ports. */
  restart(): Promise<void>;
};

/** What makes a cluster's identity: two with the same answer with the same IDs. */
export type EtcdIdentity = { readonly name: string; readonly peerUrl: string };

/** Two etcds that are alike in everything, IDs included: what one answers the other answers, too. */
export const twins: EtcdIdentity = { name: "twin", peerUrl: "http://127.0.0.1:2380" };

/** Starts an etcd on free ports and waits until it serves. */
export async function startEtcd(identity: EtcdIdentity = twins): Promise<DebianEtcd> {
  const dataDir = await mkdtemp(join(tmpdir(), "quorate-etcd-"));
  const [clientPort, peerPort] = [await freePort(), await freePort()];
  const endpoint = `127.0.0.1:${clientPort}`;
  const args = [
    ...["--name", identity.name, "--data-dir", dataDir],
    ...["--listen-client-urls", `http://${endpoint}`, "--advertise-client-urls", `http://${endpoint}`],
    ...[
      "--listen-peer-urls",
      `http://127.0.0.1:${peerPort}`,
      "--initial-advertise-peer-urls",
      identity.peerUrl,
    ],
    ...["--initial-cluster", `${identity.name}=${identity.peerUrl}`],
    ...["--heartbeat-interval", "20", "--election-timeout", "200", "--max-txn-ops", "128"],
  ];
  let child = await launch(args);
  return {
    endpoint,
    async restart() {
      await end(child);
      child = await launch(args);
    },
    async stop() {
      await end(child);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function launch(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn("etcd", args, { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  child.stderr.setEncoding("utf8");
  await new Promise<void>((resolve, reject) => {
    child.stderr.on("data", (text: string) => {
      log += text;
      if (log.includes("serving insecure client requests")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`etcd ended with ${code}: ${log.slice(-2000)}`)));
  });
  // What it logs later is let go, so that it does not wait for us.
  child.stderr.removeAllListeners("data").resume();
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.removeAllListeners("exit");
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Runs etcdctl. `onOutput` hears what it prints, and may end it by a signal. */
export async function runEtcdctl(
  endpoint: string,
  args: readonly string[],
  options: {
    readonly stdin?: string | Uint8Array;
    readonly onOutput?: (text: string, end: () => void) => void;
  } = {},
): Promise<CommandResult> {
  const child = spawn("etcdctl", ["--endpoints", endpoint, ...args], {
    env: { PATH: process.env["PATH"], ETCDCTL_API: "3" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout.push(chunk);
    options.onOutput?.(Buffer.concat(stdout).toString("latin1"), () => child.kill("SIGINT"));
  });
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on("error", () => {});
  child.stdin.end(options.stdin ?? "");
  const [code] = (await once(child, "close")) as [number | null];
  return {
    stdout: Buffer.concat(stdout).toString("latin1"),
    stderr: Buffer.concat(stderr).toString("utf8"),
    code: code ?? 130,
  };
}

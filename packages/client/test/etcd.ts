/**
 * Processes of etcd on loopback for the tests: an implementation that is not ours.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../src/connect.ts";

/** Whether there is an etcd to test against; if not, say `skip` with {@link noEtcd}. */
export const hasEtcd = spawnSync("etcd", ["--version"]).status === 0;

/** What a test that needs etcd says without it. */
export const noEtcd = hasEtcd ? false : "no etcd in the path";

type MemberPlan = {
  readonly name: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
  readonly folder: string;
};

/** A member of a cluster of etcd that tests may treat badly. */
export class EtcdMember {
  readonly url: string;
  readonly #plan: MemberPlan;
  readonly #cluster: string;
  #process: ChildProcess | null = null;

  constructor(plan: MemberPlan, cluster: string) {
    this.url = plan.clientUrl;
    this.#plan = plan;
    this.#cluster = cluster;
  }

  /** Starts it, the first time or again with the data that it has. */
  start(): void {
    const { name, clientUrl, peerUrl, folder } = this.#plan;
    const flags = {
      name,
      "data-dir": folder,
      "listen-client-urls": clientUrl,
      "advertise-client-urls": clientUrl,
      "listen-peer-urls": peerUrl,
      "initial-advertise-peer-urls": peerUrl,
      "initial-cluster": this.#cluster,
      "heartbeat-interval": "20",
      "election-timeout": "200",
      "log-level": "fatal",
      logger: "zap",
    };
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    this.#process = spawn("etcd", args, { stdio: "ignore" });
  }

  /** SIGKILL, and the wait for its end. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGCONT");
    child.kill("SIGKILL");
    await exit;
  }

  /** SIGSTOP: alive, and silent. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  /** SIGCONT. */
  thaw(): void {
    this.#process?.kill("SIGCONT");
  }
}

/** A cluster on loopback. */
export type EtcdCluster = {
  readonly members: readonly EtcdMember[];
  readonly endpoints: readonly string[];
  /** Ends the processes and wipes their data. */
  stop(): Promise<void>;
};

/** Starts a cluster and waits until it serves. */
export async function startEtcd(size = 1): Promise<EtcdCluster> {
  const root = mkdtempSync(join(tmpdir(), "client-etcd-"));
  const ports = await freePorts(size * 2);
  const plans = Array.from({ length: size }, (_, index) => ({
    name: `m${index}`,
    clientUrl: `http://127.0.0.1:${ports[index * 2]}`,
    peerUrl: `http://127.0.0.1:${ports[index * 2 + 1]}`,
    folder: join(root, `m${index}`),
  }));
  const list = plans.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(",");
  const members = plans.map((plan) => new EtcdMember(plan, list));
  const endpoints = members.map(({ url }) => url);
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.kill()));
    rmSync(root, { recursive: true, force: true });
  };
  for (const member of members) member.start();
  try {
    const client = await connect({ endpoints, dialTimeoutMs: 20_000 });
    await client.get("ready", { timeoutMs: 20_000 });
    await client.close();
  } catch (error) {
    await stop();
    throw error;
  }
  return { members, endpoints, stop };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  });
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

/**
 * Clusters of real server processes on loopback: Debian's etcd, or this workspace's `quorate serve`, started with the same
 * flags, so that one test can drive both.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export type ServerKind = "etcd" | "quorate";

/** The program, for those who start it themselves. */
export const entry: string = resolve(import.meta.dirname, "../../src/main.ts");
const readyText = "ready to serve client requests";
const startTimeoutMs = 30_000;

/** Whether a command can be found. */
export function isInstalled(command: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      server.close();
      await once(server, "close");
      if (address === null || typeof address === "string") throw new Error("no port");
      return address.port;
    }),
  );
}

/** One member's place, and its process while it runs. */
export type ServerProcess = {
  readonly name: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
  readonly dataDir: string;
  child: ChildProcess | null;
  /** What it wrote in its present life; the last part of it. */
  output: string;
};

export type ClusterOptions = {
  readonly members?: number;
  /** Flags for every member, besides names, URLs and directories. */
  readonly flags?: readonly string[];
  /** Default `http`. */
  readonly clientScheme?: "http" | "https";
};

/** A cluster of processes. Stop it in the end. */
export class ProcessCluster {
  readonly kind: ServerKind;
  readonly members: readonly ServerProcess[];
  private readonly root: string;
  private readonly flags: readonly string[];

  private constructor(
    kind: ServerKind,
    root: string,
    members: readonly ServerProcess[],
    flags: readonly string[],
  ) {
    this.kind = kind;
    this.root = root;
    this.members = members;
    this.flags = flags;
  }

  /** Starts all members; resolves when all are ready. */
  static async start(kind: ServerKind, options: ClusterOptions = {}): Promise<ProcessCluster> {
    const { members: count = 3, flags = [], clientScheme = "http" } = options;
    const root = mkdtempSync(join(tmpdir(), `quorate-${kind}-`));
    const ports = await freePorts(count * 2);
    const members = Array.from({ length: count }, (_, position): ServerProcess => {
      const name = `m${position + 1}`;
      return {
        name,
        clientUrl: `${clientScheme}://127.0.0.1:${ports[position * 2]}`,
        peerUrl: `http://127.0.0.1:${ports[position * 2 + 1]}`,
        dataDir: join(root, name),
        child: null,
        output: "",
      };
    });
    const cluster = new ProcessCluster(kind, root, members, flags);
    try {
      await Promise.all(members.map((member) => cluster.startMember(member)));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get endpoints(): string {
    return this.members.map(({ clientUrl }) => clientUrl.replace("http://", "")).join(",");
  }

  get initialCluster(): string {
    return this.members.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(",");
  }

  /** A directory that goes when the cluster stops. */
  get scratch(): string {
    return this.root;
  }

  /** Starts a member that is down; resolves when it says that it is ready. */
  async startMember(member: ServerProcess): Promise<void> {
    if (member.child !== null) throw new Error(`${member.name} runs already`);
    const args = [
      ...["--name", member.name],
      ...["--data-dir", member.dataDir],
      ...["--listen-client-urls", member.clientUrl],
      ...["--advertise-client-urls", member.clientUrl],
      ...["--listen-peer-urls", member.peerUrl],
      ...["--initial-advertise-peer-urls", member.peerUrl],
      ...["--initial-cluster", this.initialCluster],
      ...["--initial-cluster-state", "new"],
      ...this.flags,
    ];
    const child =
      this.kind === "etcd"
        ? spawn("etcd", args, { stdio: ["ignore", "pipe", "pipe"] })
        : spawn(process.execPath, [entry, "serve", ...args], { stdio: ["ignore", "pipe", "pipe"] });
    member.child = child;
    member.output = "";
    child.once("exit", () => {
      if (member.child === child) member.child = null;
    });
    await waitForText(member, child, readyText);
  }

  /** Sends a signal; resolves when the process has ended, unless the signal only stops or continues it. */
  async signal(member: ServerProcess, signal: NodeJS.Signals): Promise<void> {
    const { child } = member;
    if (child === null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    if (signal !== "SIGSTOP" && signal !== "SIGCONT") await ended;
  }

  /** Sends a signal; resolves when the member says a text because of it. */
  async signalAndWaitFor(member: ServerProcess, signal: NodeJS.Signals, text: string): Promise<void> {
    const { child } = member;
    if (child === null) throw new Error(`${member.name} does not run`);
    const told = waitForText(member, child, text);
    child.kill(signal);
    await told;
  }

  /** Ends everything and removes the data. */
  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => this.signal(member, "SIGKILL")));
    rmSync(this.root, { recursive: true, force: true });
  }
}

const outputKeptMax = 64 * 1024;

async function waitForText(member: ServerProcess, child: ChildProcess, text: string): Promise<void> {
  await new Promise<void>((done, fail) => {
    const timer = setTimeout(
      () => fail(new Error(`${member.name} was not ready in time; its output:\n${member.output}`)),
      startTimeoutMs,
    );
    const take = (chunk: Buffer): void => {
      member.output = (member.output + chunk.toString()).slice(-outputKeptMax);
      if (!member.output.includes(text)) return;
      clearTimeout(timer);
      done();
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.once("error", fail);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      fail(new Error(`${member.name} ended with ${code ?? signal}; its output:\n${member.output}`));
    });
  });
}

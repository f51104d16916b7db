/**
 * Three member processes on loopback, as the benchmark's parent process sees them.
 */

import { type ChildProcess, fork } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Answer, AnswerOf, ArgumentOf, Placing, Procedure, View } from "./protocol.ts";

const names = ["a", "b", "c"] as const;
const callTimeoutMs = 60_000;
const lookEveryMs = 5;

type Pending = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
};

/** One member's process. */
export class MemberProcess {
  private readonly child: ChildProcess;
  private readonly name: string;
  private readonly pending = new Map<number, Pending>();
  private readonly exited: Promise<void>;
  private nextId = 1;

  constructor(name: string) {
    this.name = name;
    this.child = fork(new URL("./member-process.ts", import.meta.url), { execArgv: [] });
    this.child.on("message", (message) => this.settle(message as Answer));
    this.exited = new Promise((resolve) => this.child.once("exit", () => resolve()));
    void this.exited.then(() => this.failAll());
  }

  /** Asks the process for something. */
  call<Name extends Procedure>(procedure: Name, argument: ArgumentOf<Name>): Promise<AnswerOf<Name>> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(new Error(`member ${this.name} did not answer ${procedure} within ${callTimeoutMs} ms`));
      }, callTimeoutMs);
      this.pending.set(id, { resolve: (value) => resolve(value as AnswerOf<Name>), reject, timer });
      this.child.send({ id, procedure, argument }, (error) => {
        if (error !== null) this.settle({ id, value: null, error: error.message });
      });
    });
  }

  /** Ends the process at once, as a crash would; returns when the signal was sent, by the shared monotonic clock. */
  kill(): bigint {
    const killedAtNs = process.hrtime.bigint();
    this.child.kill("SIGKILL");
    return killedAtNs;
  }

  /** Resolves when the process is gone. */
  gone(): Promise<void> {
    return this.exited;
  }

  private settle({ id, value, error }: Answer): void {
    const waiting = this.pending.get(id);
    if (waiting === undefined) return;
    this.pending.delete(id);
    clearTimeout(waiting.timer);
    if (error === null) waiting.resolve(value);
    else waiting.reject(new Error(`member ${this.name}: ${error}`));
  }

  private failAll(): void {
    for (const id of [...this.pending.keys()]) this.settle({ id, value: null, error: "its process ended" });
  }
}

/** A leader and the others, as of one moment. */
export type Roles = { readonly leader: string; readonly followers: readonly string[]; readonly term: number };

/** See the module. Dispose of it in every case: {@link Cluster.end}. */
export class Cluster {
  private readonly processes = new Map<string, MemberProcess>();
  private readonly peers: Readonly<Record<string, string>>;
  private readonly directory: string;

  private constructor(directory: string, peers: Readonly<Record<string, string>>) {
    this.directory = directory;
    this.peers = peers;
  }

  /** Starts a new cluster with its data below `directory`; resolves when one leads and all have caught up. */
  static async start(directory: string): Promise<Cluster> {
    const ports = await freePorts(names.length);
    const peers = Object.fromEntries(names.map((name, position) => [name, `127.0.0.1:${ports[position]}`]));
    const cluster = new Cluster(directory, peers);
    try {
      await Promise.all(names.map((name) => cluster.startMember(name)));
      await cluster.settle();
      return cluster;
    } catch (error) {
      await cluster.end();
      throw error;
    }
  }

  /** Starts a member's process, or starts it again on its data. */
  async startMember(name: string): Promise<void> {
    const process = new MemberProcess(name);
    this.processes.set(name, process);
    const placing: Placing = { name, peers: this.peers, dataDir: join(this.directory, name) };
    await process.call("start", placing);
  }

  /** The process of a member. */
  member(name: string): MemberProcess {
    const process = this.processes.get(name);
    if (process === undefined) throw new Error(`there is no member ${name}`);
    return process;
  }

  get all(): readonly MemberProcess[] {
    return [...this.processes.values()];
  }

  /** Waits until one member leads, and everything in its log is durable and applied everywhere. */
  async settle(): Promise<Roles> {
    const deadlineMs = performance.now() + callTimeoutMs;
    while (performance.now() < deadlineMs) {
      const views = await Promise.all(
        names.map(async (name) => [name, await this.member(name).call("view", null)] as const),
      );
      const roles = rolesIn(views);
      if (roles !== null) return roles;
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
    throw new Error(`the members did not agree on a leader within ${callTimeoutMs} ms`);
  }

  /** Ends all processes. */
  async end(): Promise<void> {
    for (const process of this.all) process.kill();
    await Promise.all(this.all.map((process) => process.gone()));
  }
}

function rolesIn(views: readonly (readonly [string, View])[]): Roles | null {
  const leading = views.find(([, { isLeader }]) => isLeader);
  if (leading === undefined) return null;
  const [leader, { term, commit, matchMin }] = leading;
  if (matchMin === null || matchMin < commit) return null;
  const isSettled = views.every(([, view]) => view.term === term && view.applied >= commit);
  if (!isSettled) return null;
  return { leader, followers: views.map(([name]) => name).filter((name) => name !== leader), term };
}

/** Ports of the loopback interface that nobody listens on now. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return address !== null && typeof address === "object" ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

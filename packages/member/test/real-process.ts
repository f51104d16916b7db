/**
 * Members as real processes: the counter example, started, killed, paused and asked over HTTP. Nothing here sleeps for
 * luck: what is waited for is looked at until it is so, or the deadline is over and the test says what it saw instead.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { MemberStatus } from "../src/index.ts";

const root = resolve(import.meta.dirname, "../../..");
const counterMain = "examples/counter/main.ts";

/** How long anything may take on a slow, busy machine. No test measures a time against it. */
export const patienceMs = 30_000;

/** How a process ended. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** An answer; `body` is what the example says in JSON. */
export type Reply = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/** No answer. `wasSent` is false only if the request certainly did not reach anybody. */
export class NoReply extends Error {
  readonly wasSent: boolean;

  constructor(message: string, wasSent: boolean) {
    super(message);
    this.name = "NoReply";
    this.wasSent = wasSent;
  }
}

/** What `GET /status` says. */
export type RealStatus = MemberStatus & { readonly pid: number };

/** Where a member is, and what else its command line says. */
export type RealSettings = {
  readonly name: string;
  readonly httpPort: number;
  readonly dataDir: string;
  readonly peers: string;
  readonly args: readonly string[];
  /** Arguments of Node itself. */
  readonly nodeArgs: readonly string[];
};

/** One member's process, or a sequence of them. */
export class RealMember {
  readonly settings: RealSettings;
  /** Everything that was printed, by all its processes. */
  readonly lines: string[] = [];
  private readonly agent = new Agent({ keepAlive: true });
  private child: ChildProcess | null = null;
  private exit: Promise<Exit> = Promise.resolve({ code: null, signal: null });

  constructor(settings: RealSettings) {
    this.settings = settings;
  }

  get name(): string {
    return this.settings.name;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Starts a process. */
  start(): void {
    const { name, httpPort, dataDir, peers, args, nodeArgs } = this.settings;
    const own = ["--name", name, "--http", String(httpPort), "--data", dataDir, "--peers", peers];
    // A member stops when its channel is cut: should this process die, none stays behind.
    const child = spawn(process.execPath, [...nodeArgs, counterMain, ...own, ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.lines.push(line));
    }
    this.exit = new Promise((settle) => {
      child.once("close", (code, signal) => settle({ code, signal }));
    });
  }

  /** Ends with how the present process ends. */
  ended(): Promise<Exit> {
    return within(this.exit, `the end of ${this.name}`, () => this.tail());
  }

  /** Kills the present process, and resolves when it is gone. */
  async kill(): Promise<void> {
    this.child?.kill("SIGKILL");
    await this.ended();
  }

  /** Stops it as an operator would. */
  async stop(): Promise<Exit> {
    this.child?.kill("SIGTERM");
    return this.ended();
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** The last lines that it printed. */
  tail(): string {
    return this.lines.slice(-15).join("\n");
  }

  /** Asks. @throws NoReply */
  ask(method: "GET" | "POST", path: string, timeoutMs = 8_000): Promise<Reply> {
    return new Promise((settle, reject) => {
      const { agent } = this;
      const port = this.settings.httpPort;
      const asked = request(
        { host: "127.0.0.1", port, method, path, agent, timeout: timeoutMs },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            text += chunk;
          });
          response.on("error", (error) => reject(new NoReply(error.message, true)));
          response.on("end", () => {
            const body = JSON.parse(text) as Reply["body"];
            settle({ status: response.statusCode ?? 0, body });
          });
        },
      );
      asked.on("timeout", () => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      asked.on("error", (error: NodeJS.ErrnoException) =>
        reject(new NoReply(error.message, error.code !== "ECONNREFUSED")),
      );
      asked.end();
    });
  }

  /** Its state, or null if it does not answer. */
  async status(timeoutMs = 1_000): Promise<RealStatus | null> {
    try {
      return (await this.ask("GET", "/status", timeoutMs)).body as unknown as RealStatus;
    } catch (error) {
      if (error instanceof NoReply) return null;
      throw error;
    }
  }

  /** Kills what runs. */
  async close(): Promise<void> {
    this.agent.destroy();
    this.child?.kill("SIGCONT");
    await this.kill();
  }
}

/** Members on this machine, in a directory of their own. */
export class RealCluster {
  readonly directory: string;
  private readonly args: readonly string[];
  private readonly ports = new FreePorts();
  private readonly known = new Map<string, RealMember>();
  private readonly peerPorts = new Map<string, number>();
  private readonly endings: (() => void)[] = [];

  private constructor(args: readonly string[]) {
    this.args = args;
    this.directory = mkdtempSync(join(tmpdir(), "quorate-real-"));
  }

  /** Prepares members; nobody is started. They are ended, and their data removed, when the test is over. */
  static async make(
    test: { after(end: () => Promise<void>): void },
    names: readonly string[],
    args: readonly string[] = [],
  ): Promise<RealCluster> {
    // Small segments: preparing large ones only costs time and space here.
    const cluster = new RealCluster(["--segment-bytes", String(1024 * 1024), ...args]);
    test.after(() => cluster.close());
    await cluster.reserve(names);
    for (const name of names) await cluster.add(name, names);
    return cluster;
  }

  /** Finds ports for members, so that others can be told of them before they are there. */
  async reserve(names: readonly string[]): Promise<void> {
    for (const name of names)
      if (!this.peerPorts.has(name)) this.peerPorts.set(name, await this.ports.next());
  }

  /** Prepares a member, which knows of those named and of itself; one of that name that has ended makes room. */
  async add(
    name: string,
    peerNames: readonly string[],
    extra: {
      readonly args?: readonly string[];
      readonly nodeArgs?: readonly string[];
      readonly dataDir?: string;
    } = {},
  ): Promise<RealMember> {
    await this.reserve([...peerNames, name]);
    const all = [...new Set([...peerNames, name])];
    const member = new RealMember({
      name,
      httpPort: await this.ports.next(),
      dataDir: extra.dataDir ?? join(this.directory, name),
      peers: all.map((one) => `${one}=${this.address(one)}`).join(","),
      args: [...this.args, ...(extra.args ?? [])],
      nodeArgs: extra.nodeArgs ?? [],
    });
    this.known.set(name, member);
    return member;
  }

  get members(): readonly RealMember[] {
    return [...this.known.values()];
  }

  member(name: string): RealMember {
    const member = this.known.get(name);
    if (member === undefined) throw new Error(`there is no member ${name}`);
    return member;
  }

  /** Where others reach a member. */
  address(name: string): string {
    return `127.0.0.1:${this.peerPorts.get(name)}`;
  }

  start(): void {
    for (const member of this.members) member.start();
  }

  /** Resolves with the leader that all of these members follow. */
  async leader(members: readonly RealMember[] = this.members): Promise<RealMember> {
    return this.until("one leader that all follow", async () => {
      const statuses = await Promise.all(members.map((member) => member.status()));
      const [first] = statuses;
      const agree = statuses.every((one) => one !== null && one.lead !== 0 && one.lead === first?.lead);
      if (!agree) return null;
      return members.find((_, position) => statuses[position]?.role === "leader") ?? null;
    });
  }

  /** Resolves when these members have applied the same and are in the same state; with all counters. */
  async agreement(members: readonly RealMember[] = this.members): Promise<ReadonlyMap<string, number>> {
    await this.until("the same state everywhere", async () => {
      const digests = await Promise.all(
        members.map(async (member) => (await member.ask("GET", "/digest")).body),
      );
      const [first] = digests;
      const isSame = digests.every(
        (one) => one["applied"] === first?.["applied"] && one["digest"] === first?.["digest"],
      );
      return isSame && first?.["digest"] !== undefined ? true : null;
    });
    const values = await members[0]?.ask("GET", "/values?consistency=stale");
    return new Map(Object.entries(values?.body ?? {}).map(([name, value]) => [name, Number(value)]));
  }

  /** Adds, at whichever of these members takes it; resolves when it is acknowledged. */
  async add1(counter: string, members: readonly RealMember[] = this.members): Promise<number> {
    let turn = 0;
    return this.until(`an acknowledged increment of ${counter}`, async () => {
      const member = members[turn++ % members.length];
      const reply = await member?.ask("POST", `/add?counter=${counter}`);
      return reply?.status === 200 ? Number(reply.body["value"]) : null;
    });
  }

  /** Looks until `look` returns something else than null. A member that does not answer is no reason to give up. */
  async until<Value>(what: string, look: () => Promise<Value | null>): Promise<Value> {
    return until(what, look, () =>
      this.members.map((member) => `--- ${member.name}\n${member.tail()}`).join("\n"),
    );
  }

  /** Calls back when the test is over, all members have ended, and before their data is removed. */
  atEnd(end: () => void): void {
    this.endings.push(end);
  }

  private async close(): Promise<void> {
    await Promise.all(this.members.map((member) => member.close()));
    for (const end of this.endings) end();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Looks until there is something else than null, or patience is over; `explain` then says what there was instead. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | null>,
  explain: () => string,
): Promise<Value> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    try {
      const value = await look();
      if (value !== null) return value;
    } catch (error) {
      if (!(error instanceof NoReply)) throw error;
    }
    if (performance.now() > deadlineMs) throw new Error(`waited in vain for ${what}\n${explain()}`);
    await new Promise((settle) => setTimeout(settle, 10));
  }
}

async function within<Value>(promise: Promise<Value>, what: string, explain: () => string): Promise<Value> {
  let timer: NodeJS.Timeout | null = null;
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}\n${explain()}`)), patienceMs);
  });
  try {
    return await Promise.race([promise, overdue]);
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
}

/**
 * Free ports below those that the system gives to outgoing connections: while a member is dead, nobody else's connection
 * may happen to sit on its port. Where the search begins depends on the process, so that two tests do not meet.
 */
export class FreePorts {
  private candidate = 20_000 + ((process.pid * 61) % 12_000);

  async next(): Promise<number> {
    for (;;) {
      const port = this.candidate++;
      if (await isFree(port)) return port;
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const server = createServer();
    server.once("error", () => settle(false));
    server.listen(port, "127.0.0.1", () => server.close(() => settle(true)));
  });
}

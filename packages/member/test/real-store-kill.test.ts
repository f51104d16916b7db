/**
 * The store over LMDB survives kill -9 of any member, then of all three: nothing that was acknowledged is lost, nothing is
 * executed twice, and a restart goes on from the disk. `QUORATE_ROUNDS` sets how many rounds are played (5),
 * `QUORATE_SEED` chooses other victims and moments.
 */

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { StoreAnswer, StoreQuestion } from "./real-store-member.ts";
import { SeededRandom } from "./seeded-random.ts";

const rounds = Number(process.env["QUORATE_ROUNDS"] ?? 5);
const seed = Number(process.env["QUORATE_SEED"] ?? 1);
const names = ["a", "b", "c"];
const program = join(import.meta.dirname, "real-store-member.ts");
/** How long anything may take on a slow, busy machine. */
const patienceMs = 60_000;

type Fate = "acknowledged" | "refused" | "unknown";
type Question = StoreQuestion extends infer One
  ? One extends StoreQuestion
    ? Omit<One, "id">
    : never
  : never;

/** One member's process after another. */
class StoreProcess {
  restored = 0;
  cuts = 0;
  /** Applied index that each process found on its disk. */
  readonly found: number[] = [];
  private readonly args: readonly string[];
  private child: ChildProcess | null = null;
  private nextId = 1;
  private readonly asked = new Map<number, (answer: StoreAnswer | null) => void>();

  constructor(args: readonly string[]) {
    this.args = args;
  }

  start(): void {
    const child = spawn(process.execPath, [program, ...this.args], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.child = child;
    child.on("message", (answer: StoreAnswer) => {
      if (!("event" in answer)) {
        this.asked.get(answer.id)?.(answer);
        this.asked.delete(answer.id);
      } else if (answer.event === "started") this.found.push(answer.found);
      else if (answer.event === "restored") this.restored++;
      else this.cuts++;
    });
    child.once("exit", () => {
      for (const settle of this.asked.values()) settle(null);
      this.asked.clear();
    });
  }

  /** Null: the process died before it answered. */
  ask(question: Question): Promise<StoreAnswer | null> {
    const { child } = this;
    if (child === null || !child.connected) return Promise.resolve(null);
    const id = this.nextId++;
    return new Promise((settle) => {
      this.asked.set(id, settle);
      child.send({ ...question, id }, (error) => {
        if (error === null) return;
        this.asked.delete(id);
        settle(null);
      });
    });
  }

  /** Ends the process, and resolves when it is gone. */
  async end(how: "kill" | "stop"): Promise<void> {
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((settle) => child.once("exit", settle));
    if (how === "kill") child.kill("SIGKILL");
    else child.disconnect();
    await gone;
  }
}

/** Puts new keys, one after another, at any member. */
class Writers {
  readonly fates = new Map<string, Fate>();
  private isOver = false;
  private readonly running: Promise<void>[];

  constructor(members: readonly StoreProcess[], count: number) {
    this.running = Array.from({ length: count }, (_, number) => this.run(members, number));
  }

  count(fate: Fate): number {
    return [...this.fates.values()].filter((one) => one === fate).length;
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.running);
  }

  private async run(members: readonly StoreProcess[], number: number): Promise<void> {
    const random = new SeededRandom(seed, `writer ${number}`);
    for (let serial = 0; !this.isOver; serial++) {
      const key = `${number}-${serial}`;
      const member = random.pick(members);
      // A session has one command in flight: each member's is used by one writer.
      const inSession = number < members.length;
      const answer = await (inSession ? (members[number] as StoreProcess) : member).ask({
        kind: "put",
        key,
        inSession,
      });
      const fate = answer !== null && "fate" in answer ? answer.fate : "unknown";
      this.fates.set(key, fate);
      if (fate !== "acknowledged") await new Promise((settle) => setTimeout(settle, 20));
    }
  }
}

async function until<Value>(what: string, look: () => Promise<Value | null> | Value | null): Promise<Value> {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    const value = await look();
    if (value !== null) return value;
    if (performance.now() > endMs) throw new Error(`${what} did not come within ${patienceMs} ms`);
    await new Promise((settle) => setTimeout(settle, 20));
  }
}

function freePort(): Promise<number> {
  return new Promise((settle) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => settle(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

test(`${rounds} rounds of kill -9 lose and double nothing, and restarts go on from LMDB`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "quorate-kill-"));
  const random = new SeededRandom(seed, "kills");
  const peers: Record<string, string> = {};
  for (const name of names) peers[name] = `127.0.0.1:${await freePort()}`;
  const members = names.map((name) => new StoreProcess([name, join(folder, name), JSON.stringify(peers)]));
  t.after(async () => {
    await Promise.all(members.map((member) => member.end("kill")));
    rmSync(folder, { recursive: true, force: true });
  });
  for (const member of members) member.start();
  const writers = new Writers(members, 24);
  t.after(() => writers.stop());
  const progress = async (entries: number): Promise<void> => {
    const before = writers.count("acknowledged");
    await until("progress", () => (writers.count("acknowledged") >= before + entries ? true : null));
  };
  await progress(500);
  for (let round = 1; round <= rounds; round++) {
    await progress(100 + random.below(300));
    const victims = round % 4 === 0 ? members : [random.pick(members)];
    await Promise.all(victims.map((member) => member.end("kill")));
    // Some come back only when the others have cut their logs.
    if (victims.length === 1 && round % 2 === 0) await progress(800);
    for (const member of victims) member.start();
    await progress(100);
  }
  await until("a cut of every log", () => (members.every(({ cuts }) => cuts > 0) ? true : null));
  await writers.stop();
  const dumps = await until("agreement", async () => {
    const answers = await Promise.all(members.map((member) => member.ask({ kind: "dump" })));
    const all = answers.filter((answer) => answer !== null && "versions" in answer);
    return all.length === members.length && new Set(all.map(({ digest }) => digest)).size === 1 ? all : null;
  });
  const versions = new Map(dumps[0]?.versions ?? []);
  const wrong = [...writers.fates].filter(([key, fate]) => {
    const version = versions.get(key) ?? 0;
    return fate === "acknowledged" ? version !== 1 : fate === "refused" ? version !== 0 : version > 1;
  });
  assert.deepEqual(wrong.slice(0, 10), [], "puts whose effect is not what was said of them");
  assert.equal(
    [...versions.keys()].filter((key) => !writers.fates.has(key)).length,
    0,
    "keys that nobody put",
  );
  t.diagnostic(
    `${writers.count("acknowledged")} acknowledged, ${writers.count("refused")} refused, ${writers.count("unknown")} unknown; restored ${members.map(({ restored }) => restored).join(" ")}, log cut ${members.map(({ cuts }) => cuts).join(" ")} times, found ${members.map(({ found }) => found.join(" ")).join(" · ")}`,
  );
  await Promise.all(members.map((member) => member.end("stop")));
  const counts = members.map(({ found }) => found.length);
  for (const member of members) member.start();
  await until("the restart", () =>
    members.every(({ found }, at) => found.length > (counts[at] ?? 0)) ? true : null,
  );
  const lastIndex = Math.max(...members.map(({ found }) => found.at(-1) ?? 0));
  assert.ok(lastIndex > versions.size, "everything was on the disk after an orderly stop");
});

/**
 * A leader that is stopped (SIGSTOP) for two seconds and goes on (SIGCONT): another leads and serves meanwhile, no stale
 * linearizable read is ever returned, and the old leader comes back without starting an election.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { NoReply, RealCluster, type RealMember } from "./real-process.ts";

const pauseMs = 2_000;

/** Reads on and on at one member, and checks every answer against what was acknowledged before it was asked for. */
class Reader {
  readonly stale: string[] = [];
  answers = 0;
  private readonly member: RealMember;
  private readonly acknowledged: () => number;
  private isOver = false;
  private readonly running: Promise<void>;

  constructor(member: RealMember, acknowledged: () => number) {
    this.member = member;
    this.acknowledged = acknowledged;
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isOver) {
      const known = this.acknowledged();
      try {
        const { status, body } = await this.member.ask("GET", "/value");
        if (status === 200) this.note(known, Number(body["value"]));
      } catch (error) {
        if (!(error instanceof NoReply)) throw error;
      }
      await new Promise((settle) => setTimeout(settle, 5));
    }
  }

  private note(known: number, value: number): void {
    this.answers++;
    if (value < known) this.stale.push(`${this.member.name} read ${value} when ${known} were acknowledged`);
  }
}

test("a leader that was paused reads nothing stale and comes back quietly", async (t) => {
  const cluster = await RealCluster.make(t, ["a", "b", "c"], ["--profile", "wan"]);
  cluster.start();
  const old = await cluster.leader();
  const others = cluster.members.filter((member) => member !== old);
  let acknowledged = 0;
  const add = async (members: readonly RealMember[]): Promise<void> => {
    acknowledged = Math.max(acknowledged, await cluster.add1("default", members));
  };
  await add(cluster.members);

  // Several at the paused member: their requests wait in its sockets and are all answered when it goes on.
  const readers = [old, old, old, ...others].map((member) => new Reader(member, () => acknowledged));
  t.after(() => Promise.all(readers.map((reader) => reader.stop())).then(() => undefined));
  await cluster.until("reads at the leader", async () => (readers[0]?.answers === 0 ? null : true));

  old.signal("SIGSTOP");
  const goOnAtMs = performance.now() + pauseMs;
  const successor = await cluster.leader(others);
  assert.notEqual(successor, old);
  await add(others);
  while (performance.now() < goOnAtMs) await add(others);
  const answersBefore = readers.slice(0, 3).map(({ answers }) => answers);
  const linesBefore = old.lines.length;
  old.signal("SIGCONT");
  // A write that begins after the pause, and its way into the old leader's state, end the return.
  await add(others);
  await cluster.until("the old leader has everything", async () => {
    const reply = await old.ask("GET", "/value");
    return reply.status === 200 && Number(reply.body["value"]) >= acknowledged ? true : null;
  });
  await cluster.until("answers to reads that waited during the pause", async () =>
    readers.slice(0, 3).every(({ answers }, position) => answers > (answersBefore[position] ?? 0))
      ? true
      : null,
  );
  await Promise.all(readers.map((reader) => reader.stop()));

  assert.deepEqual(
    readers.flatMap(({ stale }) => stale),
    [],
  );
  const since = old.lines.slice(linesBefore);
  assert.ok(
    since.some((line) => line.includes("was held up")),
    since.join("\n"),
  );
  assert.deepEqual(
    since.filter((line) => line.includes("campaigns")),
    [],
    "an election that nobody needed",
  );
  await cluster.agreement();
});

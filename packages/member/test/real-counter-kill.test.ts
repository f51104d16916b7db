/**
 * The counter survives kill -9 of any member, then of all three, and no acknowledged increment is lost or doubled.
 *
 * Every command has a counter of its own, so that what became of each can be told at the end: acknowledged means exactly
 * once, definitely refused means never, unknown means never or once. `QUORATE_ROUNDS` sets how many rounds are played
 * (12; the full campaign has 50), `QUORATE_SEED` chooses other victims and moments.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { NoReply, RealCluster, type RealMember } from "./real-process.ts";

const rounds = Number(process.env["QUORATE_ROUNDS"] ?? 12);
const seed = Number(process.env["QUORATE_SEED"] ?? 1);
/** Every so many rounds all three members are killed at once. */
const allEvery = 4;
const clients = 6;

type Fate = "acknowledged" | "refused" | "unknown";

/** Numbers in `[0, bound)` from a seed (mulberry32). */
function makeRandom(start: number): (bound: number) => number {
  let state = start;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** Clients that add, each one command after another, at any member, until they are told to stop. */
class Clients {
  readonly fates = new Map<string, Fate>();
  private readonly members: readonly RealMember[];
  private isOver = false;
  private readonly running: Promise<void>[] = [];

  constructor(members: readonly RealMember[]) {
    this.members = members;
    for (let number = 0; number < clients; number++) this.running.push(this.run(number));
  }

  count(fate: Fate): number {
    return [...this.fates.values()].filter((one) => one === fate).length;
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.running);
  }

  private async run(number: number): Promise<void> {
    const random = makeRandom(seed * 1000 + number);
    // Half of them use sessions, in which members repeat commands themselves.
    const client = number % 2 === 0 ? "" : `&client=${number}`;
    for (let serial = 0; !this.isOver; serial++) {
      const counter = `${number}-${serial}`;
      const member = this.members[random(this.members.length)] as RealMember;
      const fate = await attempt(member, `/add?counter=${counter}${client}`);
      this.fates.set(counter, fate);
      // Whoever was refused at once would otherwise do nothing but ask.
      if (fate !== "acknowledged") await new Promise((settle) => setTimeout(settle, 20));
    }
  }
}

async function attempt(member: RealMember, path: string): Promise<Fate> {
  try {
    const { status, body } = await member.ask("POST", path);
    if (status === 200) {
      assert.deepEqual(body, { value: 1 }, "the first increment of a counter of its own");
      return "acknowledged";
    }
    assert.equal(typeof body["definite"], "boolean", JSON.stringify(body));
    return body["definite"] === true ? "refused" : "unknown";
  } catch (error) {
    if (!(error instanceof NoReply)) throw error;
    return error.wasSent ? "unknown" : "refused";
  }
}

/** Kills, starts again, and waits until all members follow one leader and something was acknowledged since. */
async function playRound(cluster: RealCluster, victims: readonly RealMember[], load: Clients): Promise<void> {
  await Promise.all(victims.map((member) => member.kill()));
  for (const member of victims) member.start();
  await cluster.leader();
  const before = load.count("acknowledged");
  await cluster.until("increments after the round", async () =>
    load.count("acknowledged") > before ? true : null,
  );
}

test(`${rounds} rounds of kill -9 under load lose and double nothing`, async (t) => {
  // Snapshots are made and sent along the way, too.
  const cluster = await RealCluster.make(
    t,
    ["a", "b", "c"],
    [...["--limit", "snapshotEntries=500"], ...["--limit", "catchUpEntries=100"]],
  );
  const random = makeRandom(seed);
  cluster.start();
  await cluster.leader();
  const load = new Clients(cluster.members);
  t.after(() => load.stop());
  for (let round = 1; round <= rounds; round++) {
    // The moment of a kill is chance: somewhere in what the clients and members are doing.
    await new Promise((settle) => setTimeout(settle, random(200)));
    const victims =
      round % allEvery === 0
        ? cluster.members
        : [cluster.members[random(cluster.members.length)] as RealMember];
    await playRound(cluster, victims, load);
  }
  await load.stop();
  await cluster.add1("end");
  const values = await cluster.agreement();
  const wrong = [...load.fates].filter(([counter, fate]) => {
    const value = values.get(counter) ?? 0;
    return fate === "acknowledged" ? value !== 1 : fate === "refused" ? value !== 0 : value > 1;
  });
  t.diagnostic(
    `${load.count("acknowledged")} acknowledged, ${load.count("refused")} refused, ${load.count("unknown")} unknown, of which ${
      [...load.fates].filter(([counter, fate]) => fate === "unknown" && values.has(counter)).length
    } took effect`,
  );
  assert.deepEqual(wrong.slice(0, 10), [], "commands whose effect is not what was said of them");
  const unasked = [...values.keys()].filter((counter) => !load.fates.has(counter));
  assert.deepEqual(unasked, ["end"], "counters that nobody asked for");
});

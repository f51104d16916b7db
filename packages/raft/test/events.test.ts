import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MemoryStorage, MessageType, makeEntry, makeMessage, type RaftEvent, RawNode } from "../src/index.ts";
import { Chaos } from "./chaos.ts";
import { assertRefused, Cluster, changeOf } from "./cluster.ts";
import { type Member, makeDisk, text } from "./member.ts";
import { SeededRandom } from "./seeded-random.ts";

type Kind = RaftEvent["kind"];

/** Every kind there is; the type makes sure that none is missing. */
const kinds: Record<Kind, true> = {
  started: true,
  "role-changed": true,
  "leader-forgotten": true,
  "forget-leader-refused": true,
  "stepped-down": true,
  "higher-term-seen": true,
  "lower-term-ignored": true,
  "campaign-started": true,
  "campaign-refused": true,
  "vote-requested": true,
  "vote-granted": true,
  "vote-refused": true,
  "vote-ignored": true,
  "vote-received": true,
  "votes-tallied": true,
  "proposal-dropped": true,
  "conf-change-refused": true,
  "conf-change-proposed": true,
  "config-switched": true,
  "auto-leave": true,
  "entries-appended": true,
  "commit-advanced": true,
  "commit-refused": true,
  "conflict-found": true,
  "append-refused": true,
  "append-rejected": true,
  "progress-decreased": true,
  "progress-unknown": true,
  "peer-unreachable": true,
  "replication-resumed": true,
  "unstable-replaced": true,
  "unstable-truncated": true,
  "stable-ignored": true,
  "stable-outdated": true,
  "snapshot-deferred": true,
  "snapshot-sent": true,
  "replication-paused": true,
  "log-restoring": true,
  "log-restored": true,
  "log-fast-forwarded": true,
  "snapshot-taken": true,
  "snapshot-ignored": true,
  "snapshot-refused": true,
  "transfer-started": true,
  "transfer-aborted": true,
  "transfer-repeated": true,
  "transfer-ignored": true,
  "transfer-timed-out": true,
  "timeout-now-sent": true,
  "timeout-now-received": true,
  "read-dropped": true,
  "read-released": true,
  "message-received": true,
  "message-queued": true,
  failed: true,
};

/** What random campaigns seldom or never do. */
function directed(): Iterable<Member> {
  const cluster = new Cluster({ settings: { preVote: false } });
  const leader = cluster.elect(1);
  cluster.get(2).node.forgetLeader();
  for (const to of [2, 2, 3, 1, 2]) leader.node.transferLeadership(to);
  leader.node.reportUnreachable(77);
  leader.node.reportUnreachable(2);
  cluster.network = [];
  leader.drain();
  leader.node.setRandomizedElectionTicks(99);
  for (let tick = 0; tick < 10; tick++) leader.node.tick();
  leader.node.resign();
  const leased = new Cluster({ settings: { readMode: "lease" } });
  leased.get(1).node.forgetLeader();
  const broken = new Cluster();
  broken.get(1).node.step(makeMessage(MessageType.MsgHeartbeat, { to: 1, from: 2, term: 2, commit: 99 }));
  const confState = { voters: [1, 2], votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
  const snapshotOf = (index: number, voters: number[]) => ({
    metadata: { index, term: 1, confState: { ...confState, voters } },
    data: text(""),
  });
  const refusing = new Cluster({ terms: [1] });
  for (const snapshot of [snapshotOf(2, [1, 2, 3]), snapshotOf(1, [1, 2, 3]), snapshotOf(9, [1, 2])]) {
    refusing.get(3).node.step(makeMessage(MessageType.MsgSnap, { to: 3, from: 1, term: 1, snapshot }));
    refusing.get(3).drain();
  }
  const deferring = new Cluster();
  deferring.elect(1).node.campaign();
  deferring.isolate(3);
  deferring.propose(1, "a");
  deferring.tick(25);
  deferring.get(1).compact();
  deferring.get(1).node.reportUnreachable(3);
  deferring.propose(1, "b");
  const stale = new Cluster({ settings: { asyncStorageWrites: true } });
  const replies = { to: 1, from: -1, term: 1, index: 9, logTerm: 1 };
  stale.get(1).node.step(makeMessage(MessageType.MsgStorageAppendResp, replies));
  stale.get(1).node.step(makeMessage(MessageType.MsgHeartbeat, { to: 1, from: 2, term: 4 }));
  stale.get(1).node.step(makeMessage(MessageType.MsgStorageAppendResp, replies));
  for (const [term, index, count] of [
    [5, 1, 3],
    [6, 2, 1],
  ] as const) {
    const entries = Array.from({ length: count }, (_, place) =>
      makeEntry(0, term, index + 1 + place, text("")),
    );
    const append = { to: 1, from: 2, term, index, logTerm: index === 1 ? 1 : 5, entries };
    stale.get(1).node.step(makeMessage(MessageType.MsgApp, append));
  }
  const all = [cluster, leased, broken, refusing, deferring, stale];
  return all.flatMap(({ members }) => [...members.values()]);
}

describe("events: every interesting moment, told once", () => {
  test("each kind happens, and nothing happens that has no kind", () => {
    const seen = new Set<Kind>();
    const note = (members: Iterable<Member>): void => {
      for (const { events } of members) for (const { kind } of events) seen.add(kind);
    };
    note(directed());
    for (let seed = 1; seed <= 40; seed++) {
      const chaos = new Chaos(seed);
      chaos.run(300);
      note(chaos.members.values());
    }
    const missing = Object.keys(kinds).filter((kind) => !seen.has(kind as Kind));
    assert.deepEqual(missing, []);
    assert.deepEqual(
      [...seen].filter((kind) => !(kind in kinds)),
      [],
    );
  });

  test("each names its member and the term in which it happened", () => {
    const cluster = new Cluster();
    cluster.elect(1);
    for (const member of cluster.up()) assert.ok(member.events.every(({ id }) => id === member.id));
    const roles = cluster.get(1).eventsOf("role-changed");
    assert.deepEqual(
      roles.map(({ term, role }) => [term, role]),
      [
        [1, 0],
        [1, 1],
        [2, 2],
        [2, 3],
      ],
    );
  });

  test("they come in the order in which things happen", () => {
    const cluster = new Cluster({ settings: { preVote: false } });
    const leader = cluster.elect(1);
    const from = leader.events.length;
    leader.node.propose(text("a"));
    cluster.settle();
    const happened = leader.events.slice(from).map(({ kind }) => kind);
    const places = ["message-received", "entries-appended", "message-queued", "commit-advanced"] as const;
    const order = places.map((kind) => happened.indexOf(kind));
    assert.deepEqual(
      order,
      order.toSorted((one, other) => one - other),
    );
  });

  test("they are plain data: a copy by value is equal", () => {
    const cluster = new Cluster();
    cluster.elect(1);
    cluster.change(1, changeOf("l4"));
    for (const { events } of cluster.up()) assert.deepEqual(structuredClone(events), events);
  });

  test("without events of messages all others come as they do with them", () => {
    const told = (messageEvents: boolean): readonly RaftEvent[] => {
      const cluster = new Cluster({ settings: { messageEvents } });
      const leader = cluster.elect(1);
      leader.node.propose(text("a"));
      cluster.settle();
      return leader.events;
    };
    const isOfMessage = ({ kind }: RaftEvent): boolean =>
      kind === "message-received" || kind === "message-queued";
    const all = told(true);
    assert.ok(all.some(isOfMessage));
    assert.deepEqual(
      told(false),
      all.filter((event) => !isOfMessage(event)),
    );
  });

  test("a sink changes nothing, and without one no event is built", () => {
    const run = (events: ((event: RaftEvent) => void) | undefined): string => {
      const storage = makeDisk({ voters: [1] });
      const node = new RawNode({
        id: 1,
        electionTicks: 5,
        heartbeatTicks: 1,
        storage,
        random: new SeededRandom(1),
        events,
      });
      const readies: unknown[] = [];
      for (let tick = 0; tick < 30; tick++) {
        node.tick();
        if (tick === 20) node.propose(text("a"));
        while (node.hasReady()) {
          const ready = node.ready();
          readies.push(ready);
          if (ready.hardState !== null) storage.setHardState(ready.hardState);
          storage.append(ready.entries);
          node.advance();
        }
      }
      if (events === undefined)
        assert.equal(node["raft"].emit, null, "every place asks for this before it builds");
      return JSON.stringify(readies);
    };
    const seen: RaftEvent[] = [];
    assert.equal(
      run(undefined),
      run((event) => seen.push(event)),
    );
    assert.ok(seen.length > 0);
  });

  test("a refusal leaves a trace where there is something to see", () => {
    const cluster = new Cluster();
    assertRefused(cluster.get(1).node.propose(text("a")), "no-leader");
    assert.equal(cluster.get(1).eventsOf("proposal-dropped").length, 1);
    assert.equal(new MemoryStorage().lastIndex(), 0);
  });
});

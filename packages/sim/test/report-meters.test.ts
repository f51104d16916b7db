/** Meters on small streams of observations, made by hand: what they count is what the words of a report say. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ConfState,
  type Entry,
  EntryType,
  emptyConfState,
  type Message,
  MessageType,
  makeMessage,
  messageName,
  type NodeId,
  Role,
} from "@quorate/raft";
import type { Observation, Seen } from "../src/observe/observation.ts";
import type { Fault, Plan } from "../src/plan/plan.ts";
import { swarmPlan } from "../src/plan/swarm.ts";
import { type RunMeasurement, recoveriesMs } from "../src/report/measurement.ts";
import { RunMeter } from "../src/report/run-meter.ts";

const calm: Plan = { ...swarmPlan(1, { members: 3, hasFaults: false }), safetyMs: 10_000, faults: [] };
const config: ConfState = { ...emptyConfState, voters: [1, 2, 3] };

type Line = readonly [atMs: number, node: NodeId, seen: Seen];

function measure(lines: readonly Line[], plan: Plan = calm, endMs = 12_000): RunMeasurement {
  const meter = new RunMeter(plan, (node) => "?abc"[node] ?? "");
  for (const [atMs, node, seen] of lines) {
    const observation: Observation = { ...seen, atUs: atMs * 1000, node };
    meter.take(observation);
  }
  return meter.finish(endMs * 1000);
}

const role = (id: NodeId, term: number, to: Role): Seen => ({
  kind: "raft",
  event: { kind: "role-changed", id, term, role: to, lead: 0 },
});
const life = (what: Extract<Seen, { kind: "life" }>["what"], detail = ""): Seen => ({
  kind: "life",
  what,
  detail,
  isCharged: true,
});
const wrote = (call: number): Seen => ({ kind: "command-called", call, data: new Uint8Array() });
const told = (call: number, fate: "answered" | "unknown" | "refused" = "answered"): Seen => ({
  kind: "command-answered",
  call,
  fate,
  revision: 1,
});
const message = (type: MessageType, from: NodeId): Message => makeMessage(type, { from });
const heard = (from: NodeId): Seen => ({
  kind: "received",
  message: message(MessageType.MsgHeartbeatResp, from),
});
const configSeen: Seen = { kind: "config", index: 0, config, by: "start" };
const leads = (atMs: number, id: NodeId, term: number): Line => [atMs, id, role(id, term, Role.leader)];

test("recovery counts from the death of a leader to the first write acknowledged under another", () => {
  const { outages } = measure([
    leads(100, 1, 1),
    [1000, 1, life("killed")],
    // An answer that was on its way is no recovery.
    [1005, 2, told(1)],
    leads(1300, 2, 2),
    [1350, 2, told(2)],
    [1400, 2, told(3)],
  ]);
  assert.deepEqual(outages, [
    { lostAtMs: 1000, cause: "killed", leader: "a", ledAtMs: 1300, recoveredAtMs: 1350 },
  ]);
  assert.deepEqual(recoveriesMs({ outages }), [350]);
});

test("the death of a follower, and leaders from nowhere, are no outages", () => {
  const { outages } = measure([
    leads(100, 1, 1),
    [500, 2, life("killed")],
    leads(600, 1, 1),
    [700, 1, told(1)],
  ]);
  assert.deepEqual(outages, []);
});

test("a leader that was cut off is lost when it had last heard from a majority", () => {
  const lines: readonly Line[] = [
    [0, 1, configSeen],
    leads(100, 1, 1),
    [900, 1, heard(2)],
    [1000, 1, heard(3)],
    [1200, 1, heard(3)],
  ];
  const replaced = measure([...lines, leads(2500, 2, 2), [2600, 2, told(1)]]);
  assert.deepEqual(replaced.outages, [
    { lostAtMs: 1200, cause: "replaced", leader: "a", ledAtMs: 2500, recoveredAtMs: 2600 },
  ]);
  const stepped = measure([...lines, [2000, 1, role(1, 1, Role.follower)]]);
  assert.deepEqual(stepped.outages, [
    { lostAtMs: 1200, cause: "stepped down", leader: "a", ledAtMs: null, recoveredAtMs: null },
  ]);
});

test("two losses without a write between them are one outage", () => {
  const { outages } = measure([
    leads(100, 1, 1),
    [1000, 1, life("crashed")],
    leads(1300, 2, 2),
    [1310, 2, life("killed")],
    leads(1700, 3, 3),
    [1800, 3, told(1)],
  ]);
  assert.deepEqual(outages, [
    { lostAtMs: 1000, cause: "power lost", leader: "a", ledAtMs: 1700, recoveredAtMs: 1800 },
  ]);
});

test("a leader that was only paused leads on", () => {
  const { outages } = measure([
    leads(100, 1, 1),
    [1000, 1, life("paused")],
    [1200, 1, life("resumed")],
    [1250, 1, told(1)],
  ]);
  assert.deepEqual(outages, [
    { lostAtMs: 1000, cause: "paused", leader: "a", ledAtMs: 1200, recoveredAtMs: 1250 },
  ]);
});

test("leadership that is handed over is said to be", () => {
  const transfer: Seen = {
    kind: "raft",
    event: { kind: "transfer-started", id: 1, term: 1, transferee: 2 },
  };
  const { outages } = measure([
    leads(100, 1, 1),
    [1000, 1, transfer],
    leads(1050, 2, 2),
    [1051, 1, role(1, 2, Role.follower)],
    [1060, 2, told(1)],
  ]);
  assert.deepEqual(
    outages.map(({ cause, lostAtMs }) => [cause, lostAtMs]),
    [["handed over", 1050]],
  );
});

test("requests are counted by how they ended, however late, if they began in the safety phase", () => {
  const { requests } = measure([
    [10, 1, wrote(1)],
    [13, 1, told(1)],
    [20, 1, wrote(2)],
    [21, 1, told(2, "refused")],
    [30, 1, wrote(3)],
    [40, 1, { kind: "read-called", call: 4, read: "linearizable", at: 0 }],
    [45, 1, { kind: "read-answered", call: 4, revision: 1, rows: [] }],
    [50, 1, { kind: "read-called", call: 5, read: "serializable", at: 0 }],
    [60, 1, { kind: "read-failed", call: 5 }],
    [70, 1, wrote(6)],
    [10_001, 1, wrote(7)],
    [10_002, 1, told(7)],
    [10_003, 1, told(3, "unknown")],
  ]);
  const { writeMs, readMs, ...counts } = requests;
  assert.deepEqual(counts, { writes: 4, reads: 2, answered: 2, refused: 1, unknown: 2, readsFailed: 1 });
  assert.deepEqual(writeMs, { count: 1, mean: 3, p50: 3, p90: 3, p99: 3, max: 3 });
  assert.equal(readMs.max, 5);
});

test("elections are counted by term", () => {
  const { elections } = measure([
    [1, 1, role(1, 1, Role.preCandidate)],
    [2, 1, role(1, 2, Role.candidate)],
    [2, 2, role(2, 2, Role.candidate)],
    [9, 1, role(1, 3, Role.candidate)],
    leads(12, 1, 3),
    [20, 2, role(2, 4, Role.candidate)],
    leads(22, 2, 4),
    [11_000, 3, role(3, 5, Role.candidate)],
  ]);
  assert.deepEqual(elections, {
    terms: 3,
    candidacies: 4,
    mostInTerm: 2,
    preVotes: 1,
    leaders: 2,
    leaderChanges: 1,
  });
});

test("messages are counted by type, with their bytes", () => {
  const entry: Entry = { type: EntryType.normal, term: 1, index: 1, data: new Uint8Array(1000) };
  const append: Message = { ...message(MessageType.MsgApp, 1), entries: [entry] };
  const { messages } = measure([
    [1, 1, { kind: "sent", message: message(MessageType.MsgHeartbeat, 1) }],
    [2, 1, { kind: "sent", message: append }],
    [3, 2, { kind: "received", message: append }],
    [4, 2, { kind: "received", message: append }],
  ]);
  const counts = messages.map(({ type, sent, received }) => [type, sent, received]);
  assert.deepEqual(counts, [
    [messageName(MessageType.MsgApp), 1, 2],
    [messageName(MessageType.MsgHeartbeat), 1, 0],
  ]);
  assert.ok((messages[0]?.sentBytes ?? 0) > 1000);
});

const commits = (id: NodeId, from: number, commit: number): Seen => ({
  kind: "raft",
  event: { kind: "commit-advanced", id, term: 1, from, commit },
});
const restored = (index: number): Seen => ({ kind: "restored", index, digest: "", by: "start" });

test("lag is what running members have not applied of what is committed anywhere", () => {
  const { lag, timeline } = measure([
    [0, 1, configSeen],
    [1, 1, life("running")],
    [1, 2, life("running")],
    // Not of the configuration: nobody waits for it.
    [1, 9, life("running")],
    [100, 1, commits(1, 0, 4)],
    [100, 1, restored(4)],
    [300, 2, restored(3)],
    [400, 2, restored(4)],
    [500, 2, life("killed")],
    [600, 1, commits(1, 4, 50)],
    [600, 1, restored(50)],
    [1000, 1, restored(50)],
  ]);
  assert.deepEqual([lag.maxEntries, lag.maxMs, lag.worst], [4, 300, "b"]);
  assert.ok(lag.meanMs > 0 && lag.meanMs < 150);
  assert.equal(timeline?.committed, 50);
});

test("a new member lags only after it has caught up once", () => {
  const { lag } = measure([
    [1, 1, life("running")],
    [100, 1, commits(1, 0, 40)],
    [100, 1, restored(40)],
    [5000, 2, life("running")],
    [5100, 2, restored(40)],
    [5200, 2, restored(40)],
  ]);
  assert.equal(lag.maxMs, 0);
});

test("lanes tell roles, pauses and ends; faults have their bars", () => {
  const fault: Fault = {
    id: "f1",
    kind: "pod-kill",
    atMs: 20,
    durationMs: 10,
    selector: { mode: "x-role", value: "leader" },
    losesPower: false,
    keepsUnsyncedPercent: 0,
  };
  const { timeline } = measure(
    [
      [0, 2, life("started")],
      [1, 1, life("started")],
      [2, 1, life("running")],
      [10, 1, role(1, 1, Role.candidate)],
      [12, 1, role(1, 1, Role.leader)],
      [15, 1, life("paused")],
      [20, 0, { kind: "fault", id: "f1", what: "pod-kill", on: true }],
      [20, 1, life("killed", "by hand")],
      [30, 0, { kind: "fault", id: "f1", what: "", on: false }],
      [30, 1, life("started")],
    ],
    { ...calm, faults: [fault] },
    40,
  );
  assert.deepEqual(timeline?.faults, [
    { id: "f1", kind: "pod-kill", whom: "the leader", fromMs: 20, toMs: 30 },
  ]);
  assert.deepEqual(
    timeline?.lanes.map(({ member }) => member),
    ["a", "b"],
  );
  const [lane] = timeline?.lanes ?? [];
  assert.deepEqual(
    lane?.states.map(({ state, fromMs, toMs, term }) => [state, fromMs, toMs, term]),
    [
      ["starting", 1, 2, 0],
      ["follower", 2, 10, 0],
      ["candidate", 10, 12, 1],
      ["leader", 12, 20, 1],
      ["down", 20, 30, 0],
      ["starting", 30, 40, 0],
    ],
  );
  assert.deepEqual(lane?.pauses, [{ fromMs: 15, toMs: 20 }]);
  assert.deepEqual(lane?.ends, [{ atMs: 20, what: "killed", detail: "by hand" }]);
  assert.deepEqual(lane?.candidaciesMs, [10]);
});

/**
 * What holds for every checker: it has its place in the book, changes nothing, and bears any order of observations.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type EventBody, MessageType, makeMessage, Role, VoteRefusal } from "@quorate/raft";
import { encodeCommand, putRequest } from "@quorate/store";
import fc from "fast-check";
import { allCheckers, checkerGroups, checkerTitles } from "../src/check/all-checkers.ts";
import type { Seen } from "../src/observe/observation.ts";
import { bytes, change, entry, hard, Stage, snapshot, voters } from "./check-stage.ts";

const book =
  "S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 S11 S12 S13 S14 S15 S16 C1 C2 C3 C4 N1 N2 N3 R1 R2 R3 K1 K2 M1 M2 W1 W2 W3 W4 W5 W6 W7 L1 L2 A1 A2 V1 V2 V3 V4";

test("the whole book is there, each id once, with a title", () => {
  assert.equal(allCheckers.map((make) => make().id).join(" "), book);
  assert.equal(checkerTitles.size, allCheckers.length);
  assert.equal(Object.values(checkerGroups).flat().length, allCheckers.length);
  for (const title of checkerTitles.values()) assert.match(title, /^\S.{5,40}$/);
});

const small = fc.integer({ min: 0, max: 5 });
const node = fc.integer({ min: 1, max: 3 });

const bodies: readonly ((index: number, term: number) => EventBody)[] = [
  (index, term) => ({
    kind: "role-changed",
    role: ([0, 1, 2, 3] as const)[(index + term) % 4] ?? Role.leader,
    lead: term % 4,
  }),
  (index, term) => ({ kind: "commit-advanced", from: term, commit: index }),
  (index, term) => ({ kind: "entries-appended", firstIndex: term, lastIndex: index }),
  (index) => ({ kind: "unstable-truncated", index }),
  (index, term) => ({
    kind: "log-restored",
    commit: index,
    snapshot: snapshot(index, term),
    lastIndex: index,
    lastTerm: term,
  }),
  (index) => ({ kind: "read-released", index, reads: 1 }),
  (index, term) => ({
    ...{ kind: "vote-granted", type: MessageType.MsgVote, candidate: 1 + (index % 3), candidateTerm: term },
    ...{ candidateLastIndex: index, candidateLastTerm: term, vote: 0, refusal: VoteRefusal.none },
    ...{ leaseTicks: 0, lastIndex: index, lastTerm: term },
  }),
];

const raftSeen = fc
  .tuple(fc.constantFrom(...bodies), small, small, node)
  .map(([body, index, term, id]): Seen => ({ kind: "raft", event: { id, term, ...body(index, term) } }));

const messageSeen = fc
  .record({
    kind: fc.constantFrom("sent", "received"),
    type: fc.constantFrom(...Object.values(MessageType)),
    from: node,
    to: node,
    term: small,
    index: small,
    commit: small,
    context: small,
    reject: fc.boolean(),
  })
  .map(
    ({ kind, type, ...fields }): Seen => ({
      kind,
      message: makeMessage(type, { ...fields, entries: [entry(fields.index + 1, fields.term)] }),
    }),
  );

const logSeen = fc.tuple(fc.nat(9), small, small).map(([which, index, term]): Seen => {
  const entries = [entry(index, term), change(index + 1, term)];
  const metadata = snapshot(index, term);
  const hardState = hard(term, index % 4, index);
  const write = { hardState, entries };
  const found = { firstIndex: index, lastIndex: index + 1, confState: voters([1, 2, 3]) };
  const all: readonly Seen[] = [
    { kind: "appended", entries },
    { kind: "log-writing", write },
    { kind: "log-durable", write, isOnPlatter: index % 4 !== 0 },
    { kind: "log-read", entries },
    { kind: "log-compacted", upTo: index },
    { kind: "snapshot-durable", metadata, isOnPlatter: term % 3 !== 0 },
    { kind: "snapshot-installed", metadata, hardState },
    {
      kind: "recovered",
      hardState,
      entries,
      ...found,
      snapshot: term % 2 === 0 ? metadata : null,
      isCharged: term > 3,
      mayLack: term > 4,
    },
    { kind: "config", index, config: voters([1, 2, 3].slice(0, term)), by: term > 2 ? "entry" : "start" },
    {
      kind: "life",
      what: (["started", "killed", "wiped"] as const)[term % 3] ?? "started",
      detail: "",
      isCharged: false,
    },
  ];
  return all[which] ?? { kind: "liveness-ended" };
});

const clientSeen = fc.tuple(fc.nat(24), small, small).map(([which, index, term]): Seen => {
  const data = encodeCommand(putRequest({ key: bytes(`k${term}`), value: bytes(`${index}`) }));
  const outcome = { ok: true, response: { kind: "put", revision: index, prevKv: null } } as const;
  const row = { key: `k${term}`, value: "", createRevision: term, modRevision: index, version: term };
  const lease = BigInt(term);
  const all: readonly Seen[] = [
    { kind: "applied", entry: { index, term, data, outcome }, digest: `${index}` },
    { kind: "restored", index, digest: `${term}`, by: "snapshot" },
    { kind: "replicated", index, digest: `${term}`, by: "made" },
    { kind: "read-called", call: index, read: "linearizable", at: term },
    { kind: "read-answered", call: index, revision: term, rows: [row] },
    { kind: "command-called", call: index, data },
    { kind: "command-answered", call: index, fate: "answered", revision: term },
    {
      kind: "watch-opened",
      watch: index,
      key: "a",
      rangeEnd: "\0",
      startRevision: term,
      noPut: false,
      noDelete: false,
      resumes: term,
    },
    {
      kind: "watch-delivered",
      watch: index,
      groups: [{ revision: term, events: [{ type: "put", ...row }] }],
      throughRevision: term,
    },
    { kind: "watch-progress", watch: index, revision: term },
    { kind: "watch-ended", watch: index, compactRevision: term },
    { kind: "lease-kept", lease, ttlMs: index, sentAtUs: term },
    { kind: "store", event: { kind: "lease-removed", id: lease, keys: index } },
    { kind: "liveness-begun", core: [1, 2], electWithinMs: 0 },
    { kind: "probe-called", probe: index },
    { kind: "probe-answered", probe: index },
    { kind: "setup", leaseReads: term > 2, driftPpm: 100_000 },
    { kind: "member", event: { kind: "state-flushed", index, durationMs: 1 } },
    {
      kind: "permission-asked",
      call: index,
      user: term > 3 ? null : "u",
      authRevision: term,
      read: "linearizable",
      ranges: [{ key: `k${term}`, rangeEnd: "" }],
    },
    {
      kind: "permission-told",
      call: index,
      code: term > 3 ? "permission-denied" : "",
      revision: term,
    },
    {
      kind: "users-asked",
      call: index,
      user: "u",
      authRevision: term,
      read: "serializable",
      query: "role",
      name: "r",
    },
    { kind: "users-told", call: index, code: "", shown: `${term}` },
    { kind: "command-told", call: index, data, code: term > 3 ? "permission-denied" : "" },
    { kind: "auth-state", digest: term },
    { kind: "liveness-ended" },
  ];
  return all[which] ?? { kind: "liveness-ended" };
});

const played = fc.array(fc.tuple(node, fc.oneof(raftSeen, messageSeen, logSeen, clientSeen), small), {
  maxLength: 60,
});

test("no checker throws, or changes anything, whatever it sees and in whichever order", () => {
  fc.assert(
    fc.property(fc.nat(allCheckers.length - 1), played, (which, steps) => {
      const make = allCheckers[which] ?? makeNothing;
      const stage = new Stage(make);
      const alone = new Stage(makeNothing);
      for (const [at, seen, number] of steps) {
        const before = picture(seen);
        for (const one of [stage, alone]) {
          if (number > 0)
            one.view(at, {
              term: number,
              role: ([0, 1, 2, 3] as const)[number % 4] ?? Role.leader,
              commit: number,
            });
          one.see(at, freeze(seen));
        }
        assert.equal(picture(seen), before);
      }
      // The ghost is as it would be if nobody had looked.
      assert.equal(picture(ghostOf(stage)), picture(ghostOf(alone)));
    }),
    { numRuns: 1500, seed: 7 },
  );
});

const makeNothing = () => ({ id: "", title: "", see: () => null });

function ghostOf({ ghost }: Stage): unknown {
  const { nodes, committed, lastCommitted, configs, latestConfig } = ghost;
  return { nodes: [...nodes], committed, lastCommitted, configs: [...configs], latestConfig };
}

function picture(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? `${inner}n` : inner));
}

function freeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}

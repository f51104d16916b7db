/**
 * Three members in one thread, on nothing but ECMAScript: what a browser runs of the core.
 *
 * No clock, no text encoder, no console: time is a loop of ticks, randomness comes from a seed.
 */

import {
  EntryType,
  MemoryStorage,
  type Message,
  type NodeId,
  noData,
  none,
  RawNode,
  Role,
} from "../src/index.ts";
import { SeededRandom } from "./seeded-random.ts";

/** What the group came to. */
export type GroupResult = {
  readonly leader: NodeId;
  readonly term: number;
  /** Per member, the numbers that it has applied, in order. */
  readonly applied: readonly (readonly number[])[];
};

type Member = {
  readonly id: NodeId;
  readonly node: RawNode;
  readonly storage: MemoryStorage;
  readonly applied: number[];
};

/** Rounds of ticks after which a group that is not done never will be. */
const roundsMax = 1_000;

/** Elects a leader among three members, proposes `entries` numbered entries and applies them everywhere. */
export function runGroup(entries: number): GroupResult {
  const members = [1, 2, 3].map(startMember);
  const leader = runUntil(members, () => members.find(({ node }) => node.status().role === Role.leader));
  for (let number = 0; number < entries; number++) {
    const outcome = leader.node.propose(Uint8Array.of(number >> 8, number & 0xff));
    if (!outcome.ok) throw new Error(outcome.message);
    settle(members);
  }
  runUntil(members, () => members.every(({ applied }) => applied.length === entries) || undefined);
  const { id, term } = leader.node.status();
  return { leader: id, term, applied: members.map(({ applied }) => applied) };
}

function startMember(id: NodeId): Member {
  const storage = new MemoryStorage();
  const confState = {
    voters: [1, 2, 3],
    votersOutgoing: [],
    learners: [],
    learnersNext: [],
    autoLeave: false,
  };
  storage.applySnapshot({ metadata: { index: 1, term: 1, confState }, data: noData });
  storage.setHardState({ term: 1, vote: none, commit: 1 });
  const random = new SeededRandom(id);
  const node = new RawNode({ id, electionTicks: 10, heartbeatTicks: 1, storage, random });
  return { id, node, storage, applied: [] };
}

/** Ticks every member, round by round, until `find` finds something. */
function runUntil<T>(members: readonly Member[], find: () => T | undefined): T {
  for (let round = 0; round < roundsMax; round++) {
    const found = find();
    if (found !== undefined) return found;
    for (const { node } of members) node.tick();
    settle(members);
  }
  throw new Error(`the group is not done after ${roundsMax} rounds`);
}

/** Works until nobody has anything to do. */
function settle(members: readonly Member[]): void {
  for (let isWorking = true; isWorking; ) {
    isWorking = false;
    for (const member of members) {
      if (!member.node.hasReady()) continue;
      isWorking = true;
      for (const message of handleReady(member)) members[message.to - 1]?.node.step(message);
    }
  }
}

function handleReady({ node, storage, applied }: Member): readonly Message[] {
  const ready = node.ready();
  if (ready.hardState !== null) storage.setHardState(ready.hardState);
  storage.append(ready.entries);
  for (const { type, data } of ready.committedEntries) {
    const [high, low] = data;
    if (type === EntryType.normal && high !== undefined && low !== undefined) applied.push(high * 256 + low);
  }
  node.advance();
  return ready.messages;
}

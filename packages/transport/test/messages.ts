/**
 * Messages for tests: a few by hand, and any at all for properties.
 */

import {
  type Entry,
  EntryType,
  type Message,
  MessageType,
  makeEntry,
  makeMessage,
  type NodeId,
  type Snapshot,
  VoteRefusal,
} from "@quorate/raft";
import { fc } from "./property.ts";

/** A heartbeat, told apart by `commit`. */
export function heartbeat(from: NodeId, to: NodeId, commit: number): Message {
  return makeMessage(MessageType.MsgHeartbeat, { from, to, term: 7, commit });
}

/** An append of one entry, told apart by `index`. */
export function append(from: NodeId, to: NodeId, index: number, dataBytes = 10): Message {
  const data = new Uint8Array(dataBytes).fill(index & 0xff);
  const entries = [makeEntry(EntryType.normal, 7, index + 1, data)];
  return makeMessage(MessageType.MsgApp, { from, to, term: 7, logTerm: 7, index, entries, commit: index });
}

/** An offer of a snapshot. */
export function snapshotMessage(from: NodeId, to: NodeId, index = 100): Message {
  const confState = {
    voters: [from, to],
    votersOutgoing: [],
    learners: [],
    learnersNext: [],
    autoLeave: false,
  };
  const snapshot: Snapshot = { metadata: { index, term: 3, confState }, data: Uint8Array.of(1, 2, 3) };
  return makeMessage(MessageType.MsgSnap, { from, to, term: 7, snapshot });
}

const anyNumber = fc.oneof(
  fc.constant(0),
  fc.nat(300),
  fc.maxSafeNat(),
  fc.constantFrom(127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER),
);
const anyIds = fc.array(anyNumber, { maxLength: 4 });

const anyEntry: fc.Arbitrary<Entry> = fc
  .record({
    type: fc.constantFrom(...Object.values(EntryType)),
    term: anyNumber,
    index: anyNumber,
    data: fc.uint8Array({ maxLength: 40 }),
  })
  .map(({ type, term, index, data }) => makeEntry(type, term, index, data));

const anySnapshot: fc.Arbitrary<Snapshot> = fc
  .tuple(
    anyNumber,
    anyNumber,
    fc.tuple(anyIds, anyIds, anyIds, anyIds),
    fc.boolean(),
    fc.uint8Array({ maxLength: 40 }),
  )
  .map(([index, term, [voters, votersOutgoing, learners, learnersNext], autoLeave, data]) => ({
    metadata: { index, term, confState: { voters, votersOutgoing, learners, learnersNext, autoLeave } },
    data,
  }));

/** Entries as a leader sends them: one term after the other, no gaps. */
const anyRun: fc.Arbitrary<Entry[]> = fc
  .record({ first: fc.nat(1000), terms: fc.array(fc.nat(3), { maxLength: 8 }) })
  .map(({ first, terms }) =>
    terms.map((term, at) => makeEntry(EntryType.normal, term, first + at, Uint8Array.of(at))),
  );

/** Any message that may be encoded. */
export const anyMessage: fc.Arbitrary<Message> = fc
  .record({
    type: fc.constantFrom(...Object.values(MessageType)),
    to: anyNumber,
    from: anyNumber,
    term: anyNumber,
    logTerm: anyNumber,
    index: anyNumber,
    entries: fc.oneof(fc.array(anyEntry, { maxLength: 5 }), anyRun),
    commit: anyNumber,
    vote: anyNumber,
    snapshot: fc.option(anySnapshot, { nil: null }),
    reject: fc.boolean(),
    rejectHint: anyNumber,
    refusal: fc.constantFrom(...Object.values(VoteRefusal)),
    context: anyNumber,
    contextNonce: anyNumber,
  })
  .map(({ type, ...fields }) => makeMessage(type, fields));

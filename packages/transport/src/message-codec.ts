/**
 * The encoding of raft messages on the wire.
 *
 * | part | bytes |
 * |---|---|
 * | type and codec version | 1: type in the low five bits, version in the upper three |
 * | presence | 2, little endian: one bit per field that is not zero; `reject` is its bit |
 * | fields | a varint each, in the order of {@link Field} |
 * | entries | count; per entry one head byte, then term and index unless implied, length, data |
 * | snapshot | index, term, autoLeave, four lists of ids, length, data |
 *
 * An entry's term is implied when it is the one before (at first: the message's term), its index when it is one more
 * than the one before (at first: the message's index). The encoding is canonical: what could be left out must be left
 * out, so a message has exactly one encoding and `decode` accepts nothing else.
 */

import {
  type ConfState,
  type Entry,
  type EntryType,
  isLocalTarget,
  type Message,
  type MessageType,
  type NodeId,
  noEntries,
  noMessages,
  type Snapshot,
  type VoteRefusal,
} from "@quorate/raft";
import { ByteReader, type ByteWriter, corrupt, varintBytesMax } from "./bytes.ts";

/** The version of this encoding; at most 7. Which one is spoken is settled in the handshake. */
export const messageCodecVersion = 1;

const typeMax = 23;
const entryTypeMax = 2;
const refusalMax = 5;

const Field = {
  to: 1 << 0,
  from: 1 << 1,
  term: 1 << 2,
  logTerm: 1 << 3,
  index: 1 << 4,
  commit: 1 << 5,
  vote: 1 << 6,
  rejectHint: 1 << 7,
  refusal: 1 << 8,
  context: 1 << 9,
  contextNonce: 1 << 10,
  reject: 1 << 11,
  entries: 1 << 12,
  snapshot: 1 << 13,
} as const;
const fieldsAll = (1 << 14) - 1;

const EntryHead = { typeMask: 3, term: 4, index: 8, all: 15 } as const;
const scalarsBytesMax = 3 + 11 * varintBytesMax;
const entryHeadBytesMax = 1 + 3 * varintBytesMax;
/** Index, term, autoLeave, four counts, length. */
const snapshotNumbers = 8;
/** The least that an entry takes: head and length. */
const entryBytesMin = 2;

/**
 * Appends one message.
 *
 * @throws RangeError on a message that is not for a peer: one to the member's own storage, one with `responses`, or
 * with numbers that are negative or unsafe. That is a programmer's error.
 */
export function encodeMessage(writer: ByteWriter, message: Message): void {
  if (message.responses.length > 0 || isLocalTarget(message.to)) {
    throw new RangeError(`a message of type ${message.type} to ${message.to} is not for a peer`);
  }
  writer.reserve(scalarsBytesMax);
  const present = presence(message);
  writer.bytes[writer.length] = message.type | (messageCodecVersion << 5);
  writer.bytes[writer.length + 1] = present & 0xff;
  writer.bytes[writer.length + 2] = present >>> 8;
  writer.length += 3;
  if (present & Field.to) writer.varintReserved(message.to);
  if (present & Field.from) writer.varintReserved(message.from);
  if (present & Field.term) writer.varintReserved(message.term);
  if (present & Field.logTerm) writer.varintReserved(message.logTerm);
  if (present & Field.index) writer.varintReserved(message.index);
  if (present & Field.commit) writer.varintReserved(message.commit);
  if (present & Field.vote) writer.varintReserved(message.vote);
  if (present & Field.rejectHint) writer.varintReserved(message.rejectHint);
  if (present & Field.refusal) writer.varintReserved(message.refusal);
  if (present & Field.context) writer.varintReserved(message.context);
  if (present & Field.contextNonce) writer.varintReserved(message.contextNonce);
  if (present & Field.entries) encodeEntries(writer, message);
  if (message.snapshot !== null) encodeSnapshot(writer, message.snapshot);
}

function presence(message: Message): number {
  return (
    (message.to === 0 ? 0 : Field.to) |
    (message.from === 0 ? 0 : Field.from) |
    (message.term === 0 ? 0 : Field.term) |
    (message.logTerm === 0 ? 0 : Field.logTerm) |
    (message.index === 0 ? 0 : Field.index) |
    (message.commit === 0 ? 0 : Field.commit) |
    (message.vote === 0 ? 0 : Field.vote) |
    (message.rejectHint === 0 ? 0 : Field.rejectHint) |
    (message.refusal === 0 ? 0 : Field.refusal) |
    (message.context === 0 ? 0 : Field.context) |
    (message.contextNonce === 0 ? 0 : Field.contextNonce) |
    (message.reject ? Field.reject : 0) |
    (message.entries.length === 0 ? 0 : Field.entries) |
    (message.snapshot === null ? 0 : Field.snapshot)
  );
}

function encodeEntries(writer: ByteWriter, message: Message): void {
  const entries = message.entries;
  writer.varint(entries.length);
  let term = message.term;
  let index = message.index;
  for (const entry of entries) {
    writer.reserve(entryHeadBytesMax + entry.data.length);
    const explicit =
      (entry.term === term ? 0 : EntryHead.term) | (entry.index === index + 1 ? 0 : EntryHead.index);
    writer.bytes[writer.length++] = entry.type | explicit;
    if (explicit & EntryHead.term) writer.varintReserved(entry.term);
    if (explicit & EntryHead.index) writer.varintReserved(entry.index);
    writer.varintReserved(entry.data.length);
    writer.bytes.set(entry.data, writer.length);
    writer.length += entry.data.length;
    term = entry.term;
    index = entry.index;
  }
}

function encodeSnapshot(writer: ByteWriter, snapshot: Snapshot): void {
  const { index, term, confState } = snapshot.metadata;
  writer.varint(index);
  writer.varint(term);
  writer.u8(confState.autoLeave ? 1 : 0);
  encodeIds(writer, confState.voters);
  encodeIds(writer, confState.votersOutgoing);
  encodeIds(writer, confState.learners);
  encodeIds(writer, confState.learnersNext);
  writer.block(snapshot.data);
}

function encodeIds(writer: ByteWriter, ids: readonly NodeId[]): void {
  writer.varint(ids.length);
  for (const id of ids) writer.varint(id);
}

/** One reader for all messages: decoding is synchronous and does not nest. */
const shared = new ByteReader();

/**
 * Decodes the one message in `bytes[start, end)`. Data of entries and of the snapshot are views of `bytes`.
 *
 * @throws WireError `corrupt` on anything that `encodeMessage` does not produce.
 */
export function decodeMessage(bytes: Uint8Array, start = 0, end: number = bytes.length): Message {
  const reader = shared.open(bytes, start, end);
  const head = reader.u8();
  if (head >>> 5 !== messageCodecVersion) throw corrupt(`message encoding version ${head >>> 5} is unknown`);
  const type = head & 31;
  if (type > typeMax) throw corrupt(`message type ${type} is unknown`);
  const present = reader.u16();
  if ((present & ~fieldsAll) !== 0) throw corrupt("a message has unknown fields");
  const to = present & Field.to ? nonZero(reader) : 0;
  const from = present & Field.from ? nonZero(reader) : 0;
  const term = present & Field.term ? nonZero(reader) : 0;
  const logTerm = present & Field.logTerm ? nonZero(reader) : 0;
  const index = present & Field.index ? nonZero(reader) : 0;
  const commit = present & Field.commit ? nonZero(reader) : 0;
  const vote = present & Field.vote ? nonZero(reader) : 0;
  const rejectHint = present & Field.rejectHint ? nonZero(reader) : 0;
  const refusal = present & Field.refusal ? nonZero(reader) : 0;
  if (refusal > refusalMax) throw corrupt(`vote refusal ${refusal} is unknown`);
  const context = present & Field.context ? nonZero(reader) : 0;
  const contextNonce = present & Field.contextNonce ? nonZero(reader) : 0;
  const entries = present & Field.entries ? decodeEntries(reader, term, index) : noEntries;
  const snapshot = present & Field.snapshot ? decodeSnapshot(reader) : null;
  reader.finish();
  reader.close();
  return {
    type: type as MessageType,
    to,
    from,
    term,
    logTerm,
    index,
    entries,
    commit,
    vote,
    snapshot,
    reject: (present & Field.reject) !== 0,
    rejectHint,
    refusal: refusal as VoteRefusal,
    context,
    contextNonce,
    responses: noMessages,
  };
}

function nonZero(reader: ByteReader): number {
  const value = reader.varint();
  if (value === 0) throw corrupt("a field is present but zero");
  return value;
}

function decodeEntries(reader: ByteReader, messageTerm: number, messageIndex: number): Entry[] {
  const count = reader.varint();
  if (count === 0 || count > reader.remaining / entryBytesMin)
    throw corrupt(`${count} entries cannot be here`);
  let entries: Entry[] | null = null;
  let term = messageTerm;
  let index = messageIndex;
  for (let position = 0; position < count; position++) {
    const head = reader.u8();
    const type = head & EntryHead.typeMask;
    if (head > EntryHead.all || type > entryTypeMax) throw corrupt(`entry head ${head} is unknown`);
    if (head & EntryHead.term) {
      const explicit = reader.varint();
      if (explicit === term) throw corrupt("an entry's term is spelled out but implied");
      term = explicit;
    }
    const implied = index + 1;
    if (head & EntryHead.index) {
      index = reader.varint();
      if (index === implied) throw corrupt("an entry's index is spelled out but implied");
    } else {
      index = implied;
      if (index > Number.MAX_SAFE_INTEGER) throw corrupt("an entry's index is above 2^53");
    }
    const entry: Entry = { type: type as EntryType, term, index, data: reader.block() };
    // Most messages bring one entry: an array that is made with it has no room for sixteen more.
    if (entries === null) entries = [entry];
    else entries.push(entry);
  }
  return entries ?? [];
}

function decodeSnapshot(reader: ByteReader): Snapshot {
  const index = reader.varint();
  const term = reader.varint();
  const autoLeave = reader.u8();
  if (autoLeave > 1) throw corrupt("a truth value is neither 0 nor 1");
  const confState: ConfState = {
    voters: decodeIds(reader),
    votersOutgoing: decodeIds(reader),
    learners: decodeIds(reader),
    learnersNext: decodeIds(reader),
    autoLeave: autoLeave === 1,
  };
  return { metadata: { index, term, confState }, data: reader.block() };
}

function decodeIds(reader: ByteReader): NodeId[] {
  const count = reader.varint();
  if (count > reader.remaining) throw corrupt(`${count} ids cannot be here`);
  const ids: NodeId[] = [];
  for (let position = 0; position < count; position++) ids.push(reader.varint());
  return ids;
}

/** At least as many bytes as a message takes in a batch, counted without encoding it: what queues are bounded by. */
export function messageBytes(message: Message): number {
  let total = scalarsBytesMax + 2 * varintBytesMax;
  for (const entry of message.entries) total += entryHeadBytesMax + entry.data.length;
  const { snapshot } = message;
  if (snapshot === null) return total;
  const { voters, votersOutgoing, learners, learnersNext } = snapshot.metadata.confState;
  const ids = voters.length + votersOutgoing.length + learners.length + learnersNext.length;
  return total + (ids + snapshotNumbers) * varintBytesMax + snapshot.data.length;
}

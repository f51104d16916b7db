/**
 * Membership changes as they stand in the log (Raft §6, thesis §4).
 *
 * A change of at most one voter may be applied directly ("simple"); anything else goes through a joint
 * configuration, in which both the old and the new voters must agree.
 */

import { noData } from "./entry.ts";
import { RaftError } from "./outcome.ts";
import type { NodeId } from "./snapshot.ts";

/** What happens to one member. */
export const ConfChangeType = {
  /** Becomes a voter. */
  addNode: 0,
  /** Leaves. */
  removeNode: 1,
  /** Nothing for the core; the application may carry news about the member in the context. */
  updateNode: 2,
  /** Becomes a learner: receives the log, is never counted. */
  addLearnerNode: 3,
} as const;
export type ConfChangeType = (typeof ConfChangeType)[keyof typeof ConfChangeType];

/** How a joint configuration is left. */
export const ConfChangeTransition = {
  /** Simple if possible, otherwise joint and left by the leader itself. */
  auto: 0,
  /** Joint, left by the leader itself. */
  jointImplicit: 1,
  /** Joint, left only when an empty change is proposed. */
  jointExplicit: 2,
} as const;
export type ConfChangeTransition = (typeof ConfChangeTransition)[keyof typeof ConfChangeTransition];

/** One member's part in a change. */
export type ConfChangeSingle = { readonly type: ConfChangeType; readonly nodeId: NodeId };

/** A change of one member, in the old form of the log entry. */
export type ConfChange = ConfChangeSingle & { readonly context: Uint8Array };

/** A change of any number of members. Without changes and with an automatic transition it leaves a joint configuration. */
export type ConfChangeV2 = {
  readonly transition: ConfChangeTransition;
  readonly changes: readonly ConfChangeSingle[];
  readonly context: Uint8Array;
};

/** The change that leaves a joint configuration. */
export const leaveJointChange: ConfChangeV2 = Object.freeze({
  transition: ConfChangeTransition.auto,
  changes: Object.freeze([]),
  context: noData,
});

/** Whether a change has the old form. */
export function isSingleChange(change: ConfChange | ConfChangeV2): change is ConfChange {
  return "nodeId" in change;
}

/** The same change in the new form. */
export function asV2(change: ConfChange | ConfChangeV2): ConfChangeV2 {
  if (!isSingleChange(change)) return change;
  return {
    transition: ConfChangeTransition.auto,
    changes: [{ type: change.type, nodeId: change.nodeId }],
    context: change.context,
  };
}

/** What a change does to the configuration: applied directly, or by entering or leaving a joint one. */
export type ConfChangeKind = "simple" | "enter-joint" | "enter-joint-auto-leave" | "leave-joint";

/** Tells how a change is to be applied. */
export function confChangeKind(change: ConfChangeV2): ConfChangeKind {
  if (isLeaveJoint(change)) return "leave-joint";
  if (change.transition === ConfChangeTransition.jointExplicit) return "enter-joint";
  if (change.transition === ConfChangeTransition.jointImplicit || change.changes.length > 1) {
    return "enter-joint-auto-leave";
  }
  return "simple";
}

/** Whether a change leaves a joint configuration. */
export function isLeaveJoint(change: ConfChangeV2): boolean {
  return change.transition === ConfChangeTransition.auto && change.changes.length === 0;
}

// The encoding is protobuf's: ConfChange {2: type, 3: node, 4: context}, ConfChangeV2 {1: transition,
// 2: {1: type, 2: node}, 3: context}. The leave-joint change encodes to no bytes at all.

/** Encodes a change of the old form as an entry's data. */
export function encodeConfChange(change: ConfChange): Uint8Array {
  const bytes: number[] = [];
  pushVarintField(bytes, 2, change.type);
  pushVarintField(bytes, 3, change.nodeId);
  pushBytesField(bytes, 4, change.context);
  return Uint8Array.from(bytes);
}

/** Encodes a change of the new form as an entry's data. */
export function encodeConfChangeV2(change: ConfChangeV2): Uint8Array {
  const bytes: number[] = [];
  if (change.transition !== ConfChangeTransition.auto) pushVarintField(bytes, 1, change.transition);
  for (const single of change.changes) {
    const inner: number[] = [];
    pushVarintField(inner, 1, single.type);
    pushVarintField(inner, 2, single.nodeId);
    pushBytesField(bytes, 2, Uint8Array.from(inner), true);
  }
  pushBytesField(bytes, 3, change.context);
  return bytes.length === 0 ? noData : Uint8Array.from(bytes);
}

/**
 * Decodes the data of a {@link ConfChange} entry.
 * @throws RaftError `invariant` if the bytes are no such change: the log is broken.
 */
export function decodeConfChange(data: Uint8Array): ConfChange {
  let type = 0;
  let nodeId = 0;
  let context = noData;
  readFields(data, (field, value, bytes) => {
    if (field === 2) type = value;
    else if (field === 3) nodeId = value;
    else if (field === 4) context = bytes;
  });
  return { type: toChangeType(type), nodeId, context };
}

/**
 * Decodes the data of a {@link ConfChangeV2} entry.
 * @throws RaftError `invariant` if the bytes are no such change: the log is broken.
 */
export function decodeConfChangeV2(data: Uint8Array): ConfChangeV2 {
  let transition = 0;
  const changes: ConfChangeSingle[] = [];
  let context = noData;
  readFields(data, (field, value, bytes) => {
    if (field === 1) transition = value;
    else if (field === 2) changes.push(decodeSingle(bytes));
    else if (field === 3) context = bytes;
  });
  if (transition !== 0 && transition !== 1 && transition !== 2) throw malformed(`transition ${transition}`);
  return { transition, changes, context };
}

function decodeSingle(data: Uint8Array): ConfChangeSingle {
  let type = 0;
  let nodeId = 0;
  readFields(data, (field, value) => {
    if (field === 1) type = value;
    else if (field === 2) nodeId = value;
  });
  return { type: toChangeType(type), nodeId };
}

function toChangeType(type: number): ConfChangeType {
  if (type === 0 || type === 1 || type === 2 || type === 3) return type;
  throw malformed(`change type ${type}`);
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

function pushVarintField(bytes: number[], field: number, value: number): void {
  bytes.push(field << 3);
  pushVarint(bytes, value);
}

function pushBytesField(bytes: number[], field: number, value: Uint8Array, evenIfEmpty = false): void {
  if (value.length === 0 && !evenIfEmpty) return;
  bytes.push((field << 3) | 2);
  pushVarint(bytes, value.length);
  for (const byte of value) bytes.push(byte);
}

type FieldVisitor = (field: number, value: number, bytes: Uint8Array) => void;

function readFields(data: Uint8Array, visit: FieldVisitor): void {
  let position = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = data[position++];
      if (byte === undefined || scale > 2 ** 49) throw malformed("number");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    if (!Number.isSafeInteger(value)) throw malformed("number");
    return value;
  };
  while (position < data.length) {
    const tag = readVarint();
    const wireType = tag % 8;
    const field = Math.floor(tag / 8);
    if (wireType === 0) {
      visit(field, readVarint(), noData);
    } else if (wireType === 2) {
      const length = readVarint();
      if (position + length > data.length) throw malformed("length");
      visit(field, 0, data.subarray(position, position + length));
      position += length;
    } else {
      throw malformed(`wire type ${wireType}`);
    }
  }
}

function malformed(what: string): RaftError {
  return new RaftError("invariant", `a configuration entry cannot be decoded: bad ${what}`);
}

/**
 * Lanes: which connection a message takes.
 */

import { MessageType } from "@quorate/raft";

/** Lanes. The numbers are sent to peers. */
export const Lane = {
  /** Small and time-critical. */
  urgent: 0,
  /** Appends and everything large. */
  bulk: 1,
  /** One snapshot. */
  snapshot: 2,
} as const;
export type Lane = (typeof Lane)[keyof typeof Lane];
export type LaneName = keyof typeof Lane;

const laneNames = Object.keys(Lane) as LaneName[];

/** A lane's name, for events. */
export function laneName(lane: Lane): LaneName {
  return laneNames[lane] as LaneName;
}

/**
 * The lane of a message. Appends take the bulk lane whatever their size, so that they keep their order; the snapshot's
 * lane is opened for it.
 */
export function laneOf(type: MessageType): Lane {
  switch (type) {
    case MessageType.MsgApp:
    case MessageType.MsgProp:
      return Lane.bulk;
    case MessageType.MsgSnap:
      return Lane.snapshot;
    default:
      return Lane.urgent;
  }
}

/** Whether a message may name somebody else than the peer that brings it: followers pass these on for others. */
export function isForwardable(type: MessageType): boolean {
  return (
    type === MessageType.MsgProp ||
    type === MessageType.MsgReadIndex ||
    type === MessageType.MsgTransferLeader
  );
}

/**
 * What is seen most often, made with room for the time and the member, which the witness fills in: to add fields to an object
 * that has no room for them costs more than to make it.
 */

import type { MemberEvent } from "@quorate/member";
import type { Entry, Message, RaftEvent } from "@quorate/raft";
import type { AppliedEntry, LogWriteSeen, Observation } from "./observation.ts";

export function sentSeen(message: Message): Observation {
  return { atUs: 0, node: 0, kind: "sent", message };
}

export function receivedSeen(message: Message): Observation {
  return { atUs: 0, node: 0, kind: "received", message };
}

export function raftSeen(event: RaftEvent): Observation {
  return { atUs: 0, node: 0, kind: "raft", event };
}

export function memberSeen(event: MemberEvent): Observation {
  return { atUs: 0, node: 0, kind: "member", event };
}

export function appendedSeen(entries: readonly Entry[]): Observation {
  return { atUs: 0, node: 0, kind: "appended", entries };
}

export function logReadSeen(entries: readonly Entry[]): Observation {
  return { atUs: 0, node: 0, kind: "log-read", entries };
}

export function logWritingSeen(write: LogWriteSeen): Observation {
  return { atUs: 0, node: 0, kind: "log-writing", write };
}

export function logDurableSeen(write: LogWriteSeen, isOnPlatter: boolean): Observation {
  return { atUs: 0, node: 0, kind: "log-durable", write, isOnPlatter };
}

export function appliedSeen(entry: AppliedEntry, digest: string): Observation {
  return { atUs: 0, node: 0, kind: "applied", entry, digest };
}

/**
 * Checkers: one invariant each, asked at every observation, before the ghost takes it in.
 */

import type { MessageType, RaftEvent } from "@quorate/raft";
import type { Ghost } from "../observe/ghost.ts";
import type { Observation } from "../observe/observation.ts";

/** Looks at an observation; returns what is wrong, or null. Keeps its own memory and changes nothing else. */
export type Checker = {
  /** The invariant's id in the book: `S1`. */
  readonly id: string;
  /** In a few words, for reports. */
  readonly title: string;
  /** What it wants to see; default: everything. */
  readonly kinds?: readonly Observation["kind"][];
  /** Of the core's events it wants to see only these; default: all. */
  readonly events?: readonly RaftEvent["kind"][];
  /** Of messages, sent or received, it wants to see only these; default: all. */
  readonly messages?: readonly MessageType[];
  see(observation: Observation, ghost: Ghost): string | null;
};

/** Whether a checker wants to see an observation: the same for all of one kind and one event or type of message. */
export function wantsToSee({ kinds, events, messages }: Checker, observation: Observation): boolean {
  const { kind } = observation;
  if (kinds !== undefined && !kinds.includes(kind)) return false;
  if (kind === "raft") return events === undefined || events.includes(observation.event.kind);
  if (kind === "sent" || kind === "received")
    return messages === undefined || messages.includes(observation.message.type);
  return true;
}

/** Makes a checker for one run. */
export type MakeChecker = () => Checker;

/**
 * Checkers: one invariant each, asked at every observation, before the ghost takes it in.
 */

import type { MessageType, RaftEvent } from "@quorate/raft";
import type { Ghost } from "../observe/ghost.ts";
import type { Observation } from "../observe/observation.ts";

/** Which observations somebody wants to see. */
export type Interest = {
  /** Default: everything. */
  readonly kinds?: readonly Observation["kind"][];
  /** Of the core's events only these; default: all. */
  readonly events?: readonly RaftEvent["kind"][];
  /** Of messages, sent or received, only these; default: all. */
  readonly messages?: readonly MessageType[];
  /** Of messages that are sent only these, whatever `messages` says. */
  readonly sent?: readonly MessageType[];
  /** The same of messages that are received. */
  readonly received?: readonly MessageType[];
};

/** What several checkers look into: shown each observation that it wants once, before any of them is asked about it. */
export type SharedMemory = Interest & { take(observation: Observation, ghost: Ghost): void };

/** Looks at an observation; returns what is wrong, or null. Keeps its own memory and changes nothing else. */
export type Checker = Interest & {
  /** The invariant's id in the book: `S1`. */
  readonly id: string;
  /** In a few words, for reports. */
  readonly title: string;
  /** Memory that it has in common with others of the same run. */
  readonly shares?: readonly SharedMemory[];
  readonly see: (observation: Observation, ghost: Ghost) => string | null;
};

/** Whether somebody wants to see an observation: the same for all of one kind and one event or type of message. */
export function wantsToSee(interest: Interest, observation: Observation): boolean {
  const { kinds, events, messages, sent = messages, received = messages } = interest;
  const { kind } = observation;
  if (kinds !== undefined && !kinds.includes(kind)) return false;
  if (kind === "raft") return events === undefined || events.includes(observation.event.kind);
  if (kind === "sent") return sent === undefined || sent.includes(observation.message.type);
  if (kind === "received") return received === undefined || received.includes(observation.message.type);
  return true;
}

/** Makes a checker for one run. */
export type MakeChecker = () => Checker;

/**
 * What of an observation goes into the run's hash: enough that no two different runs agree, little enough to be cheap.
 */

import type { Message, RaftEvent } from "@quorate/raft";
import { hashClientObservation } from "./client-observation-hash.ts";
import { hashMachineObservation } from "./machine-observation-hash.ts";
import type { Observation } from "./observation.ts";
import type { RunningHash } from "./running-hash.ts";

const numbers = new Map<string, number>();

/** A word as a number that depends on nothing but the word. */
export function numberOf(word: string): number {
  const known = numbers.get(word);
  if (known !== undefined) return known;
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x0100_0193);
  numbers.set(word, hash);
  return hash;
}

/** Takes an observation in; its time, member and kind are in already. */
export function hashObservation(hash: RunningHash, observation: Observation): void {
  switch (observation.kind) {
    case "sent":
      hashMessage(hash, observation.message);
      break;
    case "received": {
      // All of it was taken in when it was sent.
      const { type, from, term, index } = observation.message;
      hash.number(type);
      hash.number(from);
      hash.number(term);
      hash.number(index);
      break;
    }
    case "raft":
      hashPlain(hash, observation.event);
      break;
    default:
      hashOther(hash, observation);
  }
}

type OtherThan<Kind> = Exclude<Observation, { readonly kind: Kind }>;

function hashOther(hash: RunningHash, observation: OtherThan<"sent" | "received" | "raft">): void {
  switch (observation.kind) {
    case "member":
    case "store":
      hash.number(numberOf(observation.event.kind));
      break;
    case "appended":
    case "log-read": {
      const { entries } = observation;
      const last = entries[entries.length - 1];
      hash.number(last === undefined ? 0 : last.index);
      hash.number(last === undefined ? 0 : last.term);
      break;
    }
    case "log-writing":
    case "log-durable": {
      const { entries } = observation.write;
      const last = entries[entries.length - 1];
      hash.number(last === undefined ? 0 : last.index);
      break;
    }
    case "recovered":
      hash.number(observation.lastIndex);
      hash.number(observation.hardState.term);
      break;
    case "snapshot-durable":
    case "snapshot-installed":
      hash.number(observation.metadata.index);
      break;
    case "config":
      hash.number(observation.index);
      break;
    case "log-compacted":
      hash.number(observation.upTo);
      break;
    case "applied":
      hash.number(observation.entry.index);
      hash.text(observation.digest);
      break;
    case "restored":
      hash.number(observation.index);
      hash.text(observation.digest);
      break;
    case "life":
    case "fault":
      hash.text(observation.what);
      break;
    case "machine-result":
    case "machine-answered":
    case "machine-snapshot":
    case "machine-strayed":
    case "machine-threw":
      hashMachineObservation(hash, observation);
      break;
    default:
      hashClientObservation(hash, observation);
  }
}

function hashMessage(hash: RunningHash, message: Message): void {
  hash.number(message.type);
  hash.number(message.to);
  hash.number(message.from);
  hash.number(message.term);
  hash.number(message.logTerm);
  hash.number(message.index);
  hash.number(message.commit);
  hash.number(message.context);
  hash.number(message.reject ? 1 : 0);
  hash.number(message.rejectHint);
  hash.number(message.entries.length);
}

function hashPlain(hash: RunningHash, event: RaftEvent): void {
  hash.number(event.term);
  hash.number(numberOf(event.kind));
  switch (event.kind) {
    case "role-changed":
      hash.number(event.role);
      hash.number(event.lead);
      break;
    case "entries-appended":
      hash.number(event.firstIndex);
      hash.number(event.lastIndex);
      break;
    case "commit-advanced":
      hash.number(event.commit);
      break;
    case "vote-granted":
    case "vote-refused":
    case "vote-ignored":
      hash.number(event.candidate);
      hash.number(event.candidateTerm);
      break;
    default:
      break;
  }
}

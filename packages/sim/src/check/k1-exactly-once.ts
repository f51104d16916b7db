import { encodeCommand } from "@quorate/store";
import { hashOfBytes } from "../observe/byte-hash.ts";
import type { Checker } from "./checker.ts";
import { historyOf } from "./revision-history.ts";

type Command = {
  readonly call: number;
  readonly hash: number;
  /** One more of the same slot. */
  readonly other: Command | null;
  /** Entry that carried it out; 0: none yet. */
  index: number;
  revision: number;
  fate: "answered" | "unknown" | "refused" | null;
  answer: number;
};

/**
 * K1: a command takes effect once, however often it had to be sent; what is answered is what that one execution came to;
 * what is refused for certain never happens (thesis §6.3). Commands are told apart by the hash of their bytes, which are unique
 * in a run; who asks is added where they are proposed.
 */
export function makeK1(): Checker {
  /** By some bits of the hash of their bytes. */
  const bySlot = new Map<number, Command>();
  const byCall = new Map<number, Command>();
  let lastIndex = 0;
  return {
    id: "K1",
    title: "exactly once",
    kinds: ["command-called", "command-answered", "applied"],
    see(observation, ghost) {
      switch (observation.kind) {
        case "command-called": {
          const { call } = observation;
          const hash = hashOfBytes(observation.data);
          const other = bySlot.get(slotOf(hash)) ?? null;
          const command: Command = { call, hash, other, index: 0, revision: 0, fate: null, answer: 0 };
          byCall.set(call, command);
          bySlot.set(slotOf(hash), command);
          return null;
        }
        case "applied": {
          const { index, data, outcome } = observation.entry;
          // The first member that gets there speaks for all; S5 compares them.
          if (index <= lastIndex) return null;
          lastIndex = index;
          const step = historyOf(ghost).take(observation);
          const isAnonymous = step === null || step.principal === null;
          const hash = hashOfBytes(isAnonymous ? data : encodeCommand(step.command));
          let command = bySlot.get(slotOf(hash)) ?? null;
          while (command !== null && command.hash !== hash) command = command.other;
          if (command === null) return null;
          if (command.index !== 0)
            return `the command of call ${command.call} took effect at entry ${command.index} and again at ${index}`;
          command.index = index;
          command.revision = outcome?.ok === true ? outcome.response.revision : 0;
          return contradiction(command);
        }
        case "command-answered": {
          const command = byCall.get(observation.call);
          if (command === undefined) return null;
          byCall.delete(observation.call);
          command.fate = observation.fate;
          command.answer = observation.revision;
          return contradiction(command);
        }
        default:
          return null;
      }
    },
  };
}

function contradiction({ call, index, revision, fate, answer }: Command): string | null {
  if (fate === "refused" && index !== 0 && revision !== 0)
    return `call ${call} was refused for certain, and took effect at entry ${index}`;
  if (fate !== "answered") return null;
  if (index === 0) return `call ${call} was answered with revision ${answer}, and no entry carried it out`;
  return answer === revision
    ? null
    : `call ${call} was answered with revision ${answer}; entry ${index}, which carried it out, came to ${revision}`;
}

/** A small number, since a `Map` hashes large ones slowly. */
function slotOf(hash: number): number {
  return (hash | 0) & 0x3fff_ffff;
}

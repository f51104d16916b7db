import { commandFormat, decodeAttributed, encodeCommand } from "@quorate/store";
import type { Checker } from "./checker.ts";

const keyBytes = 4096;

type Command = {
  readonly call: number;
  /** Entry that carried it out; 0: none yet. */
  index: number;
  revision: number;
  fate: "answered" | "unknown" | "refused" | null;
  answer: number;
};

/**
 * K1: a command takes effect once, however often it had to be sent; what is answered is what that one execution came to;
 * what is refused for certain never happens (thesis §6.3). Commands are told apart by their bytes, unique in a run; who asks is
 * added where they are proposed.
 */
export function makeK1(): Checker {
  const byData = new Map<string, Command>();
  const byCall = new Map<number, Command>();
  let lastIndex = 0;
  return {
    id: "K1",
    title: "exactly once",
    kinds: ["command-called", "command-answered", "applied"],
    see(observation) {
      switch (observation.kind) {
        case "command-called": {
          const { call } = observation;
          const command: Command = { call, index: 0, revision: 0, fate: null, answer: 0 };
          byCall.set(call, command);
          byData.set(keyOf(observation.data), command);
          return null;
        }
        case "applied": {
          const { index, data, outcome } = observation.entry;
          // The first member that gets there speaks for all; S5 compares them.
          if (index <= lastIndex) return null;
          lastIndex = index;
          const command = byData.get(keyOf(anonymous(data)));
          if (command === undefined) return null;
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

/** A command without who asked for it. */
function anonymous(data: Uint8Array): Uint8Array {
  return data[0] === commandFormat ? encodeCommand(decodeAttributed(data).command) : data;
}

/** The bytes as a text, one character each. O(bytes), once for each entry. */
function keyOf(data: Uint8Array): string {
  let key = "";
  // In pieces, since each byte is an argument.
  for (let from = 0; from < data.length; from += keyBytes)
    key += String.fromCharCode(...data.subarray(from, from + keyBytes));
  return key;
}

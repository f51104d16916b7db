import type { Checker } from "./checker.ts";

const remedy =
  ". Chunks of a snapshot are cut anywhere, inside of a character too, and their memory is used again: keep copies, and put them together at finish()";

/**
 * D4: a machine never throws: what is wrong with a command is a result, the same on every member. An exception would end
 * every member that comes to the same entry, again after every restart.
 */
export function makeD4(): Checker {
  return {
    id: "D4",
    title: "the machine never throws",
    kinds: ["machine-threw"],
    see(observation) {
      if (observation.kind !== "machine-threw") return null;
      const { node, what, index, message } = observation;
      const when =
        index === 0
          ? ""
          : what === "apply" || what === "results.encode"
            ? ` at index ${index}`
            : ` after index ${index}`;
      return `on member ${node} ${what}() threw${when}: ${message}${what === "restore" ? remedy : ""}`;
    },
  };
}

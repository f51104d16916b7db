import type { NodeId } from "@quorate/raft";
import type { Checker } from "./checker.ts";

/** V3: what is asked of the healed is answered: nothing stays pending (Raft §8; the member's promise that every call ends). */
export function makeV3(): Checker {
  const pending = new Map<number, NodeId>();
  return {
    id: "V3",
    title: "nothing stays pending",
    kinds: ["liveness-begun", "probe-called", "probe-answered", "liveness-ended"],
    see(observation) {
      switch (observation.kind) {
        case "liveness-begun":
          pending.clear();
          return null;
        case "probe-called":
          pending.set(observation.probe, observation.node);
          return null;
        case "probe-answered":
          pending.delete(observation.probe);
          return null;
        case "liveness-ended":
          return pending.size === 0
            ? null
            : `no answer to ${[...pending].map(([probe, node]) => `probe ${probe} at ${node}`).join(", ")}`;
        default:
          return null;
      }
    },
  };
}

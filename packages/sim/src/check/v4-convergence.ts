import type { NodeId } from "@quorate/raft";
import { MemberMap } from "../observe/member-map.ts";
import type { Checker } from "./checker.ts";
import { membersOf } from "./healed-core.ts";

/** V4: at rest, the healed have applied the same log to its end, and their states are the same (Raft §5.3). */
export function makeV4(): Checker {
  let core: readonly NodeId[] = [];
  const digests = new MemberMap<string>();
  return {
    id: "V4",
    title: "states converge",
    kinds: ["liveness-begun", "applied", "restored", "liveness-ended"],
    see(observation, ghost) {
      switch (observation.kind) {
        case "liveness-begun":
          ({ core } = observation);
          return null;
        case "applied":
        case "restored":
          digests.set(observation.node, observation.digest);
          return null;
        case "liveness-ended": {
          const states = membersOf(core, ghost).map((node) => {
            const view = ghost.inspect(node);
            return { node, last: view?.lastIndex, applied: view?.applied, digest: digests.get(node) ?? "" };
          });
          const [first] = states;
          const known = states.find(({ digest }) => digest !== "");
          const isSame = states.every(
            ({ last, applied, digest }) =>
              last !== undefined &&
              applied === last &&
              last === first?.last &&
              (digest === "" || digest === known?.digest),
          );
          return isSame
            ? null
            : `the healed do not converge: ${states.map(({ node, last, applied, digest }) => `${node} has applied ${applied ?? "nothing"} of ${last ?? "no log"}, digest ${digest || "none"}`).join("; ")}`;
        }
        default:
          return null;
      }
    },
  };
}

import type { Checker } from "./checker.ts";
import { halvesOf, latestConfig, majorityOf } from "./configurations.ts";
import { foundAt, has } from "./on-disk.ts";

/**
 * S12: after every crash that the model allows, whatever majority comes together, somebody in it has what is committed
 * (Raft §5.4.3). Who burned down will not come; while the configuration is joint it takes majorities of both halves. What
 * faults may take is bounded by the fault atlas, so there is no excuse. The last committed entry stands for all before it.
 * O(voters + entries found), at restarts.
 */
export function makeS12(): Checker {
  return {
    id: "S12",
    title: "committed entries survive",
    kinds: ["recovered"],
    see(observation, ghost) {
      if (observation.kind !== "recovered" || ghost.lastCommitted === 0) return null;
      const { node, confState } = observation;
      const last = ghost.lastCommitted;
      const hash = ghost.committed[last]?.hash;
      const found = foundAt(ghost, observation, last);
      const hasIt = found === hash || found === "covered" || found === "unknown";
      const halves = halvesOf(latestConfig(ghost.configs, last) ?? confState);
      const lacking = halves.map((half) =>
        half.filter((voter) => (voter === node ? !hasIt : !has(ghost, voter, last, hash))),
      );
      const isLost =
        halves.length > 0 &&
        halves.every((half, position) => (lacking[position]?.length ?? 0) >= majorityOf(half.length));
      return isLost
        ? `entry ${last} is committed, and after the restart of ${node} ${lacking[0]?.join(", ")} of voters ${halves[0]?.join(", ")} do not have it`
        : null;
    },
  };
}

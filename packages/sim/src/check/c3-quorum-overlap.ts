import type { ConfState, NodeId } from "@quorate/raft";
import { MemberMap } from "../observe/member-map.ts";
import type { Checker } from "./checker.ts";
import { describeConfig, halvesOf, majorityOf } from "./configurations.ts";

/** C3: every majority of a configuration meets every majority of the next (Raft §6, figure 10; thesis §4.1, §4.3). */
export function makeC3(): Checker {
  const before = new MemberMap<ConfState>();
  return {
    id: "C3",
    title: "quorums overlap",
    kinds: ["config"],
    see(observation) {
      if (observation.kind !== "config") return null;
      const { node, config, by } = observation;
      const last = before.get(node);
      before.set(node, config);
      // A snapshot may skip many changes at once, and so may what another member's state gave at a start.
      if (last === undefined || by !== "entry" || overlap(last, config)) return null;
      return `${node} went from ${describeConfig(last)} to ${describeConfig(config)}: majorities of the two need not meet`;
    },
  };
}

/** Joint ones demand majorities of both halves; so it is enough that one half of each meets one half of the other. */
function overlap(one: ConfState, other: ConfState): boolean {
  const left = halvesOf(one);
  const right = halvesOf(other);
  if (left.length === 0) return true;
  return left.some((half) => right.some((next) => majoritiesMeet(half, next)));
}

function majoritiesMeet(one: readonly NodeId[], other: readonly NodeId[]): boolean {
  const all = new Set([...one, ...other]);
  // Two majorities can miss each other only if together they fit into all members.
  return majorityOf(one.length) + majorityOf(other.length) > all.size;
}

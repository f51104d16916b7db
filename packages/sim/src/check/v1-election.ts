import { type NodeId, Role } from "@quorate/raft";
import type { Ghost } from "../observe/ghost.ts";
import type { Checker } from "./checker.ts";

/**
 * V1: a majority that is healed for good, and can reach itself, elects a leader within some election timeouts (Raft §5.6:
 * that is all that timing is needed for). One of the others who leads them is as good. Looked at when the core changes a role, and at the first event after the time.
 */
export function makeV1(): Checker {
  let core: readonly NodeId[] = [];
  let untilUs = Number.POSITIVE_INFINITY;
  let withinMs = 0;
  const judge = (ghost: Ghost): string | null => {
    const isLed = core.some((node) => isLedIn(node, ghost));
    untilUs = Number.POSITIVE_INFINITY;
    return isLed || core.length === 0
      ? null
      : `nobody of ${core.join(", ")}, healed, leads after ${withinMs} ms`;
  };
  return {
    id: "V1",
    title: "a healthy core elects",
    kinds: ["liveness-begun", "liveness-ended", "raft"],
    see(observation, ghost) {
      switch (observation.kind) {
        case "liveness-begun":
          ({ core, electWithinMs: withinMs } = observation);
          untilUs = observation.atUs + withinMs * 1000;
          return null;
        case "raft": {
          const { event, node } = observation;
          // Once somebody led in time, it is V2 that he stays.
          if (
            event.kind === "role-changed" &&
            event.role === Role.leader &&
            observation.atUs <= untilUs &&
            core.includes(node)
          )
            untilUs = Number.POSITIVE_INFINITY;
          return observation.atUs > untilUs ? judge(ghost) : null;
        }
        case "liveness-ended":
          return observation.atUs >= untilUs ? judge(ghost) : null;
        default:
          return null;
      }
    },
  };
}

/** Whether a member leads, or follows one who does. */
function isLedIn(node: NodeId, ghost: Ghost): boolean {
  const view = ghost.inspect(node);
  if (view === null) return false;
  if (view.role === Role.leader) return true;
  const lead = ghost.inspect(view.lead);
  return lead !== null && lead.role === Role.leader && lead.term === view.term;
}

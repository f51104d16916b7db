/**
 * A member's events as observations. Two of the core's are told with what belongs to them: the entries that were appended,
 * and the index after which a configuration is in force.
 */

import type { SourcedEvent } from "@quorate/member";
import type { ConfState, CoreView, RaftEvent } from "@quorate/raft";
import { appendedSeen, memberSeen, raftSeen } from "./often-seen.ts";
import type { See } from "./witness.ts";

/** Makes a sink of one life. `view`: the running member's, null before it runs. */
export function watchEvents(see: See, view: () => CoreView | null): (event: SourcedEvent) => void {
  // Of the core's start, and of a snapshot that it takes, the configuration is told before the index.
  let early: ConfState | null = null;
  let restoring = 0;
  const seeConfig = (event: Extract<RaftEvent, { kind: "config-switched" }>): void => {
    const { config } = event;
    const running = view();
    if (restoring > 0) see({ kind: "config", index: restoring, config, by: "snapshot" });
    else if (running === null) early = config;
    else see({ kind: "config", index: running.applied, config, by: "entry" });
  };
  return ({ source, event }) => {
    if (source === "member") {
      see(memberSeen(event));
      return;
    }
    if (source !== "raft" || event.kind === "message-queued" || event.kind === "message-received") return;
    see(raftSeen(event));
    switch (event.kind) {
      case "entries-appended": {
        const entries = view()?.entries(event.firstIndex, event.lastIndex + 1) ?? [];
        see(appendedSeen(entries));
        break;
      }
      case "config-switched":
        seeConfig(event);
        break;
      case "started":
        if (early !== null) see({ kind: "config", index: event.applied, config: early, by: "start" });
        early = null;
        break;
      case "log-restoring":
        restoring = event.snapshot.index;
        break;
      case "log-restored":
        restoring = 0;
        break;
      default:
        break;
    }
  };
}

/**
 * The core's settings, from the member's.
 */

import type { RaftConfig, Storage } from "@quorate/raft";
import type { EngineParts } from "./engine-parts.ts";

/** Settings of the core over a view of the log. */
export function coreConfig(parts: EngineParts, storage: Storage): RaftConfig {
  const { id, timing, limits, random, leaseReads, events, messageEvents } = parts;
  return {
    id,
    electionTicks: timing.electionTicks,
    electionSpreadTicks: timing.electionSpreadTicks,
    heartbeatTicks: timing.heartbeatTicks,
    storage,
    // The log keeps entries from before what the replica was filled from.
    applied: parts.replica.applied,
    random,
    messageBytesMax: limits.messageBytesMax,
    uncommittedBytesMax: limits.uncommittedBytesMax,
    inflightMessagesMax: limits.inflightMessagesMax,
    inflightBytesMax: limits.inflightBytesMax,
    readMode: leaseReads ? "lease" : "safe",
    // Proposals travel as requests, which tell what became of them.
    disableProposalForwarding: true,
    asyncStorageWrites: true,
    messageEvents,
    events: events === null ? undefined : (event) => events({ source: "raft", event }),
  };
}

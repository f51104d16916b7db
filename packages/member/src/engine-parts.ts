/**
 * What an engine is made of: its seams, its settings, and what it drives.
 */

import type { NodeId, Random } from "@quorate/raft";
import type { Transport } from "@quorate/transport";
import type { MemberClock } from "./clock.ts";
import type { EventSink } from "./event.ts";
import type { MemberLog } from "./member-log.ts";
import type { MemberLimits } from "./options.ts";
import type { Replica } from "./replica.ts";
import type { TickTiming } from "./timing.ts";

/** What an engine is made of. */
export type EngineParts = {
  readonly id: NodeId;
  readonly clock: MemberClock;
  readonly random: Random;
  readonly transport: Transport;
  readonly log: MemberLog;
  readonly replica: Replica<unknown>;
  readonly limits: MemberLimits;
  readonly timing: TickTiming;
  readonly leaseReads: boolean;
  readonly events: EventSink | null;
  /** Whether `events` is told of every message of the core. */
  readonly messageEvents: boolean;
  /** The member ended by itself; the reason is told. */
  readonly onFailure: (error: Error) => void;
};

/**
 * Configuration of one core, and the reasons for its limits.
 */

import type { EventSink } from "./event.ts";
import { RaftError } from "./outcome.ts";
import type { Random } from "./random.ts";
import type { NodeId } from "./snapshot.ts";
import type { Storage } from "./storage.ts";

/** How linearizable reads are confirmed (thesis §6.4). */
export type ReadMode =
  /** A heartbeat round proves leadership after the request. Depends on no clock. */
  | "safe"
  /** The leader trusts its lease. Depends on bounded clock drift, and on `checkQuorum`. */
  | "lease";

/** Settings of one core. Everything without a default must be given. */
export type RaftConfig = {
  /** This member; a positive safe integer, never reused for another member. */
  readonly id: NodeId;
  /**
   * Ticks without hearing a leader before an election; the actual timeout is random in
   * `[electionTicks, electionTicks + electionSpreadTicks)`.
   */
  readonly electionTicks: number;
  /** Width of the random part of the election timeout, in ticks; at least 1. Default: `electionTicks`. */
  readonly electionSpreadTicks?: number;
  /** Ticks between a leader's heartbeats; less than `electionTicks`, a tenth of it is usual. */
  readonly heartbeatTicks: number;
  /** The durable log. */
  readonly storage: Storage;
  /** Where randomness comes from: election timeouts, and the nonce of read requests. */
  readonly random: Random;
  /** On restart: the highest index that the state machine has applied durably; 0 (default) for the snapshot's. */
  readonly applied?: number;
  /** Bytes of entries in one append message; at least one entry is always sent. Default 1 MiB. */
  readonly messageBytesMax?: number;
  /** Bytes of entries handed out for application and not yet reported applied. Default: `messageBytesMax`. */
  readonly applyBytesMax?: number;
  /** Payload bytes that a leader may have appended and not yet applied; more is refused. Default: no limit. */
  readonly uncommittedBytesMax?: number;
  /** Unacknowledged append messages per follower. Default 256. */
  readonly inflightMessagesMax?: number;
  /** Unacknowledged payload bytes per follower; at least `messageBytesMax`. Default 0: no limit. */
  readonly inflightBytesMax?: number;
  /** Whether a leader steps down when it has not heard a quorum for an election timeout, and followers ignore candidates while they hear a leader. Default true. */
  readonly checkQuorum?: boolean;
  /** Whether elections begin with a round that raises no terms. Default true. */
  readonly preVote?: boolean;
  /** How reads are confirmed. Default `safe`. */
  readonly readMode?: ReadMode;
  /**
   * Ticks by which a leader trusts its lease shorter than `electionTicks`: two for the granularity of ticks at both
   * ends, the rest for clock drift. Default 2 + a tenth of `electionTicks`, which allows for 10 % of drift.
   */
  readonly leaseMarginTicks?: number;
  /** Whether a follower refuses proposals instead of forwarding them. Default false. */
  readonly disableProposalForwarding?: boolean;
  /** Whether membership changes are appended without the leader's checks. Only for state machines that check themselves. Default false. */
  readonly disableConfChangeValidation?: boolean;
  /** Whether a leader that is removed or demoted becomes a follower at once. Default true. */
  readonly stepDownOnRemoval?: boolean;
  /** Whether storage writes are messages; see `Ready`. Default false. */
  readonly asyncStorageWrites?: boolean;
  /** Receives every event; absent, none is built. */
  readonly events?: EventSink | undefined;
  /**
   * Whether `events` is told of every message that is received or queued as well: there are more of these events than of
   * all others together. Default true.
   */
  readonly messageEvents?: boolean;
};

/** The settings with every default filled in. */
export type ResolvedConfig = Required<Omit<RaftConfig, "events">> & { readonly events: EventSink | null };

/** "No limit", still a number that can be compared. */
export const unlimited: number = Number.MAX_SAFE_INTEGER;

/**
 * Fills in the defaults and checks the settings against each other.
 * @throws RaftError `config`, naming the setting, its value and the remedy.
 */
export function resolveConfig(config: RaftConfig): ResolvedConfig {
  const messageBytesMax = config.messageBytesMax ?? 1024 * 1024;
  const resolved: ResolvedConfig = {
    id: config.id,
    electionTicks: config.electionTicks,
    electionSpreadTicks: config.electionSpreadTicks ?? config.electionTicks,
    heartbeatTicks: config.heartbeatTicks,
    storage: config.storage,
    random: config.random,
    applied: config.applied ?? 0,
    messageBytesMax,
    applyBytesMax: config.applyBytesMax ?? messageBytesMax,
    uncommittedBytesMax: config.uncommittedBytesMax ?? unlimited,
    inflightMessagesMax: config.inflightMessagesMax ?? 256,
    inflightBytesMax: config.inflightBytesMax ?? 0,
    checkQuorum: config.checkQuorum ?? true,
    preVote: config.preVote ?? true,
    readMode: config.readMode ?? "safe",
    leaseMarginTicks: config.leaseMarginTicks ?? 2 + Math.ceil(config.electionTicks / 10),
    disableProposalForwarding: config.disableProposalForwarding ?? false,
    disableConfChangeValidation: config.disableConfChangeValidation ?? false,
    stepDownOnRemoval: config.stepDownOnRemoval ?? true,
    asyncStorageWrites: config.asyncStorageWrites ?? false,
    events: config.events ?? null,
    messageEvents: config.messageEvents ?? true,
  };
  checkNumbers(resolved);
  if (resolved.electionTicks <= resolved.heartbeatTicks) {
    throw bad(
      `electionTicks (${resolved.electionTicks}) must be greater than heartbeatTicks (${resolved.heartbeatTicks}): followers would start elections between two heartbeats; use about ten times as many`,
    );
  }
  if (resolved.inflightBytesMax !== 0 && resolved.inflightBytesMax < resolved.messageBytesMax) {
    throw bad(
      `inflightBytesMax (${resolved.inflightBytesMax}) must be 0 or at least messageBytesMax (${resolved.messageBytesMax}): the window could not hold one full message`,
    );
  }
  if (resolved.readMode === "lease" && !resolved.checkQuorum) {
    throw bad(
      "readMode lease needs checkQuorum: without it a cut-off leader would serve stale reads for ever",
    );
  }
  return resolved;
}

function checkNumbers(config: ResolvedConfig): void {
  const atLeast = (name: keyof ResolvedConfig, lowest: number): void => {
    const value = config[name];
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < lowest) {
      throw bad(
        `${name} must be an integer of at least ${lowest}, not ${JSON.stringify(value) ?? typeof value}`,
      );
    }
  };
  atLeast("id", 1);
  atLeast("electionTicks", 1);
  atLeast("electionSpreadTicks", 1);
  atLeast("heartbeatTicks", 1);
  atLeast("applied", 0);
  atLeast("messageBytesMax", 0);
  atLeast("applyBytesMax", 0);
  atLeast("uncommittedBytesMax", 1);
  atLeast("inflightMessagesMax", 1);
  atLeast("inflightBytesMax", 0);
  atLeast("leaseMarginTicks", 2);
}

function bad(message: string): RaftError {
  return new RaftError("config", message);
}

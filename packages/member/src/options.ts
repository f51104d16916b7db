/**
 * Limits and periods of a member, with their defaults and reasons.
 */

import { definitely } from "./member-error.ts";

/** Every bound. Times in milliseconds of the monotonic clock. */
export type MemberLimits = {
  /** Proposals of callers at this member that wait for their entry; 10 000. */
  readonly proposalsMax: number;
  /** Their bytes; 64 MiB. */
  readonly proposalBytesMax: number;
  /** One command; 1.5 MiB. */
  readonly commandBytesMax: number;
  /** Reads that wait; 100 000. */
  readonly readsMax: number;
  /** Messages of peers that wait for a turn; beyond it the oldest are dropped, as a network would; 100 000. */
  readonly inboxMax: number;
  /** Bytes that a leader may have appended and not committed; 128 MiB. */
  readonly uncommittedBytesMax: number;
  /** Bytes of one append message, and of one batch to apply; 1 MiB. */
  readonly messageBytesMax: number;
  /** Unacknowledged append messages and bytes per follower; 256 and 32 MiB. */
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
  /** Sessions; the same on all members; 10 000. */
  readonly sessionsMax: number;
  /** Entries since the last snapshot that make another one worth it; 10 000. */
  readonly snapshotEntries: number;
  /** Age of the last snapshot that makes another one worth it, if anything was applied since; 30 min. */
  readonly snapshotAgeMs: number;
  /** Entries kept behind a snapshot for followers that lag a little; 5 000. */
  readonly catchUpEntries: number;
  /** Log kept behind a light snapshot for followers that lag a little, in bytes; 64 MiB. Of machines with their own disk. */
  readonly catchUpBytes: number;
  /** Log kept for a follower that is known to need it, or to be getting a snapshot, in bytes; 1 GiB. */
  readonly laggardBytesMax: number;
  /** Entries, or bytes, applied since the last commit of a machine with its own disk that begin the next; 10 000, 16 MiB. */
  readonly flushEntries: number;
  readonly flushBytes: number;
  /** Bytes that such a machine may have in memory, waiting for its disk; beyond it, applying waits; 128 MiB. */
  readonly bufferedBytesMax: number;
  /** How long a caller waits, unless it says otherwise; 5 s. */
  readonly requestTimeoutMs: number;
  /** No leader for so long means that a majority is missing: callers fail at once; 3 s. */
  readonly quorumLossMs: number;
  /** A write that takes longer makes a leader hand over; 1 s. */
  readonly diskStallMs: number;
  /** A membership change must be complete by then, or is rolled back; 60 s. */
  readonly changeTimeoutMs: number;
  /** How far a learner may lag to become a voter, in entries; 1000. */
  readonly promotionLagMax: number;
  /** How far a successor may lag for a checked step-down, in entries; 1000. */
  readonly stepDownLagMax: number;
};

/** The defaults. */
export const memberLimitsDefault: MemberLimits = Object.freeze({
  proposalsMax: 10_000,
  proposalBytesMax: 64 * 1024 * 1024,
  commandBytesMax: 1536 * 1024,
  readsMax: 100_000,
  inboxMax: 100_000,
  uncommittedBytesMax: 128 * 1024 * 1024,
  messageBytesMax: 1024 * 1024,
  inflightMessagesMax: 256,
  inflightBytesMax: 32 * 1024 * 1024,
  sessionsMax: 10_000,
  snapshotEntries: 10_000,
  snapshotAgeMs: 30 * 60 * 1000,
  catchUpEntries: 5_000,
  catchUpBytes: 64 * 1024 * 1024,
  laggardBytesMax: 1024 * 1024 * 1024,
  flushEntries: 10_000,
  flushBytes: 16 * 1024 * 1024,
  bufferedBytesMax: 128 * 1024 * 1024,
  requestTimeoutMs: 5_000,
  quorumLossMs: 3_000,
  diskStallMs: 1_000,
  changeTimeoutMs: 60_000,
  promotionLagMax: 1_000,
  stepDownLagMax: 1_000,
});

/**
 * Completes limits by the defaults.
 * @throws MemberError `invalid` for one that is no positive number, or two that contradict each other.
 */
export function completeLimits(limits: Partial<MemberLimits>): MemberLimits {
  const all: MemberLimits = { ...memberLimitsDefault, ...limits };
  for (const [name, value] of Object.entries(all)) {
    if (!(name in memberLimitsDefault)) throw definitely("invalid", `there is no limit called ${name}`);
    if (!Number.isFinite(value) || value < 0)
      throw definitely("invalid", `${name} must be a number of at least 0, not ${value}`);
  }
  if (all.inflightBytesMax !== 0 && all.inflightBytesMax < all.messageBytesMax) {
    throw definitely(
      "invalid",
      `inflightBytesMax (${all.inflightBytesMax}) must be at least messageBytesMax (${all.messageBytesMax})`,
    );
  }
  return all;
}

/**
 * Refusals: why a connection is not let in, and what to do about it.
 */

/** Causes. The numbers are sent to the refused peer. */
export const RefusalCause = {
  /** The peer belongs to another cluster. */
  wrongCluster: 1,
  /** The peer meant another member. */
  wrongTarget: 2,
  /** The peer has this member's own ID. */
  ownId: 3,
  /** The peer's ID was removed from the cluster. */
  removed: 4,
  /** No protocol version in common. */
  noCommonVersion: 5,
  /** This member is isolated by its operator. */
  isolated: 6,
  /** Too many members that nobody announced. */
  crowded: 7,
  /** The certificate's name is not allowed. */
  certificateName: 8,
  /** The inquiry cannot be answered now: too many, or the member does not know. */
  notNow: 9,
} as const;
export type RefusalCause = (typeof RefusalCause)[keyof typeof RefusalCause];
export type RefusalCauseName = keyof typeof RefusalCause;

const causeNames = Object.keys(RefusalCause) as RefusalCauseName[];

/** A cause's name; null for a number of a later version. */
export function refusalCauseName(cause: number): RefusalCauseName | null {
  return causeNames[cause - 1] ?? null;
}

const remedies: Readonly<Record<RefusalCauseName, string>> = {
  wrongCluster:
    "Compare the cluster IDs and the peer addresses: an address points into another cluster, or a data directory was made for one.",
  wrongTarget: "Correct the peer addresses: this one leads to a member with another ID.",
  ownId: "Give each member its own ID, and check that no peer address leads back to the member itself.",
  removed:
    "A removed member cannot come back under its old ID. Stop it, wipe its data directory and add it as a new member.",
  noCommonVersion: "Upgrade the older member, or go through a release that speaks both versions.",
  isolated: "An operator isolated the member; end the isolation there when it is healthy again.",
  crowded: "Announce the members to the one that refuses (setPeers), or raise provisionalPeersMax.",
  certificateName:
    "Use a certificate whose common name or DNS name is in the list of allowed names, or extend the list.",
  notNow: "Ask again later, or ask another member.",
};

/** What an operator can do about a refusal. */
export function remedyOf(cause: RefusalCauseName): string {
  return remedies[cause];
}

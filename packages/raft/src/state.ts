/**
 * The small states of a member: what must survive a crash, what need not, and the role.
 */

import { type NodeId, none } from "./snapshot.ts";

/** A member's role (Raft §5.1; pre-candidate: thesis §9.6). */
export const Role = { follower: 0, preCandidate: 1, candidate: 2, leader: 3 } as const;
export type Role = (typeof Role)[keyof typeof Role];

const roleNames = ["follower", "pre-candidate", "candidate", "leader"] as const;

/** The role's name for people. */
export function roleName(role: Role): (typeof roleNames)[number] {
  return roleNames[role];
}

/**
 * What must be durable before any message that depends on it is sent (Raft §5.1, "persistent state"). `commit` may
 * lag on disk without harm: it is found again from the leader.
 */
export type HardState = { readonly term: number; readonly vote: NodeId; readonly commit: number };

/** Volatile state worth telling the application about; never stored. */
export type SoftState = { readonly lead: NodeId; readonly role: Role };

/** The hard state of a member that never ran. */
export const emptyHardState: HardState = Object.freeze({ term: 0, vote: none, commit: 0 });

/** Whether two hard states are equal. */
export function equalHardStates(one: HardState, other: HardState): boolean {
  return one.term === other.term && one.vote === other.vote && one.commit === other.commit;
}

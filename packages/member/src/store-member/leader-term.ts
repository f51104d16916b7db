/**
 * The term in which this member leads, and whether it can be sure of it.
 */

import type { Outcome } from "@quorate/store";
import type { Member } from "../member.ts";

/** Whether this member believes to lead in `term`. */
export function leadsIn(member: Member<Outcome>, term: number): boolean {
  return member.isLeader && member.term === term;
}

/** The term in which this member believes to lead, or 0. */
export function leaderTerm(member: Member<Outcome>): number {
  return member.isLeader ? member.term : 0;
}

/**
 * Asks a quorum whether this member leads; resolves with its term when it did so *after* this call, and with 0 when it does
 * not. Everything that was acknowledged before the call is applied here then.
 * @throws MemberError when no quorum answers in time
 */
export async function confirmLeadership(member: Member<Outcome>, timeoutMs: number): Promise<number> {
  const term = leaderTerm(member);
  if (term === 0) return 0;
  await member.read(() => undefined, { timeoutMs });
  // The read is asked of the new leader when the term changes on its way: then it proves nothing about this one.
  return leadsIn(member, term) ? term : 0;
}

/**
 * May a member start with an empty disk?
 *
 * A member that took part in the cluster's work and lost its disk has forgotten votes and entries that others count on:
 * as a voter it could help to elect a leader without committed entries. So before it takes part, a member with an empty
 * disk asks the others whether they know it. A quorum *without itself* must say no (all others, if there are not enough):
 * any quorum that ever counted it shares a member with those. With three members that is both others, so a new cluster
 * comes up when all its members do.
 */

import { majoritySize, type NodeId } from "@quorate/raft";
import { type Transport, TransportError } from "@quorate/transport";
import type { MemberClock } from "./clock.ts";
import { definitely } from "./member-error.ts";
import { decodeFreshness, requestKind } from "./peer-requests.ts";

const askEveryMs = 50;
const reportEveryMs = 2000;

/** Who asks whom. */
export type FreshnessQuestion = {
  readonly transport: Transport;
  readonly clock: MemberClock;
  /** The other members, by their names. */
  readonly others: ReadonlyMap<NodeId, string>;
  /** Told every two seconds who has not answered. */
  readonly onWaiting: (unheard: readonly string[]) => void;
  readonly isStopped: () => boolean;
};

/**
 * Resolves when this member may start.
 * @throws MemberError `refused` if somebody knows it: its data is lost, and it must be replaced, not restarted.
 */
export async function confirmFreshness(question: FreshnessQuestion): Promise<void> {
  const { clock, others } = question;
  const needed = Math.min(others.size, majoritySize(others.size));
  const answered = new Set<NodeId>();
  let reportAtMs = clock.now() + reportEveryMs;
  while (answered.size < needed) {
    if (question.isStopped())
      throw definitely("stopped", "this member was stopped while it waited for the others");
    await Promise.all(
      [...others.keys()].filter((id) => !answered.has(id)).map((id) => ask(question, id, answered)),
    );
    if (answered.size >= needed) break;
    if (clock.now() >= reportAtMs) {
      reportAtMs = clock.now() + reportEveryMs;
      question.onWaiting([...others].filter(([id]) => !answered.has(id)).map(([, name]) => name));
    }
    await new Promise<void>((resolve) => clock.setTimer(resolve, askEveryMs));
  }
}

async function ask(question: FreshnessQuestion, id: NodeId, answered: Set<NodeId>): Promise<void> {
  let bytes: Uint8Array;
  try {
    bytes = await question.transport.request(id, requestKind.freshness, new Uint8Array(0));
  } catch (error) {
    if (error instanceof TransportError) return;
    throw error;
  }
  if (decodeFreshness(bytes).isKnown) {
    throw definitely(
      "refused",
      `member ${question.others.get(id) ?? id} knows this member, but its disk is empty: its data is lost, and with it votes and entries that others count on. Replace it: remove it from the cluster and add a member of another name`,
    );
  }
  answered.add(id);
}

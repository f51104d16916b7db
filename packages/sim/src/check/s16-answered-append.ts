import { type Message, MessageType, type NodeId } from "@quorate/raft";
import { MemberMap } from "../observe/member-map.ts";
import type { Checker } from "./checker.ts";

/** What appends of one term verified at a member, if it took them, in order; of what is not committed there. */
type Verified = { readonly term: number; readonly lastIndexes: number[] };

/**
 * S16: an acknowledgement says what the append that it answers verified, the index before its entries and their number, or
 * what is committed anyway (Raft §5.3; the specification's `mmatchIndex`). Entries behind it are not vouched for: nobody
 * compared them.
 */
export function makeS16(): Checker {
  const waiting = new MemberMap<Verified>();
  return {
    id: "S16",
    title: "acknowledgement of what was compared",
    kinds: ["received", "sent", "life"],
    sent: [MessageType.MsgAppResp],
    received: [MessageType.MsgApp],
    see(observation, ghost) {
      const { node } = observation;
      if (observation.kind === "life") {
        if (observation.what === "started") waiting.delete(node);
      } else if (observation.kind === "received") {
        note(waiting, node, observation.message, ghost.inspect(node)?.commit ?? 0);
      } else if (observation.kind === "sent") {
        const { type, reject, index, term, to } = observation.message;
        if (type !== MessageType.MsgAppResp || reject) return null;
        const view = ghost.inspect(node);
        if (view === null || index <= view.commit || answers(waiting.get(node), term, index)) return null;
        return `${node} acknowledged ${index} to ${to} in term ${term}; no append verified just that, and ${view.commit} is committed`;
      }
      return null;
    },
  };
}

function note(waiting: MemberMap<Verified>, node: NodeId, message: Message, commit: number): void {
  const { type, term, index, entries } = message;
  if (type !== MessageType.MsgApp) return;
  const known = waiting.get(node);
  // What comes from an earlier term is not taken any more.
  if (known !== undefined && known.term > term) return;
  if (known?.term === term) {
    known.lastIndexes.push(index + entries.length);
    while ((known.lastIndexes[0] ?? Number.POSITIVE_INFINITY) <= commit) known.lastIndexes.shift();
  } else {
    waiting.set(node, { term, lastIndexes: [index + entries.length] });
  }
}

/** Whether an append verified it; each is answered once, in the order in which they came. O(appends that wait). */
function answers(verified: Verified | undefined, term: number, index: number): boolean {
  if (verified === undefined || verified.term !== term) return verified !== undefined && verified.term > term;
  const at = verified.lastIndexes.indexOf(index);
  if (at < 0) return false;
  // Those before it were refused.
  for (let left = at; left >= 0; left--) verified.lastIndexes.shift();
  return true;
}

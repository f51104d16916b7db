import type { Checker } from "./checker.ts";
import { makeReadAnswers, type ReadAnswer } from "./read-answers.ts";

/**
 * R2: the leader answers a read with an index that is not behind what was committed when the request arrived, after
 * something of its own term is committed, and after a round of heartbeats to majorities that began after the request
 * (thesis §6.4). Of reads that members forward: their questions and answers are messages. A lease stands for the round
 * where leases are in use; that is R3.
 */
export function makeR2(): Checker {
  return {
    id: "R2",
    title: "ReadIndex",
    ...makeReadAnswers(judge),
  };
}

function judge({
  node,
  index,
  term,
  committedTerm,
  request,
  confirmed,
  mayUseLease,
}: ReadAnswer): string | null {
  const name = `${node}, leader of term ${term}, answered read ${request.id} of ${request.from} with index ${index}`;
  if (committedTerm < term) return `${name} before anything of its term was committed`;
  if (confirmed !== null && !mayUseLease)
    return `${name}; heartbeats sent after the request were answered by ${confirmed.counted.join(", ") || "nobody"} of voters ${confirmed.half.join(", ")}`;
  if (confirmed === null && index < request.floor)
    return `${name}; ${request.floor} was committed when it was asked`;
  return null;
}

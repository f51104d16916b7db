import type { Checker } from "./checker.ts";
import { makeFreshness } from "./freshness.ts";
import { makeReadAnswers, type ReadAnswer } from "./read-answers.ts";

/**
 * R3: at the true time at which a leader answers from its lease, no leader of a higher term has committed anything, as
 * long as clocks drift apart no more than the margin says (thesis §6.4.1). Seen twice: at the messages that answer
 * forwarded reads, and by clients, for whom a stale answer is one that lacks what was acknowledged before.
 */
export function makeR3(): Checker {
  const answers = makeReadAnswers(judge);
  const clients = makeFreshness(
    (read, leaseReads) => read === "lease" || (read === "linearizable" && leaseReads),
  );
  const kinds = [...(answers.kinds ?? []), ...(clients.kinds ?? [])];
  return {
    id: "R3",
    title: "lease read",
    ...answers,
    kinds,
    see: (observation, ghost) =>
      observation.kind === "sent" ? answers.see(observation, ghost) : clients.see(observation, ghost),
  };
}

function judge({
  node,
  index,
  term,
  request,
  confirmed,
  mayUseLease,
  highestTerm,
}: ReadAnswer): string | null {
  if (confirmed === null || !mayUseLease) return null;
  const name = `${node}, leader of term ${term}, answered read ${request.id} of ${request.from} from its lease`;
  if (highestTerm > term) return `${name}, and a leader of term ${highestTerm} has committed`;
  return index < request.floor
    ? `${name} with index ${index}; ${request.floor} was committed when it was asked`
    : null;
}

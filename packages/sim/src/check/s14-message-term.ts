import { MessageType } from "@quorate/raft";
import type { Checker } from "./checker.ts";

/**
 * S14: nobody speaks in a term that he is not in (Raft §5.1). Only a pre-vote names the next one, and its answer the one
 * that was asked about (thesis §9.6).
 */
export function makeS14(): Checker {
  return {
    id: "S14",
    title: "message terms",
    kinds: ["sent"],
    see(observation, ghost) {
      if (observation.kind !== "sent") return null;
      const { message, node } = observation;
      if (message.type === MessageType.MsgPreVoteResp && !message.reject) return null;
      const view = ghost.inspect(node);
      if (view === null) return null;
      const most = message.type === MessageType.MsgPreVote ? view.term + 1 : view.term;
      return message.term > most
        ? `${node} in term ${view.term} sent a message of term ${message.term}`
        : null;
    },
  };
}

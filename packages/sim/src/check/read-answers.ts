/**
 * Leaders' answers to forwarded reads, with what happened between question and answer: what R2 and R3 have in common.
 */

import { type ConfState, type Message, MessageType, type NodeId, Role } from "@quorate/raft";
import type { Ghost } from "../observe/ghost.ts";
import type { Observation } from "../observe/observation.ts";
import type { Checker } from "./checker.ts";
import { missingMajority } from "./configurations.ts";

/** A question as it came to a leader. */
type Request = {
  readonly from: NodeId;
  readonly id: number;
  /** What was committed when it came. */
  readonly floor: number;
  /** Rounds from this one on began after it. */
  readonly round: number;
  readonly insists: boolean;
};

/** An answer that a leader sends. */
export type ReadAnswer = {
  readonly node: NodeId;
  readonly term: number;
  readonly index: number;
  /** Term of what this leader has committed last. */
  readonly committedTerm: number;
  readonly request: Request;
  /** Null: a round that began after the request was answered by majorities; else who answered. */
  readonly confirmed: { readonly half: readonly NodeId[]; readonly counted: readonly NodeId[] } | null;
  readonly mayUseLease: boolean;
  /** The highest term in which a leader committed. */
  readonly highestTerm: number;
};

/** A leader's rounds in one term. */
type Rounds = { readonly term: number; sent: number; readonly answered: Map<NodeId, number> };

/** A configuration, and since when another one is in force. */
type Former = { readonly config: ConfState; readonly untilUs: number };

/** The part of a checker that judges answers. O(voters) for an answer. */
export function makeReadAnswers(
  judge: (answer: ReadAnswer) => string | null,
): Pick<Checker, "kinds" | "events" | "messages" | "see"> {
  const book = new AnswerBook(judge);
  return {
    kinds: ["setup", "life", "received", "sent", "raft", "config"],
    events: ["role-changed", "commit-advanced"],
    messages: [
      MessageType.MsgHeartbeat,
      MessageType.MsgHeartbeatResp,
      MessageType.MsgReadIndex,
      MessageType.MsgReadIndexResp,
    ],
    see: (observation, ghost) => book.see(observation, ghost),
  };
}

class AnswerBook {
  private readonly judge: (answer: ReadAnswer) => string | null;
  private leaseReads: boolean | null = null;
  private highestTerm = 0;
  private readonly rounds = new Map<NodeId, Rounds>();
  /** By key; null: answered. */
  private readonly requests = new Map<NodeId, Map<string, Request | null>>();
  private readonly configs = new Map<NodeId, ConfState>();
  private readonly formers = new Map<NodeId, Former>();

  constructor(judge: (answer: ReadAnswer) => string | null) {
    this.judge = judge;
  }

  see(observation: Observation, ghost: Ghost): string | null {
    const { node, atUs } = observation;
    switch (observation.kind) {
      case "setup":
        this.leaseReads = observation.leaseReads;
        return null;
      case "life":
        if (observation.what !== "started") return null;
        this.rounds.delete(node);
        this.requests.delete(node);
        return null;
      case "received":
        this.takeReceived(node, observation.message, ghost);
        return null;
      case "sent":
        return this.seeSent(node, observation.message, atUs, ghost);
      case "config": {
        const before = this.configs.get(node);
        this.configs.set(node, observation.config);
        if (before !== undefined && this.formers.get(node)?.untilUs !== atUs)
          this.formers.set(node, { config: before, untilUs: atUs });
        return null;
      }
      case "raft":
        if (observation.event.kind === "role-changed") this.requests.delete(node);
        if (observation.event.kind === "commit-advanced" && ghost.inspect(node)?.role === Role.leader)
          this.highestTerm = Math.max(this.highestTerm, observation.event.term);
        return null;
      default:
        return null;
    }
  }

  private roundsOf(node: NodeId, term: number): Rounds {
    let known = this.rounds.get(node);
    if (known === undefined || known.term < term) {
      known = { term, sent: 0, answered: new Map() };
      this.rounds.set(node, known);
    }
    return known;
  }

  private takeReceived(node: NodeId, message: Message, ghost: Ghost): void {
    const { type, from, term, context } = message;
    if (type === MessageType.MsgHeartbeatResp) {
      const { answered, term: known } = this.roundsOf(node, term);
      if (known === term && context > (answered.get(from) ?? 0)) answered.set(from, context);
      return;
    }
    if (type !== MessageType.MsgReadIndex) return;
    const view = ghost.inspect(node);
    if (view === null) return;
    let open = this.requests.get(node);
    if (open === undefined) {
      open = new Map();
      this.requests.set(node, open);
    }
    // A question may be doubled, and each copy answered; the first answer to the first of them counts.
    const key = keyOf(from, message);
    if (open.has(key)) return;
    const round = this.roundsOf(node, view.term).sent + 1;
    open.set(key, { from, id: context, floor: ghost.lastCommitted, round, insists: message.reject });
  }

  private seeSent(node: NodeId, message: Message, atUs: number, ghost: Ghost): string | null {
    const { type, to, term, context, index } = message;
    if (type === MessageType.MsgHeartbeat) {
      const known = this.roundsOf(node, term);
      if (known.term === term && context > known.sent) known.sent = context;
      return null;
    }
    if (type !== MessageType.MsgReadIndexResp) return null;
    const key = keyOf(to, message);
    const request = this.requests.get(node)?.get(key);
    const view = ghost.inspect(node);
    if (
      request === undefined ||
      request === null ||
      view === null ||
      view.term !== term ||
      view.role !== Role.leader
    )
      return null;
    this.requests.get(node)?.set(key, null);
    const { answered } = this.roundsOf(node, term);
    const hasAnswered = (voter: NodeId): boolean =>
      voter === node || (answered.get(voter) ?? 0) >= request.round;
    // What was decided and what changed in the same turn leave in one go.
    const former = this.formers.get(node);
    const isFormer = former?.untilUs === atUs && missingMajority(former.config, hasAnswered) === null;
    return this.judge({
      node,
      term,
      index,
      committedTerm: ghost.nodes.get(node)?.log.term(view.commit) ?? term,
      request,
      confirmed: isFormer ? null : missingMajority(view.config, hasAnswered),
      mayUseLease: !request.insists && this.leaseReads !== false,
      highestTerm: this.highestTerm,
    });
  }
}

function keyOf(asker: NodeId, { context, contextNonce }: Message): string {
  return `${asker} ${context} ${contextNonce}`;
}

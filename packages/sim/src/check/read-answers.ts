/**
 * Leaders' answers to forwarded reads, with what happened between question and answer: what R2 and R3 have in common.
 */

import { type ConfState, type Message, MessageType, type NodeId, Role } from "@quorate/raft";
import type { Ghost } from "../observe/ghost.ts";
import { MemberMap } from "../observe/member-map.ts";
import type { Observation } from "../observe/observation.ts";
import type { Checker, SharedMemory } from "./checker.ts";
import { type Lacking, missingMajority } from "./configurations.ts";
import { onePerRun } from "./per-run.ts";

/** A question as it came to a leader. */
type Request = {
  readonly from: NodeId;
  readonly id: number;
  readonly nonce: number;
  /** What was committed when it came. */
  readonly floor: number;
  /** Rounds from this one on began after it. */
  readonly round: number;
  readonly insists: boolean;
  isAnswered: boolean;
  /** Another asker's of the same id. */
  readonly other: Request | null;
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
  readonly confirmed: Lacking | null;
  readonly mayUseLease: boolean;
  /** The highest term in which a leader committed. */
  readonly highestTerm: number;
};

/** A leader's rounds in one term. */
type Rounds = { readonly term: number; sent: number; readonly answered: MemberMap<number> };

/** A configuration, and since when another one is in force. */
type Former = { readonly config: ConfState; readonly untilUs: number };

/** The part of a checker that judges answers. O(voters) for an answer. */
export function makeReadAnswers(
  judge: (answer: ReadAnswer) => string | null,
): Pick<Checker, "kinds" | "messages" | "shares" | "see"> {
  return {
    kinds: ["sent"],
    messages: [MessageType.MsgReadIndexResp],
    shares: [answerMemory],
    see(observation, ghost) {
      const answer = bookOf(ghost).answerIn(observation);
      return answer === null ? null : judge(answer);
    },
  };
}

const bookOf = onePerRun(() => new AnswerBook());

const answerMemory: SharedMemory = {
  kinds: ["setup", "life", "received", "sent", "raft", "config"],
  events: ["role-changed", "commit-advanced"],
  sent: [MessageType.MsgHeartbeat, MessageType.MsgReadIndexResp],
  received: [MessageType.MsgHeartbeatResp, MessageType.MsgReadIndex],
  take: (observation, ghost) => bookOf(ghost).take(observation, ghost),
};

class AnswerBook {
  /** The last answer that was sent, and in which observation. */
  private answer: ReadAnswer | null = null;
  private answeredIn: Observation | null = null;
  private leaseReads: boolean | null = null;
  private highestTerm = 0;
  private readonly rounds = new MemberMap<Rounds>();
  /** Of each leader, by id. */
  private readonly requests = new MemberMap<Map<number, Request>>();
  private readonly configs = new MemberMap<ConfState>();
  private readonly formers = new MemberMap<Former>();

  /** The answer to a read that is sent here, if it is one to judge. */
  answerIn(observation: Observation): ReadAnswer | null {
    return observation === this.answeredIn ? this.answer : null;
  }

  take(observation: Observation, ghost: Ghost): void {
    const { node, atUs } = observation;
    switch (observation.kind) {
      case "setup":
        this.leaseReads = observation.leaseReads;
        break;
      case "life":
        if (observation.what !== "started") break;
        this.rounds.delete(node);
        this.requests.delete(node);
        break;
      case "received":
        this.takeReceived(node, observation.message, ghost);
        break;
      case "sent":
        this.answer = this.takeSent(node, observation.message, atUs, ghost);
        this.answeredIn = observation;
        break;
      case "config": {
        const before = this.configs.get(node);
        this.configs.set(node, observation.config);
        if (before !== undefined && this.formers.get(node)?.untilUs !== atUs)
          this.formers.set(node, { config: before, untilUs: atUs });
        break;
      }
      case "raft":
        if (observation.event.kind === "role-changed") this.requests.delete(node);
        if (observation.event.kind === "commit-advanced" && ghost.inspect(node)?.role === Role.leader)
          this.highestTerm = Math.max(this.highestTerm, observation.event.term);
        break;
      default:
        break;
    }
  }

  private roundsOf(node: NodeId, term: number): Rounds {
    let known = this.rounds.get(node);
    if (known === undefined || known.term < term) {
      known = { term, sent: 0, answered: new MemberMap() };
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
    const other = open.get(context) ?? null;
    if (requestOf(from, message, other) !== null) return;
    open.set(context, {
      from,
      id: context,
      nonce: message.contextNonce,
      floor: ghost.lastCommitted,
      round: this.roundsOf(node, view.term).sent + 1,
      insists: message.reject,
      isAnswered: false,
      other,
    });
  }

  private takeSent(node: NodeId, message: Message, atUs: number, ghost: Ghost): ReadAnswer | null {
    const { type, to, term, context, index } = message;
    if (type === MessageType.MsgHeartbeat) {
      const known = this.roundsOf(node, term);
      if (known.term === term && context > known.sent) known.sent = context;
      return null;
    }
    if (type !== MessageType.MsgReadIndexResp) return null;
    const request = requestOf(to, message, this.requests.get(node)?.get(context) ?? null);
    const view = ghost.inspect(node);
    if (
      request === null ||
      request.isAnswered ||
      view === null ||
      view.term !== term ||
      view.role !== Role.leader
    )
      return null;
    request.isAnswered = true;
    const { answered } = this.roundsOf(node, term);
    const hasAnswered = (voter: NodeId): boolean =>
      voter === node || (answered.get(voter) ?? 0) >= request.round;
    // What was decided and what changed in the same turn leave in one go.
    const former = this.formers.get(node);
    const isFormer = former?.untilUs === atUs && missingMajority(former.config, hasAnswered) === null;
    return {
      node,
      term,
      index,
      committedTerm: ghost.nodes.get(node)?.log.term(view.commit) ?? term,
      request,
      confirmed: isFormer ? null : missingMajority(view.config, hasAnswered),
      mayUseLease: !request.insists && this.leaseReads !== false,
      highestTerm: this.highestTerm,
    };
  }
}

/** That of an asker, as a message names it, among those of one id. */
function requestOf(asker: NodeId, { contextNonce }: Message, first: Request | null): Request | null {
  let request = first;
  while (request !== null && (request.from !== asker || request.nonce !== contextNonce))
    request = request.other;
  return request;
}

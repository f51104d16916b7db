/**
 * The proposal sender: brings proposals into the log, at this member if it leads, else through the leader.
 *
 * While no leader is known they wait here, in order, until one is, or their callers' time is over, or a majority is
 * known to be missing.
 */

import { type NodeId, none, Role } from "@quorate/raft";
import { TransportError } from "@quorate/transport";
import { toMemberError } from "./core-refusal.ts";
import type { Engine } from "./engine.ts";
import { definitely, MemberError } from "./member-error.ts";
import { decodePlacement, encodeProposals, type Placement, requestKind } from "./peer-requests.ts";
import type { ProposalTable } from "./proposal-table.ts";

/** A proposal of this member. */
export type Outgoing = { readonly serial: number; readonly data: Uint8Array };

/** Proposals that a peer sent to this leader; `answer` is called once. */
export type RemoteBatch = {
  /** The term in which they are to get into the log, or never. */
  readonly term: number;
  readonly batch: readonly Uint8Array[];
  readonly answer: (placement: Placement | MemberError) => void;
};

/** Bytes of one batch: small enough not to hold up a turn, large enough to be worth a message. */
const batchBytesMax = 512 * 1024;
const forwardsMax = 64;

/** See the module. */
export class ProposalSender {
  private readonly engine: Engine;
  private readonly table: ProposalTable;
  private waiting: Outgoing[] = [];
  private remote: RemoteBatch[] = [];
  private forwardsInFlight = 0;
  /** A leader that just said that it does not lead; it is not asked again before the core knows better. */
  private avoided: { readonly lead: NodeId; readonly term: number } | null = null;

  constructor(engine: Engine, table: ProposalTable) {
    this.engine = engine;
    this.table = table;
  }

  add(outgoing: Outgoing): void {
    this.waiting.push(outgoing);
  }

  addRemote(batch: RemoteBatch): void {
    this.remote.push(batch);
  }

  /** Sends what waits; called in every turn. */
  send(_nowMs: number): void {
    this.sendRemote();
    if (this.waiting.length === 0) return;
    const { node } = this.engine;
    if (node.role === Role.leader) this.appendOwn();
    else if (node.lead !== none) this.forwardAll(node.lead);
  }

  /** Refuses what has not been sent. */
  refuseWaiting(error: MemberError): void {
    const { waiting } = this;
    this.waiting = [];
    for (const { serial } of waiting) this.table.refuse(serial, error);
  }

  end(makeError: () => MemberError): void {
    this.waiting = [];
    for (const { answer } of this.remote) answer(makeError());
    this.remote = [];
  }

  private sendRemote(): void {
    if (this.remote.length === 0) return;
    const { remote } = this;
    this.remote = [];
    for (const { term, batch, answer } of remote) {
      const { node } = this.engine;
      if (node.role !== Role.leader || node.term !== term) {
        answer(definitely("no-leader", `this member does not lead in term ${term}`));
        continue;
      }
      const outcome = node.proposeBatch(batch);
      if (outcome.ok) answer({ index: node.lastIndex - batch.length + 1, term: node.term });
      else answer(toMemberError(outcome));
    }
  }

  private appendOwn(): void {
    const { node } = this.engine;
    while (this.waiting.length > 0) {
      const batch = this.takeBatch();
      const outcome = node.proposeBatch(batch.map(({ data }) => data));
      if (outcome.ok) {
        let index = node.lastIndex - batch.length + 1;
        for (const { serial } of batch) this.table.place(serial, index++, node.term);
        continue;
      }
      if (
        outcome.code === "transferring" ||
        outcome.code === "no-leader" ||
        outcome.code === "not-a-member"
      ) {
        // It will be over in an election timeout; they go to whoever leads then.
        this.waiting.unshift(...batch);
        return;
      }
      const error = toMemberError(outcome);
      for (const { serial } of batch) this.table.refuse(serial, error);
    }
  }

  private forwardAll(lead: NodeId): void {
    const { term } = this.engine.node;
    if (this.avoided !== null && this.avoided.lead === lead && this.avoided.term === term) return;
    while (this.waiting.length > 0 && this.forwardsInFlight < forwardsMax) {
      void this.forward(lead, term, this.takeBatch());
    }
  }

  private async forward(lead: NodeId, term: number, batch: readonly Outgoing[]): Promise<void> {
    const { transport, limits } = this.engine.parts;
    this.forwardsInFlight++;
    for (const { serial } of batch) this.table.noteSent(serial, term);
    let answer: Placement | MemberError;
    try {
      const bytes = encodeProposals(
        term,
        batch.map(({ data }) => data),
      );
      const timeoutMs = limits.requestTimeoutMs;
      answer = decodePlacement(await transport.request(lead, requestKind.propose, bytes, { timeoutMs }));
    } catch (error) {
      answer = forwardError(error);
    } finally {
      this.forwardsInFlight--;
    }
    this.takeAnswer(lead, term, batch, answer);
    this.engine.wake();
  }

  private takeAnswer(
    lead: NodeId,
    term: number,
    batch: readonly Outgoing[],
    answer: Placement | MemberError,
  ): void {
    if (!(answer instanceof MemberError)) {
      let { index } = answer;
      for (const { serial } of batch) this.table.place(serial, index++, answer.term);
      return;
    }
    // Unknown: they may be in the log. What is applied will tell, or their time will be over.
    if (!answer.definite) return;
    if (answer.code === "no-leader" || answer.code === "transferring" || answer.code === "stopped") {
      this.avoided = { lead, term };
      for (const { serial } of batch) this.table.noteUnsent(serial);
      this.waiting.unshift(...batch.filter(({ serial }) => this.table.has(serial)));
      // A transfer that fails leaves leader and term as they are: ask again before long.
      this.engine.parts.clock.setTimer(() => this.forgive(), 50);
      return;
    }
    for (const { serial } of batch) this.table.refuse(serial, answer);
  }

  private forgive(): void {
    this.avoided = null;
    this.engine.wake();
  }

  /** As many from the front as fit into a batch; those whose callers have given up are left out. */
  private takeBatch(): Outgoing[] {
    const batch: Outgoing[] = [];
    let bytes = 0;
    let count = 0;
    for (const outgoing of this.waiting) {
      if (batch.length > 0 && bytes + outgoing.data.length > batchBytesMax) break;
      count++;
      if (!this.table.has(outgoing.serial)) continue;
      batch.push(outgoing);
      bytes += outgoing.data.length;
    }
    if (count === this.waiting.length) this.waiting = [];
    else this.waiting.splice(0, count);
    return batch;
  }
}

function forwardError(error: unknown): MemberError {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof TransportError && !error.indefinite) return definitely("no-leader", text);
  return new MemberError("timeout", false, text);
}

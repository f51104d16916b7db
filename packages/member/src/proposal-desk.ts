/**
 * The proposal desk: takes callers' proposals, or refuses them at once.
 */

import { type ConfChangeV2, Role } from "@quorate/raft";
import { toMemberError } from "./core-refusal.ts";
import type { Engine } from "./engine.ts";
import { type EnvelopeBody, encodeEnvelope, type Origin } from "./envelope.ts";
import { definitely } from "./member-error.ts";
import type { ProposalSender } from "./proposal-sender.ts";
import type { ProposalTable, Proposed } from "./proposal-table.ts";

/** See the module. */
export class ProposalDesk {
  private readonly engine: Engine;
  private readonly proposals: ProposalTable;
  private readonly sender: ProposalSender;
  private nextSerial = 1;

  constructor(engine: Engine, proposals: ProposalTable, sender: ProposalSender) {
    this.engine = engine;
    this.proposals = proposals;
    this.sender = sender;
  }

  /** Proposes; see the README for how it may end. */
  submit(body: EnvelopeBody, timeoutMs: number): Promise<Proposed> {
    const serial = this.nextSerial++;
    // One promise for each proposal: what is thrown in here rejects it.
    return new Promise((resolve, reject) => {
      const data = encodeEnvelope(this.origin(serial), body);
      this.admit("payload" in body ? body.payload.length : data.length, data.length);
      this.proposals.add(serial, data.length, this.engine.parts.clock.now() + timeoutMs, { resolve, reject });
      this.sender.add({ serial, data });
      this.engine.wake();
    });
  }

  /**
   * Proposes at this member, which must lead in `term`: the command gets into the log in that term or never. For decisions
   * that only a leader may take, which a successor must not be burdened with.
   */
  submitInTerm(body: EnvelopeBody, term: number, timeoutMs: number): Promise<Proposed> {
    const serial = this.nextSerial++;
    return new Promise((resolve, reject) => {
      const data = encodeEnvelope(this.origin(serial), body);
      this.admit("payload" in body ? body.payload.length : data.length, data.length);
      const { node, parts } = this.engine;
      if (node.role !== Role.leader || node.term !== term) {
        throw definitely("no-leader", `this member does not lead in term ${term}`);
      }
      const outcome = node.proposeBatch([data]);
      if (!outcome.ok) throw toMemberError(outcome);
      this.proposals.add(serial, data.length, parts.clock.now() + timeoutMs, { resolve, reject });
      this.proposals.place(serial, node.lastIndex, node.term);
      this.engine.wake();
    });
  }

  /** @throws MemberError if a command of `commandBytes`, in an envelope of `bytes`, cannot be taken now */
  private admit(commandBytes: number, bytes: number): void {
    this.engine.checkRunning();
    const { commandBytesMax } = this.engine.parts.limits;
    if (commandBytes > commandBytesMax) {
      throw definitely(
        "too-large",
        `the command has ${commandBytes} bytes, more than commandBytesMax (${commandBytesMax})`,
      );
    }
    const refusal = this.proposals.refusal(bytes) ?? this.engine.conditions.refusal();
    if (refusal !== null) throw refusal;
  }

  /** Proposes a membership change at this leader; `makeChange` is given the origin that tells this caller. */
  async submitChange(makeChange: (origin: Origin) => ConfChangeV2, timeoutMs: number): Promise<Proposed> {
    this.engine.checkRunning();
    const serial = this.nextSerial++;
    const change = makeChange(this.origin(serial));
    return new Promise((resolve, reject) => {
      this.proposals.add(serial, 0, this.engine.parts.clock.now() + timeoutMs, { resolve, reject });
      const outcome = this.engine.node.proposeConfChange(change);
      if (outcome.ok) this.proposals.place(serial, this.engine.node.lastIndex, this.engine.node.term);
      else this.proposals.refuse(serial, toMemberError(outcome));
      this.engine.wake();
    });
  }

  private origin(serial: number): Origin {
    return { member: this.engine.parts.id, nonce: this.engine.nonce, serial };
  }
}

/**
 * What this member answers to its peers, and the admin calls that followers pass on to the leader.
 */

import { type NodeId, none, Role } from "@quorate/raft";
import { TransportError, type TransportHandlers } from "@quorate/transport";
import { ApplicationDesk } from "./application-desk.ts";
import { decodeText, encodeText } from "./bytes.ts";
import type { Engine } from "./engine.ts";
import { answerLookUp, decodeLookUpQuestion, encodeLookUpAnswer } from "./look-up.ts";
import { definitely, MemberError, type MemberErrorCode, perhaps } from "./member-error.ts";
import { MembershipChanger, type MembershipRequest } from "./membership-change.ts";
import { MembershipChecks } from "./membership-checks.ts";
import { decodeProposals, encodeFreshness, encodePlacement, requestKind } from "./peer-requests.ts";
import { type StepDownOptions, stepDown } from "./step-down.ts";
import { VotePromoter } from "./vote-promoter.ts";

/** What administrators ask of the leader. */
export type AdminRequest =
  | {
      readonly kind: "membership";
      readonly request: MembershipRequest;
      readonly by: string;
      readonly timeoutMs: number;
    }
  | { readonly kind: "step-down"; readonly options: StepDownOptions };

type AdminAnswer =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly code: MemberErrorCode;
      readonly definite: boolean;
      readonly message: string;
    };

/** How long an asker without identity may keep a read waiting. */
const lookUpTimeoutMs = 2000;

/** Serves one engine. */
export class PeerServer {
  readonly application: ApplicationDesk;
  private readonly engine: Engine;
  private readonly changer: MembershipChanger;
  private readonly wallNow: () => number;
  private readonly loggedAtStart: number;

  constructor(engine: Engine, wallNow: () => number, isStrict = true) {
    this.engine = engine;
    this.loggedAtStart = engine.status().lastIndex;
    this.wallNow = wallNow;
    this.application = new ApplicationDesk(engine);
    const checks = new MembershipChecks(engine, isStrict);
    this.changer = new MembershipChanger(engine, checks);
    const promoter = new VotePromoter(engine, this.changer, checks, wallNow);
    engine.conditions.onLook = () => promoter.look();
  }

  /** The links' handlers; snapshots come from elsewhere. */
  handlers(): Omit<Required<TransportHandlers>, "snapshotSource" | "snapshotSink"> {
    return {
      onMessage: (message) => this.engine.receive(message),
      onUnreachable: (peer) => this.engine.reportUnreachable(peer),
      onSnapshotResult: (peer, ok) => this.engine.reportSnapshot(peer, ok),
      onSnapshotProgress: () => undefined,
      // Proposals come all the time, and have a promise of their own.
      onRequest: (peer, kind, bytes) =>
        kind === requestKind.propose ? this.answerProposals(bytes) : this.answer(peer, kind, bytes),
      onInquiry: (bytes) => this.answerInquiry(bytes),
    };
  }

  private async answer(peer: NodeId, kind: number, bytes: Uint8Array): Promise<Uint8Array> {
    switch (kind) {
      case requestKind.probe:
        return new Uint8Array(0);
      case requestKind.freshness:
        return this.answerFreshness(peer);
      case requestKind.admin:
        return encodeText(
          JSON.stringify(await this.answerAdmin(JSON.parse(decodeText(bytes)) as AdminRequest)),
        );
      case requestKind.application:
        return this.application.answer(peer, bytes);
      default:
        throw new TransportError(
          "refused",
          `this member does not know requests of kind ${kind}; upgrade it`,
          false,
        );
    }
  }

  /**
   * Tells somebody who has no identity yet which member it is, and who the others are. The answer is as recent as a
   * linearizable read, so that it never names a member that was removed before the question.
   */
  private async answerInquiry(bytes: Uint8Array): Promise<Uint8Array> {
    const question = decodeLookUpQuestion(bytes);
    try {
      const look = (): Uint8Array =>
        encodeLookUpAnswer(
          answerLookUp(question, this.engine.parts.replica.roster.list(), this.engine.node.config),
        );
      return await this.engine.read(look, "linearizable", lookUpTimeoutMs);
    } catch (error) {
      if (!(error instanceof MemberError)) throw error;
      throw new TransportError("refused", `it cannot tell who its members are now: ${error.message}`, false);
    }
  }

  /**
   * Says no only when everything that was in the log at the start has been applied, or replaced: what is known of the
   * asker may stand there. Before that there is no answer, and the asker asks again.
   */
  private answerFreshness(peer: NodeId): Uint8Array {
    const isKnown = this.knows(peer);
    if (!isKnown && this.engine.parts.replica.applied < this.loggedAtStart) {
      throw new TransportError("refused", "this member has just started and does not know yet", false);
    }
    return encodeFreshness({ isKnown });
  }

  private knows(peer: NodeId): boolean {
    const { replica } = this.engine.parts;
    if (replica.isActive(peer) || replica.roster.isRemoved(peer)) return true;
    const known = this.engine.status().progress.get(peer);
    return this.engine.node.role === Role.leader && known !== undefined && known.match > 0;
  }

  private answerProposals(bytes: Uint8Array): Promise<Uint8Array> {
    if (!this.engine.isRunning || this.engine.conditions.isIsolated) {
      return Promise.resolve(encodePlacement(definitely("stopped", "this member takes no proposals now")));
    }
    return new Promise((resolve) => {
      const { term, batch } = decodeProposals(bytes);
      this.engine.takeRemote({ term, batch, answer: (placement) => resolve(encodePlacement(placement)) });
    });
  }

  private async answerAdmin(request: AdminRequest): Promise<AdminAnswer> {
    try {
      return { ok: true, value: await this.runAdmin(request) };
    } catch (error) {
      if (error instanceof MemberError) {
        return { ok: false, code: error.code, definite: error.definite, message: error.message };
      }
      throw error;
    }
  }

  private async runAdmin(request: AdminRequest): Promise<unknown> {
    if (request.kind === "step-down") return stepDown(this.engine, request.options);
    const { by, timeoutMs } = request;
    if (this.removesSelf(request.request) && this.engine.conditions.bestSuccessor() !== none) {
      // Removed by itself, a leader would be the only one to know that the change is committed, and others who wait for
      // its vote could wait for ever. So it hands over first, and its successor removes it.
      await stepDown(this.engine, { force: true });
      const config = await this.admin(request, timeoutMs * 2);
      this.engine.conditions.noteMembership(false);
      return config;
    }
    return this.changer.change(request.request, { by, timeoutMs, wallNow: this.wallNow });
  }

  private removesSelf(request: MembershipRequest): boolean {
    const { id } = this.engine.parts;
    return (
      (request.kind === "remove" && request.id === id) || (request.kind === "replace" && request.old === id)
    );
  }

  /** Carries out an admin request here or at the leader. */
  async admin(request: AdminRequest, timeoutMs: number): Promise<unknown> {
    this.engine.checkRunning();
    const { node, parts } = this.engine;
    if (node.role === Role.leader) return this.runAdmin(request);
    if (node.lead === none) throw definitely("no-leader", "no leader is known; try again after the election");
    let answer: AdminAnswer;
    try {
      const bytes = encodeText(JSON.stringify(request));
      const reply = await parts.transport.request(node.lead, requestKind.admin, bytes, { timeoutMs });
      answer = JSON.parse(decodeText(reply)) as AdminAnswer;
    } catch (error) {
      const text = `the leader did not answer: ${error instanceof Error ? error.message : String(error)}`;
      if (error instanceof TransportError && !error.indefinite) throw definitely("no-leader", text);
      throw perhaps("timeout", text);
    }
    if (answer.ok) return answer.value;
    throw new MemberError(answer.code, answer.definite, answer.message);
  }
}

/**
 * Recovery: how long clients are without a leader that acknowledges writes, from the loss of one to the next
 * acknowledged write.
 *
 * A leader is lost when its process ends or stops, or when it is a leader no more. One that was cut off does not know:
 * its time counts from the last moment at which it had heard from a majority of its voters. It is over with the first write
 * that a client is told of while somebody leads again: a leader that was lost may still have answers on their way.
 */

import { type ConfState, majoritySize, type NodeId, type RaftEvent, Role } from "@quorate/raft";
import type { LifeEvent, Observation } from "../observe/observation.ts";
import type { LossCause, Outage } from "./measurement.ts";

type Leader = {
  readonly node: NodeId;
  readonly term: number;
  /** When it was elected: nobody has been silent for longer than that. */
  readonly sinceUs: number;
  isHandingOver: boolean;
  /** When it last heard from each other member. */
  readonly heardUs: Map<NodeId, number>;
};

type Open = {
  readonly lostUs: number;
  readonly cause: LossCause;
  readonly leader: Leader;
  ledUs: number | null;
};

const causes: Partial<Readonly<Record<LifeEvent, LossCause>>> = {
  killed: "killed",
  crashed: "power lost",
  ended: "ended by itself",
  wiped: "wiped",
  paused: "paused",
};

/** See the module. Shown only what belongs to the phase that is measured. */
export class OutageMeter {
  private readonly outages: Outage[] = [];
  private readonly nameOf: (node: NodeId) => string;
  private readonly configs = new Map<NodeId, ConfState>();
  private leader: Leader | null = null;
  private highestTerm = 0;
  private open: Open | null = null;

  constructor(nameOf: (node: NodeId) => string) {
    this.nameOf = nameOf;
  }

  take(observation: Observation): void {
    const { kind, atUs, node } = observation;
    if (kind === "received") {
      if (node === this.leader?.node) this.leader.heardUs.set(observation.message.from, atUs);
    } else if (kind === "raft") this.takeRaft(observation.event, node, atUs);
    else if (kind === "config") this.configs.set(node, observation.config);
    else if (kind === "life") this.takeLife(observation.what, node, atUs);
    else if (kind === "command-answered" && observation.fate === "answered") this.recover(atUs);
  }

  /** All of them, in order; the last may be open. */
  finish(): readonly Outage[] {
    if (this.open !== null) this.close(this.open, null);
    this.open = null;
    return this.outages;
  }

  private takeRaft(event: RaftEvent, node: NodeId, atUs: number): void {
    const isLeader = node === this.leader?.node;
    if (event.kind === "transfer-started" && isLeader && this.leader !== null)
      this.leader.isHandingOver = true;
    if (event.kind !== "role-changed") return;
    if (event.role === Role.leader) this.lead(event.term, node, atUs);
    else if (isLeader && this.leader !== null)
      this.lose(this.leader, this.leader.isHandingOver ? "handed over" : "stepped down", atUs);
  }

  private lead(term: number, node: NodeId, atUs: number): void {
    if (term < this.highestTerm) return;
    this.highestTerm = term;
    if (this.leader !== null && this.leader.node !== node) {
      const { isHandingOver } = this.leader;
      this.lose(this.leader, isHandingOver ? "handed over" : "replaced", atUs);
    }
    this.leader = { node, term, sinceUs: atUs, isHandingOver: false, heardUs: new Map() };
    if (this.open !== null) this.open.ledUs = atUs;
  }

  private takeLife(what: LifeEvent, node: NodeId, atUs: number): void {
    const cause = causes[what];
    if (cause !== undefined && this.leader?.node === node) this.lose(this.leader, cause, atUs);
    const stopped = this.open?.leader;
    // Whoever was only paused leads on, unless there is another one meanwhile.
    const goesOn = what === "resumed" && stopped?.node === node && stopped.term === this.highestTerm;
    if (!goesOn || this.open === null || this.leader !== null) return;
    this.leader = stopped;
    this.open.ledUs = atUs;
  }

  private lose(leader: Leader, cause: LossCause, atUs: number): void {
    this.leader = null;
    const hasHeard = cause === "stepped down" || cause === "replaced";
    const lostUs = hasHeard ? Math.min(atUs, this.majorityHeardUs(leader, atUs)) : atUs;
    // A leader that is lost before anything was acknowledged lengthens the outage in which it came.
    this.open ??= { lostUs, cause, leader, ledUs: null };
    this.open.ledUs = null;
  }

  /** The last moment at which it had heard from a majority, of both halves if the configuration is joint. */
  private majorityHeardUs({ node, sinceUs, heardUs }: Leader, atUs: number): number {
    const config = this.configs.get(node);
    if (config === undefined) return atUs;
    const halves = [config.voters, config.votersOutgoing].filter((half) => half.length > 0);
    const moments = halves.map((voters) => {
      const heard = voters.map((voter) => (voter === node ? atUs : (heardUs.get(voter) ?? sinceUs)));
      return heard.sort((one, other) => other - one)[majoritySize(voters.length) - 1] ?? atUs;
    });
    return Math.min(atUs, ...moments);
  }

  private recover(atUs: number): void {
    if (this.open === null || this.leader === null) return;
    this.close(this.open, atUs);
    this.open = null;
  }

  private close({ lostUs, cause, leader, ledUs }: Open, recoveredUs: number | null): void {
    this.outages.push({
      lostAtMs: lostUs / 1000,
      cause,
      leader: this.nameOf(leader.node),
      ledAtMs: ledUs === null ? null : ledUs / 1000,
      recoveredAtMs: recoveredUs === null ? null : recoveredUs / 1000,
    });
  }
}

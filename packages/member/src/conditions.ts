/**
 * Conditions: what this member knows of the state of things around the core: is there a leader, does the disk keep up,
 * which peers are alive, is it isolated. Looked at ten times a second.
 */

import { type NodeId, none, Role } from "@quorate/raft";
import type { Engine } from "./engine.ts";
import { FailureDetector, type PeerHealth } from "./failure-detector.ts";
import type { WriteReport } from "./log-writer.ts";
import { definitely, type MemberError } from "./member-error.ts";
import { requestKind } from "./peer-requests.ts";
import { adaptedWindow, type LinkTiming, tickMs } from "./timing.ts";

/** See the module. */
export class Conditions {
  /** Called after each regular look. */
  onLook: () => void = () => undefined;
  private readonly engine: Engine;
  private readonly detector: FailureDetector;
  private isolated = false;
  private removed = false;
  private noLeadSinceMs: number | null;
  private isQuorumLost = false;
  private stalledSinceMs: number | null = null;
  private hasHandedOver = false;
  /** Smoothed duration of log writes and its deviation, as for round trips. */
  private diskMs = 0;
  private diskVarMs = 0;
  private windowLowTicks: number;
  /** Members whose activity was proposed already in this life. */
  private readonly announced = new Set<NodeId>();

  constructor(engine: Engine, nowMs: number) {
    this.engine = engine;
    const { timing } = engine.parts;
    this.noLeadSinceMs = nowMs;
    this.windowLowTicks = timing.electionTicks;
    this.detector = new FailureDetector(timing.heartbeatTicks * tickMs, timing.electionTicks * tickMs);
  }

  /** Cut off by an administrator. */
  get isIsolated(): boolean {
    return this.isolated;
  }

  /** Not in the cluster any more. */
  get isRemoved(): boolean {
    return this.removed;
  }

  /** Notes whether this member is in the configuration that came into force. */
  noteMembership(isMember: boolean): void {
    this.removed = !isMember;
  }

  /** Whether this member should not campaign now. */
  get isHeldBack(): boolean {
    return this.removed || this.isolated || this.stalledSinceMs !== null;
  }

  get isDiskStalled(): boolean {
    return this.stalledSinceMs !== null;
  }

  get hasLostQuorum(): boolean {
    return this.isQuorumLost;
  }

  /** Health of a peer. */
  health(peer: NodeId): PeerHealth {
    return this.detector.health(peer);
  }

  /** Null if requests that need a quorum may be tried, otherwise why not. */
  refusal(): MemberError | null {
    if (!this.isQuorumLost) return null;
    return definitely(
      "no-quorum",
      "no leader could be elected for a while: a majority of the members cannot be reached; stale reads still work here",
    );
  }

  /** Cuts this member off, or connects it again. */
  isolate(on: boolean): void {
    if (on === this.isolated) return;
    this.isolated = on;
    this.engine.catchUp();
    if (on) this.engine.node.resign();
    this.engine.parts.transport.isolate(on);
    this.engine.emit({ kind: "isolated", on });
    this.engine.wake();
  }

  keepPeers(present: ReadonlySet<NodeId>): void {
    this.detector.keep(present);
  }

  // --- what the loop reports

  noteWrite({ durationMs }: WriteReport, nowMs: number): void {
    if (this.diskMs === 0) {
      this.diskMs = durationMs;
      this.diskVarMs = durationMs / 2;
    } else {
      this.diskVarMs += (Math.abs(durationMs - this.diskMs) - this.diskVarMs) / 4;
      this.diskMs += (durationMs - this.diskMs) / 8;
    }
    if (this.stalledSinceMs === null) return;
    this.engine.emit({ kind: "disk-recovered", afterMs: nowMs - this.stalledSinceMs });
    this.stalledSinceMs = null;
    this.hasHandedOver = false;
  }

  noteLead(lead: NodeId, nowMs: number): void {
    if (lead === none) {
      this.noLeadSinceMs ??= nowMs;
      return;
    }
    if (this.isQuorumLost) {
      this.engine.emit({ kind: "quorum-regained", lostMs: nowMs - (this.noLeadSinceMs ?? nowMs) });
    }
    this.isQuorumLost = false;
    this.noLeadSinceMs = null;
  }

  /** The process was held up: the time without a leader begins anew, since nobody could be heard. */
  notePause(nowMs: number): void {
    if (this.noLeadSinceMs !== null && !this.isQuorumLost) this.noLeadSinceMs = nowMs;
  }

  // --- the regular look

  look(nowMs: number, writingSinceMs: number | null): void {
    this.lookAtQuorum(nowMs);
    this.lookAtDisk(nowMs, writingSinceMs);
    this.adaptWindow(this.lookAtPeers(nowMs));
    this.announceActive();
    this.onLook();
  }

  private lookAtQuorum(nowMs: number): void {
    if (this.noLeadSinceMs === null || this.isQuorumLost) return;
    const sinceMs = nowMs - this.noLeadSinceMs;
    if (sinceMs < this.engine.parts.limits.quorumLossMs) return;
    this.isQuorumLost = true;
    this.engine.emit({ kind: "quorum-lost", sinceMs });
    this.engine.refuseWaiting(this.refusal() as MemberError);
  }

  private lookAtDisk(nowMs: number, writingSinceMs: number | null): void {
    const { limits } = this.engine.parts;
    if (writingSinceMs === null || nowMs - writingSinceMs < limits.diskStallMs) return;
    if (this.stalledSinceMs === null) {
      this.stalledSinceMs = writingSinceMs;
      this.engine.emit({ kind: "disk-stalled", forMs: nowMs - writingSinceMs });
    }
    const { node } = this.engine;
    if (node.role !== Role.leader) return;
    // First the polite way; if nobody has taken over by the next look but one, without a successor.
    const successor = this.hasHandedOver ? none : this.bestSuccessor();
    this.hasHandedOver = true;
    if (successor !== none && node.transferLeadership(successor).ok) return;
    if (node.status().transferee === none) node.resign();
  }

  /** The live voter with the longest log. */
  bestSuccessor(): NodeId {
    const { config, progress } = this.engine.status();
    let best = none;
    let bestMatch = -1;
    for (const id of config.voters) {
      const match = progress.get(id)?.match ?? 0;
      if (id === this.engine.parts.id || this.health(id) !== "alive" || match <= bestMatch) continue;
      best = id;
      bestMatch = match;
    }
    return best;
  }

  /** Returns the timing of the links that were measured. */
  private lookAtPeers(nowMs: number): readonly LinkTiming[] {
    const { transport, id } = this.engine.parts;
    const links: LinkTiming[] = [];
    for (const peer of transport.peers()) {
      if (peer === id) continue;
      const stats = transport.stats(peer);
      if (stats === null) continue;
      const { lastHeardAtMs, srttMs, rttvarMs } = stats;
      if (srttMs !== null && rttvarMs !== null) links.push({ srttMs, rttvarMs });
      const { change, probe } = this.detector.observe(peer, { lastHeardAtMs, srttMs, rttvarMs }, nowMs);
      if (change !== null) {
        const kind =
          change.health === "alive"
            ? "peer-alive"
            : change.health === "suspect"
              ? "peer-suspected"
              : "peer-failed";
        this.engine.emit({ kind, peer, silentMs: change.silentMs });
      }
      // Whatever the answer is: that there is one shows in the statistics.
      if (probe) transport.request(peer, requestKind.probe, new Uint8Array(0)).catch(() => undefined);
    }
    return links;
  }

  private adaptWindow(links: readonly LinkTiming[]): void {
    const { timing } = this.engine.parts;
    const { lowTicks, spreadTicks } = adaptedWindow(timing, links, this.diskMs + 4 * this.diskVarMs);
    if (lowTicks === this.windowLowTicks) return;
    this.windowLowTicks = lowTicks;
    this.engine.node.setElectionWindow(lowTicks, spreadTicks);
    this.engine.emit({
      kind: "election-window",
      lowMs: lowTicks * tickMs,
      highMs: (lowTicks + spreadTicks) * tickMs,
    });
  }

  /** As leader: records who has been heard from, so that it cannot come back with an empty disk unnoticed. */
  private announceActive(): void {
    const { node, parts } = this.engine;
    if (node.role !== Role.leader) {
      this.announced.clear();
      return;
    }
    const isKnown = (id: NodeId): boolean => this.announced.has(id) || parts.replica.isActive(id);
    const { voters, votersOutgoing, learners } = node.config;
    // Nearly always; a status is a copy of everything.
    if (voters.every(isKnown) && votersOutgoing.every(isKnown) && learners.every(isKnown)) return;
    for (const [id, { match }] of node.status().progress) {
      if (match === 0 || isKnown(id)) continue;
      this.announced.add(id);
      this.engine.desk
        .submit({ kind: "member-active", id }, parts.limits.requestTimeoutMs)
        .catch(() => this.announced.delete(id));
    }
  }
}

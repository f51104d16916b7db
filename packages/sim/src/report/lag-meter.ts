/**
 * Replica lag: how far what a running member has applied is behind what is committed anywhere, in entries and in time.
 *
 * It is looked at every 10 ms of virtual time, at members of the latest configuration. One that is paused is running, and is
 * behind; one that is down is not looked at, nor is a new one before it has caught up for the first time.
 */

import type { ConfState, NodeId } from "@quorate/raft";
import type { Observation } from "../observe/observation.ts";
import type { LagMeasured } from "./measurement.ts";

const sampleUs = 10_000;
/** A new member that is behind by no more has caught up. */
const caughtUpMs = 100;

type Follower = {
  applied: number;
  isRunning: boolean;
  hasCaughtUp: boolean;
  /** The most of each step of the picture; -1: it was not running. */
  readonly steps: number[];
};

/** See the module. Shown everything; what belongs to the phase that is measured is told by `isMeasured`. */
export class LagMeter {
  /** Length of a step of the picture, in milliseconds. */
  readonly stepMs: number;
  private readonly nameOf: (node: NodeId) => string;
  private readonly followers = new Map<NodeId, Follower>();
  /** When an index was first committed; the position is the index. */
  private readonly committedUs: (number | undefined)[] = [];
  private lastCommitted = 0;
  private configIndex = -1;
  private config: ConfState | null = null;
  private nextUs = sampleUs;
  private samples = 0;
  private sumEntries = 0;
  private sumMs = 0;
  private maxEntries = 0;
  private maxMs = 0;
  private worst: NodeId = 0;

  constructor(nameOf: (node: NodeId) => string, stepMs: number) {
    this.nameOf = nameOf;
    this.stepMs = stepMs;
  }

  take(observation: Observation, isMeasured: boolean): void {
    const { kind, node, atUs } = observation;
    while (this.nextUs <= atUs) {
      this.sample(this.nextUs, isMeasured);
      this.nextUs += sampleUs;
    }
    switch (kind) {
      case "raft":
        if (observation.event.kind === "commit-advanced") this.commit(observation.event.commit, atUs);
        break;
      case "applied":
        this.follower(node).applied = observation.entry.index;
        break;
      case "restored":
        this.follower(node).applied = observation.index;
        break;
      case "config":
        if (observation.index < this.configIndex) break;
        this.configIndex = observation.index;
        this.config = observation.config;
        break;
      case "life":
        if (observation.what === "running") this.follower(node).isRunning = true;
        else if (observation.what !== "paused" && observation.what !== "resumed")
          this.follower(node).isRunning = false;
        break;
      default:
        break;
    }
  }

  /** Of the phase that was measured. */
  finish(): LagMeasured {
    const { samples, sumEntries, sumMs, maxEntries, maxMs, worst } = this;
    return {
      meanEntries: samples === 0 ? 0 : sumEntries / samples,
      maxEntries,
      meanMs: samples === 0 ? 0 : sumMs / samples,
      maxMs,
      worst: worst === 0 ? "" : this.nameOf(worst),
    };
  }

  /** A member's lag over the whole run, step by step; see `Lane`. */
  stepsOf(node: NodeId): readonly (number | null)[] {
    const steps = this.followers.get(node)?.steps ?? [];
    return Array.from(steps, (most: number | undefined) => (most === undefined || most < 0 ? null : most));
  }

  get committed(): number {
    return this.lastCommitted;
  }

  private commit(index: number, atUs: number): void {
    while (this.lastCommitted < index) this.committedUs[++this.lastCommitted] = atUs;
  }

  private follower(node: NodeId): Follower {
    let follower = this.followers.get(node);
    if (follower === undefined) {
      follower = { applied: 0, isRunning: false, hasCaughtUp: false, steps: [] };
      this.followers.set(node, follower);
    }
    return follower;
  }

  private sample(atUs: number, isMeasured: boolean): void {
    const step = Math.floor(atUs / 1000 / this.stepMs);
    for (const [node, follower] of this.followers) {
      if (!follower.isRunning || !this.isMember(node)) continue;
      const entries = Math.max(0, this.lastCommitted - follower.applied);
      follower.steps[step] = Math.max(follower.steps[step] ?? -1, entries);
      const oldestUs = entries === 0 ? atUs : (this.committedUs[follower.applied + 1] ?? atUs);
      const behindMs = (atUs - oldestUs) / 1000;
      follower.hasCaughtUp ||= behindMs <= caughtUpMs;
      if (!isMeasured || !follower.hasCaughtUp) continue;
      this.samples++;
      this.sumEntries += entries;
      this.sumMs += behindMs;
      this.maxEntries = Math.max(this.maxEntries, entries);
      if (behindMs <= this.maxMs) continue;
      this.maxMs = behindMs;
      this.worst = node;
    }
  }

  private isMember(node: NodeId): boolean {
    const { config } = this;
    if (config === null) return true;
    return (
      config.voters.includes(node) || config.votersOutgoing.includes(node) || config.learners.includes(node)
    );
  }
}

/**
 * Membership changes written down as plainly as possible: one role per member, a table of who is what.
 */

import type { ConfChangeSingle, ConfState, NodeId } from "../../src/index.ts";

/** What a member is in the incoming half, and whether it votes in the outgoing one. */
type Seat = { now: "voter" | "learner" | "learner-later" | "gone"; before: boolean };

/** A configuration under change. */
export class NaiveMembership {
  private seats = new Map<NodeId, Seat>();
  private isJoint = false;
  private leavesByItself = false;

  /** Applies a change; false if the rules forbid it, and then nothing happened. */
  change(kind: "simple" | "enter" | "enter-auto" | "leave", changes: readonly ConfChangeSingle[]): boolean {
    const before = structuredClone([...this.seats]);
    const { isJoint, leavesByItself } = this;
    const isAllowed = this.tryChange(kind, changes);
    if (!isAllowed) {
      this.seats = new Map(before);
      this.isJoint = isJoint;
      this.leavesByItself = leavesByItself;
    }
    return isAllowed;
  }

  private tryChange(kind: string, changes: readonly ConfChangeSingle[]): boolean {
    if (kind === "leave") return this.leave();
    if (this.isJoint) return false;
    const old = this.list((seat) => seat.now === "voter");
    if (kind !== "simple") {
      if (old.length === 0) return false;
      this.isJoint = true;
      this.leavesByItself = kind === "enter-auto";
      for (const seat of this.seats.values()) seat.before = seat.now === "voter";
    }
    for (const change of changes) this.one(change);
    const voters = this.list((seat) => seat.now === "voter");
    if (voters.length === 0) return false;
    if (kind !== "simple") return true;
    const moved = [...new Set([...old, ...voters])].filter((id) => old.includes(id) !== voters.includes(id));
    return moved.length <= 1;
  }

  private leave(): boolean {
    if (!this.isJoint) return false;
    this.isJoint = false;
    this.leavesByItself = false;
    for (const seat of this.seats.values()) {
      seat.before = false;
      if (seat.now === "learner-later") seat.now = "learner";
    }
    return true;
  }

  private one({ type, nodeId }: ConfChangeSingle): void {
    if (nodeId === 0 || type === 2) return;
    const seat = this.seats.get(nodeId) ?? { now: "gone", before: false };
    this.seats.set(nodeId, seat);
    if (type === 0) seat.now = "voter";
    if (type === 1) seat.now = "gone";
    if (type === 3 && seat.now !== "learner") seat.now = seat.before ? "learner-later" : "learner";
  }

  private list(is: (seat: Seat) => boolean): NodeId[] {
    const ids: NodeId[] = [];
    for (const [id, seat] of this.seats) if (is(seat)) ids.push(id);
    return ids.sort((one, other) => one - other);
  }

  /** The configuration in the core's words. */
  state(): ConfState {
    return {
      voters: this.list(({ now }) => now === "voter"),
      votersOutgoing: this.list(({ before }) => before),
      learners: this.list(({ now }) => now === "learner"),
      learnersNext: this.list(({ now }) => now === "learner-later"),
      autoLeave: this.leavesByItself,
    };
  }

  /** Everybody who has anything to do with it. */
  members(): NodeId[] {
    return this.list(({ now, before }) => now !== "gone" || before);
  }
}

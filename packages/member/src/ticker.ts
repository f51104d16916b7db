/**
 * The ticker: gives the core its ticks, and has the engine woken for those that matter. Between them a member that has nothing
 * to do sleeps.
 */

import { Role } from "@quorate/raft";
import type { Engine } from "./engine.ts";
import { type Beat, Pacer } from "./pacer.ts";

/** The regular looks come every so many ticks. */
const dutyTicks = 10;

/** See the module. */
export class Ticker {
  private readonly engine: Engine;
  private readonly pacer: Pacer;
  private ticksToDuty = dutyTicks;
  private cancel: (() => void) | null = null;
  private armedForMs = 0;

  constructor(engine: Engine) {
    this.engine = engine;
    this.pacer = new Pacer(engine.parts.clock.now());
  }

  /** Begins a turn. */
  begin(nowMs: number): Beat {
    return this.pacer.begin(nowMs);
  }

  /** Counts ticks. */
  count(ticks: number): void {
    if (ticks === 0) return;
    this.ticksToDuty -= ticks;
    if (!this.isHeld) this.engine.check(this.engine.node.tick(ticks));
  }

  /** Counts the quiet ticks that have passed since the last turn. */
  catchUp(): void {
    this.count(this.pacer.countQuiet(this.engine.parts.clock.now()));
  }

  /** Whether the regular looks are due; asked once. */
  takesDuty(): boolean {
    if (this.ticksToDuty > 0) return false;
    this.ticksToDuty = dutyTicks;
    return true;
  }

  /** Sets the timer for the next tick that matters. One that is set for earlier stays: its turn finds nothing to do. */
  arm(nowMs: number): void {
    const quiet = this.isHeld ? dutyTicks : this.engine.node.ticksToEvent();
    const atMs = this.pacer.plan(Math.min(this.ticksToDuty, quiet));
    if (this.cancel !== null) {
      if (this.armedForMs <= atMs) return;
      this.cancel();
    }
    this.armedForMs = atMs;
    this.cancel = this.engine.parts.clock.setTimer(this.ring, Math.max(0, atMs - nowMs));
  }

  stop(): void {
    this.cancel?.();
    this.cancel = null;
  }

  private readonly ring = (): void => {
    this.cancel = null;
    this.engine.wake();
  };

  /** A member whose disk stalls must not campaign: it could not even vote for itself. */
  private get isHeld(): boolean {
    return this.engine.conditions.isHeldBack && this.engine.node.role !== Role.leader;
  }
}

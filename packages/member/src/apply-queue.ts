/**
 * The apply queue: committed entries on their way into the replica, in order, a slice at a time.
 *
 * Three things may hold them up: a turn has applied for long enough (heartbeats and votes must not wait behind it), the
 * machine's disk is behind and memory is at its bound, or the leader's snapshot is about to replace what they would
 * change. What is not reported applied the core does not exceed: the queue is bounded by `messageBytesMax`.
 */

import type { Entry, Message } from "@quorate/raft";
import type { Engine } from "./engine.ts";
import type { StateKeeper } from "./state-keeper.ts";

/** Entries applied between two looks at the clock. */
const sliceEntries = 256;
/** How long one turn may apply: a fraction of the heartbeat interval, and at least one slice. */
const turnBudgetMs = 20;

/** See the module. */
export class ApplyQueue {
  private readonly engine: Engine;
  private readonly keeper: StateKeeper;
  private readonly apply: (entries: readonly Entry[]) => void;
  private messages: Message[] = [];
  /** Entries of the first message that are applied. */
  private done = 0;
  private isHeld = false;
  private turnEndMs: number | null = null;

  constructor(engine: Engine, keeper: StateKeeper, apply: (entries: readonly Entry[]) => void) {
    this.engine = engine;
    this.keeper = keeper;
    this.apply = apply;
  }

  /** Takes an apply message of the core. */
  add(message: Message): void {
    this.messages.push(message);
  }

  /** A new turn: it has its own time. */
  beginTurn(): void {
    this.turnEndMs = null;
  }

  /** Applies as much as may be applied now, and tells the core. Says whether anything was applied. */
  run(): boolean {
    const { engine } = this;
    let hasApplied = false;
    for (let first = this.messages[0]; first !== undefined && !this.isHeld; first = this.messages[0]) {
      const nowMs = engine.parts.clock.now();
      this.turnEndMs ??= nowMs + turnBudgetMs;
      if (nowMs >= this.turnEndMs) {
        engine.wake();
        return hasApplied;
      }
      if (!this.keeper.hasRoom()) return hasApplied;
      const { entries } = first;
      const end = Math.min(this.done + sliceEntries, entries.length);
      const isWhole = this.done === 0 && end === entries.length;
      this.apply(isWhole ? entries : entries.slice(this.done, end));
      this.done = end;
      hasApplied = true;
      this.keeper.afterApply();
      if (end < entries.length) continue;
      // Nearly always there is one, and V8 shifts slowly what then would be nearly empty.
      if (this.messages.length === 1) this.messages = [];
      else this.messages.shift();
      this.done = 0;
      for (const response of first.responses) engine.check(engine.node.step(response));
    }
    return hasApplied;
  }

  /**
   * A snapshot of the leader is to be installed: nothing is applied any more. Its configuration is in force in the core
   * already, and a membership change that is older must not be put on top of it.
   */
  hold(): void {
    this.isHeld = true;
  }

  /** The snapshot took the place of what waited; returns what the core is to be told. */
  release(): readonly Message[] {
    this.isHeld = false;
    this.done = 0;
    return this.messages.splice(0).flatMap(({ responses }) => responses);
  }
}

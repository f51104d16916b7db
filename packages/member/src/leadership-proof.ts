/**
 * Proof of leadership, again and again: a leader that is cut off must stop its work before another begins the same.
 *
 * A read round that a quorum answers proves that nobody else led when it was *asked*, and that none of those voters elects
 * anybody for an election timeout from then on (they heard this leader). So work may go on until that time, less a margin
 * for ticks and drifting clocks, and is aborted when no newer round was answered by then. Where rounds take longer than
 * that the limit follows them, because work that is always aborted helps nobody; the fencing token still protects.
 */

import type { Engine } from "./engine.ts";
import { MemberError } from "./member-error.ts";
import { tickMs } from "./timing.ts";

/** See the module. */
export class LeadershipProof {
  private readonly engine: Engine;
  private readonly onLost: () => void;
  private readonly limitMs: number;
  private provenAtMs: number;
  private roundMs = 0;
  private nextAskAtMs: number;
  private isOver = false;

  /** Leadership was proved by a round that was asked at `provenAtMs`. */
  constructor(engine: Engine, provenAtMs: number, onLost: () => void) {
    const { electionTicks } = engine.parts.timing;
    this.engine = engine;
    this.onLost = onLost;
    this.limitMs = (electionTicks - 2 - Math.ceil(electionTicks / 10)) * tickMs;
    this.provenAtMs = provenAtMs;
    this.nextAskAtMs = provenAtMs;
    this.look();
  }

  /** No more proof is needed. */
  stop(): void {
    this.isOver = true;
  }

  private look(): void {
    if (this.isOver) return;
    const nowMs = this.engine.parts.clock.now();
    if (nowMs - this.provenAtMs > Math.max(this.limitMs, 3 * this.roundMs)) {
      this.stop();
      this.onLost();
      return;
    }
    if (nowMs >= this.nextAskAtMs) {
      this.nextAskAtMs = nowMs + this.limitMs / 4;
      void this.ask(nowMs);
    }
    this.engine.parts.clock.setTimer(() => this.look(), tickMs);
  }

  private async ask(askedAtMs: number): Promise<void> {
    const { clock, limits } = this.engine.parts;
    try {
      await this.engine.read(() => undefined, "linearizable", limits.requestTimeoutMs);
    } catch (error) {
      // No proof; whether it matters is a question of time.
      if (error instanceof MemberError) return;
      throw error;
    }
    const tookMs = clock.now() - askedAtMs;
    this.roundMs = this.roundMs === 0 ? tookMs : this.roundMs + (tookMs - this.roundMs) / 8;
    this.provenAtMs = Math.max(this.provenAtMs, askedAtMs);
  }
}

/**
 * The state keeper: decides when a machine with its own disk commits, and when applying must wait for it.
 *
 * A commit begins every 100 ms if anything was applied, or as soon as enough is gathered; one at a time. For a machine in
 * memory there is nothing to do.
 */

import type { Engine } from "./engine.ts";
import type { DurableState } from "./state-machine.ts";

/** See the module. */
export class StateKeeper {
  private readonly engine: Engine;
  private readonly durable: DurableState | null;
  private begunAtMs: number | null = null;
  private begunAtIndex: number;
  private hasFailed = false;
  private isAwaited = false;
  private waiting: (() => void)[] = [];

  constructor(engine: Engine) {
    const { replica } = engine.parts;
    this.engine = engine;
    this.durable = replica.durable;
    this.begunAtIndex = replica.applied;
    replica.onFlushEnded = (error) => this.flushEnded(error);
  }

  /**
   * Whether more may be applied now. If not, the engine is woken when the commit on its way has made room: memory would
   * grow without a bound if the machine's disk were slower than the log's.
   */
  hasRoom(): boolean {
    const { durable } = this;
    if (durable === null || durable.bufferedBytes <= this.engine.parts.limits.bufferedBytesMax) return true;
    this.flush();
    this.isAwaited = durable.isFlushing;
    return !this.isAwaited;
  }

  /** Begins a commit if enough was applied since the last one. */
  afterApply(): void {
    const { durable } = this;
    if (durable === null || durable.isFlushing) return;
    const { limits, replica } = this.engine.parts;
    const entries = replica.applied - this.begunAtIndex;
    if (entries >= limits.flushEntries || durable.bufferedBytes >= limits.flushBytes) this.flush();
  }

  /** The regular look, ten times a second. */
  look(): void {
    const { durable } = this;
    if (durable === null || durable.isFlushing) return;
    if (durable.pendingRecords > 0 || this.engine.parts.replica.applied > durable.durableIndex) this.flush();
  }

  /** Resolves when no commit is on its way. */
  async quiet(): Promise<void> {
    while (this.durable?.isFlushing === true && !this.hasFailed) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Resolves when everything applied is durable, so that a restart has nothing to do again. */
  async settle(): Promise<void> {
    const { durable } = this;
    if (durable === null) return;
    for (;;) {
      await this.quiet();
      if (this.hasFailed || this.engine.parts.replica.applied <= durable.durableIndex) return;
      this.flush();
    }
  }

  private flush(): void {
    const { durable } = this;
    if (durable === null || durable.isFlushing || this.hasFailed) return;
    this.begunAtMs = this.engine.parts.clock.now();
    this.begunAtIndex = this.engine.parts.replica.applied;
    try {
      durable.flush();
    } catch (error) {
      this.fail(error);
    }
  }

  /** The commit may have been begun by somebody else, who has the machine too. */
  private flushEnded(error: Error | null): void {
    const { engine } = this;
    if (error !== null) {
      this.fail(error);
      return;
    }
    const nowMs = engine.parts.clock.now();
    const durationMs = nowMs - (this.begunAtMs ?? nowMs);
    this.begunAtMs = null;
    engine.emit({ kind: "state-flushed", index: this.durable?.durableIndex ?? 0, durationMs });
    for (const resolve of this.waiting.splice(0)) resolve();
    if (!this.isAwaited) return;
    this.isAwaited = false;
    engine.wake();
  }

  /** What the disk has is not known any more; what was acknowledged is in the log. */
  private fail(error: unknown): void {
    if (this.hasFailed) return;
    this.hasFailed = true;
    for (const resolve of this.waiting.splice(0)) resolve();
    this.engine.fail("the state could not be written to its disk", error);
  }
}

/**
 * The clocks of one machine: a monotonic one that may run fast or slow, a wall clock that may jump, and timers that may
 * be late.
 */

import type { MemberClock } from "@quorate/member";
import type { ProcessGate } from "./process-gate.ts";
import type { RandomStream } from "./random-streams.ts";
import { Priority, type VirtualTime } from "./virtual-time.ts";

const million = 1_000_000;
/** 2023-11-14: some day at which the simulated wall clocks begin. */
const epochMs = 1_700_000_000_000;

/** See the module. */
export class MachineClock {
  /** Timers and turns are late by up to so much. */
  lateUpToUs = 0;
  /** How far the wall clock is off. */
  wallOffsetMs = 0;
  private readonly time: VirtualTime;
  private readonly random: RandomStream;
  /** Local microseconds that pass in a million true ones. */
  private rate = million;
  private anchorUs = 0;
  private anchorLocalMs: number;

  /** `beginsAtMs`: what the monotonic clock shows in the beginning; differs from machine to machine. */
  constructor(time: VirtualTime, random: RandomStream, beginsAtMs: number) {
    this.time = time;
    this.random = random;
    this.anchorLocalMs = beginsAtMs;
  }

  /** Monotonic milliseconds. */
  nowMs(): number {
    const passedUs = this.time.nowUs - this.anchorUs;
    return this.anchorLocalMs + (this.rate === million ? passedUs : (passedUs * this.rate) / million) / 1000;
  }

  /** Wall-clock milliseconds. */
  wallNowMs(): number {
    return epochMs + this.nowMs() + this.wallOffsetMs;
  }

  /** From now on it runs fast by so many millionths; slow if negative. */
  setDrift(ppm: number): void {
    this.anchorLocalMs = this.nowMs();
    this.anchorUs = this.time.nowUs;
    this.rate = million + ppm;
  }

  /** The clock as a process sees it. */
  attach(gate: ProcessGate): MemberClock {
    let deferred: (() => void) | null = null;
    let enter = (): void => undefined;
    return {
      now: () => this.nowMs(),
      setTimer: (callback, delayMs) => this.setTimer(gate, callback, delayMs),
      defer: (callback) => {
        // A member defers the same again and again.
        if (callback !== deferred) {
          deferred = callback;
          enter = () => gate.enter("turns", callback);
        }
        this.time.after(this.lateness(), Priority.turn, enter);
      },
    };
  }

  private setTimer(gate: ProcessGate, callback: () => void, delayMs: number): () => void {
    let isCancelled = false;
    const dueMs = this.nowMs() + delayMs;
    const fire = (): void => {
      if (isCancelled || !gate.isAlive) return;
      const leftMs = dueMs - this.nowMs();
      // The clock's rate changed meanwhile: not before it shows the time.
      if (leftMs > 1e-6) entry = this.time.after(this.trueUs(leftMs), Priority.timer, fire);
      else if (gate.isOpen) callback();
      else gate.enter("timers", () => (isCancelled ? undefined : callback()));
    };
    const late = delayMs > 0 ? this.lateness() : 0;
    let entry = this.time.after(this.trueUs(delayMs) + late, Priority.timer, fire);
    return () => {
      isCancelled = true;
      this.time.cancel(entry);
    };
  }

  private trueUs(localMs: number): number {
    const localUs = localMs * 1000;
    return this.rate === million ? localUs : (localUs * million) / this.rate;
  }

  private lateness(): number {
    return this.lateUpToUs === 0 ? 0 : this.random.below(this.lateUpToUs);
  }
}

/**
 * Clock-offset estimation: NTP's four timestamps (RFC 5905 §8) and its minimum-delay filter (§10), with the delay
 * taken from monotonic clocks so that a jump of a wall clock spoils nothing.
 */

const samplesMax = 8;
/** How far two quartz clocks may run apart: 200 parts per million, twice what RFC 5905 allows each. */
const driftPerMs = 2e-4;
/** Wall and monotonic time of one round trip may differ by this much before it counts as a jump. */
const jumpToleranceMs = 2;

/** The timestamps of one ping and its echo. */
export type ClockSample = {
  /** The sender's wall clock at sending and at receiving the echo. */
  readonly sentWallMs: number;
  readonly echoedWallMs: number;
  /** The sender's monotonic clock at the same moments. */
  readonly sentAtMs: number;
  readonly echoedAtMs: number;
  /** The peer's wall clock when the ping came and when the echo went. */
  readonly peerReceivedWallMs: number;
  readonly peerSentWallMs: number;
};

/** An estimate; the true offset lies within ± `uncertaintyMs` if nothing jumped since. */
export type OffsetEstimate = {
  /** How far the peer's wall clock is ahead of ours. */
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
};

type Kept = { readonly offsetMs: number; readonly delayMs: number; readonly atMs: number };

/** The estimate of one peer's clock offset. */
export class ClockOffset {
  #samples: Kept[] = [];

  /** Takes a sample; false if it was thrown away because a clock jumped meanwhile. */
  sample(sample: ClockSample): boolean {
    const elapsedMs = sample.echoedAtMs - sample.sentAtMs;
    const heldMs = sample.peerSentWallMs - sample.peerReceivedWallMs;
    const wallElapsedMs = sample.echoedWallMs - sample.sentWallMs;
    if (Math.abs(wallElapsedMs - elapsedMs) > jumpToleranceMs + elapsedMs * driftPerMs) return false;
    if (!(heldMs >= 0 && heldMs <= elapsedMs + jumpToleranceMs)) return false;
    const kept: Kept = {
      offsetMs:
        (sample.peerReceivedWallMs - sample.sentWallMs + (sample.peerSentWallMs - sample.echoedWallMs)) / 2,
      delayMs: Math.max(0, elapsedMs - heldMs),
      atMs: sample.echoedAtMs,
    };
    const before = this.estimate(kept.atMs);
    // Further apart than both errors allow: a clock was set. What was measured before is about another clock.
    if (
      before !== null &&
      Math.abs(before.offsetMs - kept.offsetMs) > before.uncertaintyMs + errorOf(kept, kept.atMs)
    ) {
      this.#samples = [];
    }
    this.#samples.push(kept);
    if (this.#samples.length > samplesMax) this.#samples.shift();
    return true;
  }

  /** The estimate at a moment of the monotonic clock; null before the first sample. */
  estimate(nowMs: number): OffsetEstimate | null {
    let best: Kept | null = null;
    let uncertaintyMs = Number.POSITIVE_INFINITY;
    for (const sample of this.#samples) {
      const errorMs = errorOf(sample, nowMs);
      if (best !== null && !(errorMs < uncertaintyMs)) continue;
      best = sample;
      uncertaintyMs = errorMs;
    }
    return best === null ? null : { offsetMs: best.offsetMs, uncertaintyMs };
  }
}

/** Half the round trip is what asymmetry can hide; drift adds to it with age; wall clocks tick in milliseconds. */
function errorOf(sample: Kept, nowMs: number): number {
  return sample.delayMs / 2 + (nowMs - sample.atMs) * driftPerMs + 1;
}

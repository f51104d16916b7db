/**
 * Round-trip estimation (RFC 6298 §2): smoothed mean and mean deviation.
 */

const alpha = 1 / 8;
const beta = 1 / 4;
const deviations = 4;

/** The estimate of one peer's round trip. */
export class RoundTrip {
  /** Smoothed round trip; null before the first sample. */
  srttMs: number | null = null;
  /** Smoothed deviation; null before the first sample. */
  rttvarMs: number | null = null;

  /** Takes a sample. Negative ones are ignored. */
  sample(rttMs: number): void {
    if (!(rttMs >= 0)) return;
    if (this.srttMs === null || this.rttvarMs === null) {
      this.srttMs = rttMs;
      this.rttvarMs = rttMs / 2;
      return;
    }
    this.rttvarMs += beta * (Math.abs(this.srttMs - rttMs) - this.rttvarMs);
    this.srttMs += alpha * (rttMs - this.srttMs);
  }

  /** How long to wait for an answer: SRTT + 4 RTTVAR, within limits; `maxMs` before the first sample. */
  timeoutMs(minMs: number, maxMs: number): number {
    if (this.srttMs === null || this.rttvarMs === null) return maxMs;
    return Math.min(maxMs, Math.max(minMs, this.srttMs + deviations * this.rttvarMs));
  }
}

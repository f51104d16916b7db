/**
 * Tells clients that ping too often from those that keep a connection alive. As other gRPC servers do it: a ping earlier
 * than the least time, or within two hours if no call is open, is a strike; what the server sends forgives all strikes,
 * for clients measure bandwidth by pings while data flow.
 */

/** Least time between pings of a connection without calls. */
const idlePingMs = 7_200_000;

/** One per connection. */
export class PingGuard {
  private readonly keepaliveMinMs: number;
  private readonly strikesMax: number;
  private lastPingMs = Number.NEGATIVE_INFINITY;
  private strikes = 0;
  private isForgiven = false;

  constructor(keepaliveMinMs: number, strikesMax: number) {
    this.keepaliveMinMs = keepaliveMinMs;
    this.strikesMax = strikesMax;
  }

  /** The server sends headers or data. */
  noteSent(): void {
    this.isForgiven = true;
  }

  /** Whether a ping at this time (monotonic) is one too many. */
  isTooMany(nowMs: number, openStreams: number): boolean {
    const sinceMs = nowMs - this.lastPingMs;
    this.lastPingMs = nowMs;
    if (this.isForgiven) {
      this.isForgiven = false;
      this.strikes = 0;
      return false;
    }
    if (sinceMs < (openStreams === 0 ? idlePingMs : this.keepaliveMinMs)) this.strikes++;
    return this.strikes > this.strikesMax;
  }
}

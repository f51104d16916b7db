/**
 * The failure detector: which peers are alive, suspect or failed.
 *
 * A peer that was silent for longer than its own round trips explain is only *suspect*. It is then asked directly, and
 * fails only if it does not answer that within a second such period. What this decides: who is offered leadership, what
 * operators see, and whether a membership change may count on a peer. It does not decide elections; those have their
 * own second check, the pre-vote.
 */

import type { NodeId } from "@quorate/raft";

/** How a peer looks from here. */
export type PeerHealth = "alive" | "suspect" | "failed";

/** What is known of a peer's link; see the transport's statistics. */
export type PeerSigns = {
  readonly lastHeardAtMs: number | null;
  readonly srttMs: number | null;
  readonly rttvarMs: number | null;
};

type State = { health: PeerHealth; sinceMs: number; probeAtMs: number };

/** A change to report. */
export type HealthChange = { readonly peer: NodeId; readonly health: PeerHealth; readonly silentMs: number };

/** What a look found. */
type Look = { readonly change: HealthChange | null; readonly probe: boolean };

const nothingNew: Look = { change: null, probe: false };

/** See the module. */
export class FailureDetector {
  private readonly peers = new Map<NodeId, State>();
  private readonly beatMs: number;
  private readonly toleranceMs: number;

  /** `beatMs`: how often a healthy peer is heard at least. `toleranceMs`: the shortest silence that is suspect. */
  constructor(beatMs: number, toleranceMs: number) {
    this.beatMs = beatMs;
    this.toleranceMs = toleranceMs;
  }

  /** Health of a peer; a peer never heard of counts as suspect. */
  health(peer: NodeId): PeerHealth {
    return this.peers.get(peer)?.health ?? "suspect";
  }

  /** Forgets peers that are not in `present`. */
  keep(present: ReadonlySet<NodeId>): void {
    for (const peer of this.peers.keys()) if (!present.has(peer)) this.peers.delete(peer);
  }

  /**
   * Looks at a peer. Returns the change if there is one, and whether it should be asked directly now.
   */
  observe(peer: NodeId, signs: PeerSigns, nowMs: number): Look {
    let state = this.peers.get(peer);
    if (state === undefined) {
      state = { health: "suspect", sinceMs: nowMs, probeAtMs: nowMs };
      this.peers.set(peer, state);
    }
    const limitMs = this.silenceLimitMs(signs);
    const silentMs = nowMs - (signs.lastHeardAtMs ?? state.sinceMs);
    if (signs.lastHeardAtMs !== null && silentMs <= limitMs) {
      const change = this.enter(peer, state, "alive", silentMs, nowMs);
      return change === null ? nothingNew : { change, probe: false };
    }
    if (state.health === "alive") {
      const change = this.enter(peer, state, "suspect", silentMs, nowMs);
      state.probeAtMs = nowMs;
      return { change, probe: true };
    }
    if (state.health === "suspect" && nowMs - state.probeAtMs > limitMs) {
      return { change: this.enter(peer, state, "failed", silentMs, nowMs), probe: false };
    }
    return nothingNew;
  }

  private enter(
    peer: NodeId,
    state: State,
    health: PeerHealth,
    silentMs: number,
    nowMs: number,
  ): HealthChange | null {
    if (state.health === health) return null;
    state.health = health;
    state.sinceMs = nowMs;
    return { peer, health, silentMs };
  }

  private silenceLimitMs({ srttMs, rttvarMs }: PeerSigns): number {
    if (srttMs === null || rttvarMs === null) return this.toleranceMs;
    return Math.max(this.toleranceMs, 3 * this.beatMs + srttMs + 4 * rttvarMs);
  }
}

/**
 * Timing: from milliseconds that people choose to ticks that the core counts, and the checks between them.
 */

import { definitely } from "./member-error.ts";

/** Timeouts in milliseconds. */
export type Timing = {
  /** Between a leader's heartbeats. */
  readonly heartbeatMs: number;
  /** Election timeouts are drawn from `[electionMinMs, electionMaxMs)`. */
  readonly electionMinMs: number;
  readonly electionMaxMs: number;
  /**
   * How far timeouts may follow slow links and disks: the window is never moved above this many times the configured
   * one. 1 turns adaption off.
   */
  readonly adaptionMax: number;
};

/** Known surroundings. `default` fits one rack or one machine under load. */
export type TimingProfile = "default" | "lan" | "wan";

const profiles: Readonly<Record<TimingProfile, Timing>> = {
  default: { heartbeatMs: 50, electionMinMs: 150, electionMaxMs: 300, adaptionMax: 4 },
  lan: { heartbeatMs: 30, electionMinMs: 100, electionMaxMs: 200, adaptionMax: 4 },
  wan: { heartbeatMs: 80, electionMinMs: 250, electionMaxMs: 500, adaptionMax: 4 },
};

/** Length of a tick: the resolution of every timeout. */
export const tickMs = 10;

/** Timing in ticks. */
export type TickTiming = {
  readonly heartbeatTicks: number;
  readonly electionTicks: number;
  readonly electionSpreadTicks: number;
  readonly adaptionMax: number;
};

/**
 * Completes and checks timing.
 * @throws MemberError `invalid`, naming the values and why they cannot work together.
 */
export function resolveTiming(profile: TimingProfile, overrides: Partial<Timing> = {}): TickTiming {
  const timing = { ...profiles[profile], ...overrides };
  const { heartbeatMs, electionMinMs, electionMaxMs, adaptionMax } = timing;
  for (const [name, value] of Object.entries(timing)) {
    if (!Number.isFinite(value) || value <= 0)
      throw definitely("invalid", `${name} must be a positive number, not ${value}`);
  }
  if (heartbeatMs < tickMs) {
    throw definitely(
      "invalid",
      `heartbeatMs (${heartbeatMs}) must be at least ${tickMs}, the length of a tick`,
    );
  }
  if (electionMinMs < 2 * heartbeatMs) {
    throw definitely(
      "invalid",
      `electionMinMs (${electionMinMs}) must be at least twice heartbeatMs (${heartbeatMs}): one late heartbeat would start an election`,
    );
  }
  if (electionMaxMs < electionMinMs + 5 * tickMs) {
    throw definitely(
      "invalid",
      `electionMaxMs (${electionMaxMs}) must be at least ${5 * tickMs} above electionMinMs (${electionMinMs}): members that time out together split the vote again and again`,
    );
  }
  if (electionMaxMs > 50_000) {
    throw definitely(
      "invalid",
      `electionMaxMs (${electionMaxMs}) must not exceed 50000: nobody would lead for so long`,
    );
  }
  if (adaptionMax < 1 || adaptionMax > 100) {
    throw definitely("invalid", `adaptionMax (${adaptionMax}) must lie between 1 (off) and 100`);
  }
  const electionTicks = Math.ceil(electionMinMs / tickMs);
  return {
    heartbeatTicks: Math.max(1, Math.floor(heartbeatMs / tickMs)),
    electionTicks,
    electionSpreadTicks: Math.max(1, Math.floor(electionMaxMs / tickMs) - electionTicks),
    adaptionMax,
  };
}

/** What is measured of one link. */
export type LinkTiming = { readonly srttMs: number; readonly rttvarMs: number };

/**
 * The election window that fits what is measured (as TCP's retransmission timeout, RFC 6298): a heartbeat may be late
 * by the round trip, four times its deviation, and the time that a disk takes. Never below the configured window, never
 * above `adaptionMax` times it.
 */
export function adaptedWindow(
  timing: TickTiming,
  links: readonly LinkTiming[],
  diskMs: number,
): { readonly lowTicks: number; readonly spreadTicks: number } {
  const slowestMs = links.reduce((slowest, link) => Math.max(slowest, link.srttMs + 4 * link.rttvarMs), 0);
  const neededTicks = timing.heartbeatTicks * 2 + Math.ceil((slowestMs + diskMs) / tickMs);
  const highestTicks = Math.floor(timing.electionTicks * timing.adaptionMax);
  const lowTicks = Math.min(Math.max(timing.electionTicks, neededTicks), highestTicks);
  const scale = lowTicks / timing.electionTicks;
  return { lowTicks, spreadTicks: Math.max(1, Math.round(timing.electionSpreadTicks * scale)) };
}

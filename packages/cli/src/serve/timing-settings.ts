/**
 * Heartbeats and the election window: Quorate's, unless etcd's flags ask for etcd's.
 */

import { usageError } from "../command-error.ts";
import type { FlagValues } from "./flag-values.ts";

/** What `ServerSettings` has of it. */
export type TimingSettings = {
  readonly heartbeatMs: number;
  readonly electionMinMs: number;
  readonly electionMaxMs: number;
};

const profiles: Readonly<Record<"default" | "lan" | "wan", TimingSettings>> = {
  default: { heartbeatMs: 50, electionMinMs: 150, electionMaxMs: 300 },
  lan: { heartbeatMs: 30, electionMinMs: 100, electionMaxMs: 200 },
  wan: { heartbeatMs: 80, electionMinMs: 250, electionMaxMs: 500 },
};

/** etcd's rule: a follower may miss four heartbeats. */
const heartbeatsPerElection = 5;
const electionMsMax = 50_000;
const heartbeatMsMin = 10;
/** Members whose timeouts are closer than this vote against each other again and again. */
const windowMsMin = 50;

/**
 * With neither `--heartbeat-interval` nor `--election-timeout` a profile's timing; with either, what etcd does: its
 * default for the other one, and timeouts drawn from [E, 2E].
 * @throws CommandError
 */
export function readTiming(values: FlagValues): TimingSettings {
  const isEtcds = values.has("heartbeat-interval") || values.has("election-timeout");
  if (isEtcds && values.has("timing-profile")) {
    const given = values.has("election-timeout") ? "election-timeout" : "heartbeat-interval";
    throw usageError(
      `${values.shown("timing-profile")} and ${values.shown(given)} contradict each other; give the profile or the numbers`,
    );
  }
  const base = isEtcds
    ? readEtcds(values)
    : profiles[values.choice("timing-profile", ["default", "lan", "wan"])];
  if (!values.has("election-timeout-max")) return base;
  const electionMaxMs = values.number("election-timeout-max");
  if (electionMaxMs < base.electionMinMs + windowMsMin) {
    throw usageError(
      `${values.shown("election-timeout-max")} must be at least ${windowMsMin} above the lower end of the window, ${base.electionMinMs}: members that time out together split the vote`,
    );
  }
  if (electionMaxMs > electionMsMax)
    throw usageError(`${values.shown("election-timeout-max")}: it must be at most ${electionMsMax}`);
  return { ...base, electionMaxMs };
}

function readEtcds(values: FlagValues): TimingSettings {
  const heartbeatMs = values.number("heartbeat-interval");
  const electionMinMs = values.number("election-timeout");
  if (heartbeatMs < heartbeatMsMin)
    throw usageError(`${values.shown("heartbeat-interval")}: it must be at least ${heartbeatMsMin}, a tick`);
  if (electionMinMs < heartbeatsPerElection * heartbeatMs) {
    throw usageError(
      `${values.shown("election-timeout")} must be at least ${heartbeatsPerElection} times ${values.shown("heartbeat-interval")}: raise it to ${heartbeatsPerElection * heartbeatMs} or lower the heartbeat interval`,
    );
  }
  if (electionMinMs > electionMsMax - windowMsMin) {
    throw usageError(
      `${values.shown("election-timeout")}: it must be at most ${electionMsMax - windowMsMin}`,
    );
  }
  return { heartbeatMs, electionMinMs, electionMaxMs: Math.min(2 * electionMinMs, electionMsMax) };
}

/**
 * The measurements: what is asked of which member, and what is noted around it.
 */

import type { Cluster, Roles } from "./cluster.ts";
import { type Percentiles, percentilesOf } from "./percentiles.ts";
import type { SelfTime } from "./profile.ts";
import type { Load, LoadFigures, LoadKind, Usage } from "./protocol.ts";

/** Who is asked. */
export type Where = "leader" | "follower";

/** How much is measured. */
export type Effort = {
  readonly warmUpMs: number;
  readonly proposeMs: number;
  readonly readMs: number;
  readonly kills: number;
};

export const fullEffort: Effort = { warmUpMs: 400, proposeMs: 2_000, readMs: 800, kills: 50 };
export const quickEffort: Effort = { warmUpMs: 200, proposeMs: 700, readMs: 300, kills: 5 };

/** What is measured in one run. */
export type Scenario = {
  readonly kind: LoadKind;
  readonly where: Where;
  readonly inFlight: number;
  readonly payloadBytes: number;
};

/** The figures of one scenario. */
export type Measurement = Scenario &
  LoadFigures & {
    /** Entries per write (and fsync) of the leader's log. */
    readonly entriesPerSync: number;
    readonly syncsPerSecond: number;
    /** Cores that the leader's process kept busy, and all three together; 1 is one core. */
    readonly leaderCores: number;
    readonly allCores: number;
    /** Microseconds of CPU that all three processes together spent per call: noise of other programs is not in it. */
    readonly cpuMicrosPerCall: number;
  };

/** Runs one scenario, after a warm-up of the same kind. */
export async function measure(cluster: Cluster, scenario: Scenario, effort: Effort): Promise<Measurement> {
  const { kind, where, inFlight, payloadBytes } = scenario;
  const roles = await cluster.settle();
  const asked = cluster.member(where === "leader" ? roles.leader : (roles.followers[0] as string));
  const load = (durationMs: number): Load => ({ kind, inFlight, durationMs, payloadBytes });
  await asked.call("load", load(effort.warmUpMs));
  const before = await usageOf(cluster, roles);
  const startedAtMs = performance.now();
  const figures = await asked.call("load", load(kind === "propose" ? effort.proposeMs : effort.readMs));
  const after = await usageOf(cluster, roles);
  const elapsedMs = performance.now() - startedAtMs;
  const { term } = await cluster.settle();
  if (term !== roles.term)
    process.stderr.write(`leadership changed during the next line's run (term ${term})\n`);
  const syncs = after.leader.diskWrites - before.leader.diskWrites;
  const entries = after.leader.diskEntries - before.leader.diskEntries;
  const allCpuMicros = after.allCpuMicros - before.allCpuMicros;
  return {
    ...scenario,
    ...figures,
    entriesPerSync: syncs === 0 ? 0 : entries / syncs,
    syncsPerSecond: (syncs / elapsedMs) * 1000,
    leaderCores: (after.leader.cpuMicros - before.leader.cpuMicros) / 1000 / elapsedMs,
    allCores: allCpuMicros / 1000 / elapsedMs,
    cpuMicrosPerCall: allCpuMicros / figures.latencyMs.samples,
  };
}

async function usageOf(
  cluster: Cluster,
  { leader }: Roles,
): Promise<{ readonly leader: Usage; readonly allCpuMicros: number }> {
  const usages = await Promise.all(cluster.all.map((process) => process.call("usage", null)));
  const position = cluster.all.indexOf(cluster.member(leader));
  const allCpuMicros = usages.reduce((total, { cpuMicros }) => total + cpuMicros, 0);
  return { leader: usages[position] as Usage, allCpuMicros };
}

/** One kill of the leader. */
export type Failover = {
  /** From the kill to the first write that was accepted by a new leader, seen at whichever survivor was first. */
  readonly downMs: number;
  /** The part of it until the first survivor knew of a new leader. */
  readonly leaderlessMs: number;
  /** Terms that it took: 1 if the first election succeeded. */
  readonly terms: number;
  /** The survivors' widest election timeout when the leader died: slow disks and links widen it. */
  readonly windowHighMs: number;
  /** How long a survivor's process was held up meanwhile; 0 if none was, for longer than 50 ms. */
  readonly pausedMs: number;
};

/** All kills. */
export type FailoverReport = {
  readonly downMs: Percentiles;
  readonly leaderlessMs: Percentiles;
  readonly kills: readonly Failover[];
};

/** The kill comes at any moment of the leader's heartbeat period. */
const phaseMsMax = 100;

/** Kills the leader, measures, starts it again, waits until it has caught up; `count` times. */
export async function measureFailover(
  cluster: Cluster,
  count: number,
  payloadBytes: number,
  onKill: (failover: Failover, done: number) => void,
): Promise<FailoverReport> {
  const kills: Failover[] = [];
  for (let done = 1; done <= count; done++) {
    const failover = await killLeader(cluster, payloadBytes);
    kills.push(failover);
    onKill(failover, done);
  }
  return {
    downMs: percentilesOf(kills.map(({ downMs }) => downMs)),
    leaderlessMs: percentilesOf(kills.map(({ leaderlessMs }) => leaderlessMs)),
    kills,
  };
}

async function killLeader(cluster: Cluster, payloadBytes: number): Promise<Failover> {
  await cluster.settle();
  await new Promise((resolve) => setTimeout(resolve, Math.random() * phaseMsMax));
  const { leader, followers, term } = await cluster.settle();
  const victim = cluster.member(leader);
  const killedAtNs = victim.kill();
  const search = { afterTerm: term, payloadBytes };
  const writes = await Promise.all(followers.map((name) => cluster.member(name).call("seek", search)));
  const first = writes.reduce((one, other) =>
    BigInt(one.acceptedAtNs) <= BigInt(other.acceptedAtNs) ? one : other,
  );
  await victim.gone();
  await cluster.startMember(leader);
  const sinceKillMs = (atNs: string): number => Number(BigInt(atNs) - killedAtNs) / 1e6;
  const led = writes.filter(({ ledAtNs }) => ledAtNs !== "").map(({ ledAtNs }) => sinceKillMs(ledAtNs));
  return {
    downMs: sinceKillMs(first.acceptedAtNs),
    leaderlessMs: Math.min(...led),
    terms: first.term - term,
    windowHighMs: Math.max(...writes.map(({ windowHighMs }) => windowHighMs)),
    pausedMs: Math.max(...writes.map(({ pausedMs }) => pausedMs)),
  };
}

const profileMs = 4_000;

/** Profiles the leader's process under a load at the leader. */
export async function profileLeader(
  cluster: Cluster,
  scenario: Scenario,
  file: string,
): Promise<{ readonly figures: LoadFigures; readonly selfTimes: readonly SelfTime[] }> {
  const { leader, followers } = await cluster.settle();
  const { kind, where, inFlight, payloadBytes } = scenario;
  const asked = cluster.member(where === "leader" ? leader : (followers[0] as string));
  await asked.call("load", { kind, inFlight, payloadBytes, durationMs: 2_000 });
  const process = cluster.member(leader);
  await process.call("profileStart", null);
  const figures = await asked.call("load", { kind, inFlight, payloadBytes, durationMs: profileMs });
  return { figures, selfTimes: await process.call("profileStop", { file }) };
}

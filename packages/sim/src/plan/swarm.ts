/**
 * The swarm: draws a plan from a seed. Some kinds of faults are off, the others have random weights, and everything that
 * has a range is somewhere in it, so that seeds differ in kind and not only in detail (Groce et al. 2012).
 */

import type { RandomStream } from "../world/random-streams.ts";
import { RandomStreams } from "../world/random-streams.ts";
import { allFlavours, flavourNamed } from "./flavours/all-flavours.ts";
import type { Flavour } from "./flavours/flavour.ts";
import { pickFlavour } from "./flavours/pick-flavour.ts";
import type { Fault, FaultKind, Plan, Selector, Topology } from "./plan.ts";

/** How often clients do what, in percent: mixed, mostly reading, mostly writing. */
const shares = [
  { get: 35, put: 30, cas: 15, delete: 5, scan: 5 },
  { get: 70, put: 10, cas: 5, delete: 2, scan: 10 },
  { get: 10, put: 60, cas: 20, delete: 5, scan: 2 },
];

/** What the swarm may be told. */
export type SwarmOptions = {
  /** Default: drawn, 1–7. */
  readonly members?: number;
  /** Length of the safety phase; default: drawn, 8–30 s. */
  readonly safetyMs?: number;
  /** Whether there are faults at all. Default true. */
  readonly hasFaults?: boolean;
  /** The flavour of every plan, by name, or none at all (null). Default: most plans have one that is drawn. */
  readonly flavour?: string | null;
};

type MakeFault = (random: RandomStream) => FaultKind;

/** Kinds of faults, and how one is drawn. */
const makers: Readonly<Record<string, MakeFault>> = {
  delay: (random) => ({
    kind: "network-delay",
    latencyMs: random.between(5, 200),
    jitterMs: random.between(0, 100),
  }),
  loss: (random) => ({ kind: "network-loss", percent: random.between(1, 30) }),
  duplicate: (random) => ({ kind: "network-duplicate", percent: random.between(1, 50) }),
  reorder: (random) => ({
    kind: "network-reorder",
    percent: random.between(1, 50),
    byMs: random.between(1, 100),
  }),
  bandwidth: (random) => ({ kind: "network-bandwidth", bytesPerSecond: 1000 * random.between(20, 500) }),
  partition: (random) => ({
    kind: "network-partition",
    direction: random.pick(["both", "both", "to", "from"] as const),
  }),
  clog: () => ({ kind: "x-clog" }),
  cut: (random) => ({ kind: "x-snapshot-cut", atBytes: random.between(100, 20_000) }),
  kill: (random) => ({ kind: "pod-kill", losesPower: false, keepsUnsyncedPercent: random.pick([0, 50, 90]) }),
  power: (random) => ({
    kind: "pod-kill",
    losesPower: true,
    keepsUnsyncedPercent: random.pick([0, 20, 50, 90]),
  }),
  storm: (random) => ({ kind: "x-restart-storm", everyMs: random.between(50, 1000) }),
  pause: () => ({ kind: "x-event-loop-pause" }),
  late: (random) => ({ kind: "x-late-timers", upToMs: random.between(2, 100) }),
  slowDisk: (random) => ({
    kind: "io-latency",
    delayMs: random.between(5, 1000),
    percent: random.between(1, 100),
  }),
  diskErrors: (random) => ({
    kind: "io-fault",
    errno: random.pick(["EIO", "EIO", "ENOSPC"] as const),
    methods: random.pick([[], ["write"], ["datasync"], ["sync-directory"]]),
  }),
  stall: () => ({ kind: "x-io-stall" }),
  torn: () => ({ kind: "x-torn-write" }),
  lostWrite: () => ({ kind: "x-lost-write" }),
  misdirected: () => ({ kind: "x-misdirected-write" }),
  lie: () => ({ kind: "x-fsync-lie" }),
  rot: (random) => ({ kind: "x-bit-rot", flips: random.between(1, 4) }),
  wallClock: (random) => ({ kind: "time-offset", offsetMs: random.between(-3_600_000, 3_600_000) }),
  drift: (random) => ({ kind: "x-clock-drift", ppm: random.between(-driftPpmMax, driftPpmMax) }),
  strobe: (random) => ({
    kind: "x-clock-strobe",
    periodMs: random.between(1, 500),
    offsetMs: random.between(1, 10_000),
  }),
  membership: (random) => ({
    kind: "x-membership",
    change: random.pick(["add", "add", "remove", "replace", "promote", "update"] as const),
  }),
  wipe: () => ({ kind: "x-wipe-and-rejoin" }),
  transfer: () => ({ kind: "x-transfer-leadership" }),
  isolate: () => ({ kind: "x-isolate" }),
};

/** Two clocks that drift apart by twice this stay within the margin of lease reads (10 %). */
const driftPpmMax = 40_000;

/** Those that last longer are rarer, or nothing would ever work. */
const lastingMs: Readonly<Record<string, number>> = { storm: 1500, stall: 1500, loss: 3000, wallClock: 5000 };

/** So many of a million plans are directed at a situation; see `flavours/`. They are the shorter ones. */
const directedPerMillion = 600_000;

/** The plan of a seed. @throws RangeError for a flavour that there is not */
export function swarmPlan(seed: number, options: SwarmOptions = {}): Plan {
  const streams = new RandomStreams(seed);
  const plan = plainPlan(seed, streams.stream("swarm"), options);
  // Streams of their own: what else is drawn for a seed does not depend on how many flavours there are.
  const flavour = drawFlavour(streams, options);
  if (flavour === null) return plan;
  const { members } = options;
  const random = streams.stream(`flavour ${flavour.name}`);
  const directed = flavour.direct(shortened(plan, random, options), random);
  return { ...directed, name: `seed ${seed}, ${flavour.name}`, members: members ?? directed.members };
}

/** A directed plan need not wait for its luck: more seeds find more than longer ones. */
function shortened(plan: Plan, random: RandomStream, options: SwarmOptions): Plan {
  const safetyMs = options.safetyMs ?? 1000 * random.between(5, 10);
  return { ...plan, safetyMs, faults: plan.faults.filter(({ atMs }) => atMs < safetyMs) };
}

function drawFlavour(streams: RandomStreams, { hasFaults = true, flavour }: SwarmOptions): Flavour | null {
  if (!hasFaults || flavour === null) return null;
  if (flavour !== undefined) return flavourNamed(flavour);
  return streams.stream("flavour").chance(directedPerMillion) ? pickFlavour(streams, allFlavours) : null;
}

function plainPlan(seed: number, random: RandomStream, options: SwarmOptions): Plan {
  const members = options.members ?? random.pick([1, 2, 3, 3, 3, 3, 4, 5, 5, 5, 7]);
  const safetyMs = options.safetyMs ?? 1000 * random.between(8, 30);
  const minUs = random.pick([50, 200, 200, 1000, 5000, 30_000]);
  const hasFaults = options.hasFaults ?? true;
  const clients = random.between(1, 13);
  return {
    format: 1,
    name: `seed ${seed}`,
    seed,
    members,
    topology: random.pick(["mesh", "mesh", "mesh", "ring", "star-of-stars"] satisfies Topology[]),
    latency: { minUs, meanUs: minUs + random.pick([100, 500, 500, 5000, 30_000]) },
    diskUs: random.pick([
      { minUs: 100, meanUs: 500 },
      { minUs: 500, meanUs: 1500 },
      { minUs: 500, meanUs: 1500 },
      { minUs: 1000, meanUs: 20_000 },
    ]),
    settings: drawSettings(random),
    workload: {
      kind: "kv",
      clients,
      // All together some calls a second: more of them cost time and find nothing else.
      thinkMs: Math.ceil((clients * 1000) / random.pick([5, 20, 50, 100])),
      keys: random.between(1, 8),
      parameters: {
        shares: random.pick(shares),
        bursts: random.pick([0, 0, 1, 1, 2]),
        watchers: random.pick([0, 1, 2, 4]),
        leases: random.pick([0, 0, 1, 4]),
        compacts: random.chance(400_000),
        churns: random.chance(200_000),
      },
    },
    safetyMs,
    livenessMs: 60_000,
    contract: "safe",
    faults: hasFaults ? drawFaults(random, safetyMs) : [],
  };
}

function drawSettings(random: RandomStream): Plan["settings"] {
  return {
    leaseReads: random.chance(300_000),
    leaseCheckpointMs: random.chance(200_000) ? 700 : 0,
    segmentBytes: random.pick([16, 64, 256]) * 1024,
    limits: {
      snapshotEntries: random.pick([20, 60, 200, 1000]),
      catchUpEntries: random.pick([0, 10, 100]),
      catchUpBytes: random.pick([0, 2000, 20_000]),
      laggardBytesMax: random.pick([4000, 40_000, 1024 * 1024]),
      flushEntries: random.pick([10, 40, 10_000]),
      quorumLossMs: random.pick([1000, 3000]),
      messageBytesMax: random.pick([200, 2000, 1024 * 1024]),
      inflightMessagesMax: random.pick([1, 4, 256]),
    },
  };
}

function drawFaults(random: RandomStream, safetyMs: number): readonly Fault[] {
  const weights = Object.keys(makers)
    .map((name) => ({ name, weight: random.chance(600_000) ? 0 : random.between(1, 10) }))
    .filter(({ weight }) => weight > 0);
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  const everyMs = random.pick([300, 800, 1500, 3000]);
  const faults: Fault[] = [];
  if (total === 0) return faults;
  const draw = (atMs: number): Fault => {
    let left = random.below(total);
    const name = weights.find(({ weight }) => (left -= weight) < 0)?.name ?? "kill";
    const lasts = lastingMs[name] ?? random.pick([200, 1000, 1000, 5000]);
    return {
      id: `f${faults.length + 1}`,
      atMs,
      durationMs: 20 + random.below(lasts),
      selector: drawSelector(name, random),
      ...(makers[name] as MakeFault)(random),
    };
  };
  const shakes = random.chance(500_000);
  const coups = random.chance(300_000);
  for (let atMs = 1000 + random.below(everyMs); atMs < safetyMs; atMs += 1 + random.below(everyMs * 2)) {
    if (coups && random.chance(300_000)) {
      faults.push(...coup(atMs, faults.length + 1, random));
      continue;
    }
    const fault = draw(atMs);
    faults.push(fault);
    if (shakes && random.chance(300_000)) faults.push(aftershock(fault, faults.length + 1, random));
  }
  return faults;
}

/** Trouble for whoever leads when a fault ends, or a moment after it began: when members know the least of each other. */
function aftershock({ atMs, durationMs }: Fault, number: number, random: RandomStream): Fault {
  const beginsMs = atMs + (random.chance(500_000) ? (durationMs ?? 0) : random.between(100, 800));
  const kind = random.pick<FaultKind>([
    { kind: "pod-kill", losesPower: true, keepsUnsyncedPercent: 0 },
    { kind: "x-event-loop-pause" },
    { kind: "network-partition", direction: random.pick(["both", "to", "from"] as const) },
  ]);
  return {
    id: `f${number}`,
    atMs: beginsMs + random.below(30),
    durationMs: random.between(100, 2000),
    selector: { mode: "x-role", value: "leader" },
    ...kind,
  };
}

/**
 * A leader is cut off with entries that nobody else has, and when it can be heard again its successor is gone: the hour of
 * whoever has the longer log, or the later one.
 */
function coup(atMs: number, number: number, random: RandomStream): readonly Fault[] {
  const selector: Selector = { mode: "x-role", value: "leader" };
  const lastsMs = random.between(250, 900);
  const fall = random.pick<FaultKind>([
    { kind: "pod-kill", losesPower: false, keepsUnsyncedPercent: 0 },
    { kind: "x-event-loop-pause" },
    { kind: "network-partition", direction: "both" },
  ]);
  return [
    {
      id: `f${number}`,
      atMs,
      durationMs: lastsMs,
      selector,
      kind: "network-partition",
      direction: random.pick(["both", "both", "from"] as const),
    },
    {
      id: `f${number + 1}`,
      atMs: atMs + lastsMs - random.below(60),
      durationMs: random.between(500, 2000),
      selector,
      ...fall,
    },
  ];
}

function drawSelector(name: string, random: RandomStream): Selector {
  if (name === "partition") {
    const value = random.pick(["minority", "majority", "majorities-ring", "bridge", "primaries"] as const);
    return random.chance(700_000) ? { mode: "x-target", value } : { mode: "one" };
  }
  const role = random.pick(["leader", "follower"] as const);
  return random.pick<Selector>([
    { mode: "one" },
    { mode: "one" },
    { mode: "x-role", value: role },
    { mode: "x-target", value: "minority" },
    { mode: "all" },
    { mode: "random-max-percent", value: 100 },
  ]);
}

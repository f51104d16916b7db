/**
 * The house as data: which package may import which, and what stays behind the seams.
 */

/** A package's place in the house. */
export type Layer = {
  /** The packages that it may import, by folder name; nothing else is allowed. */
  readonly imports: readonly string[];
  /** What its tests may import besides: the simulated seams of the packages below. */
  readonly testImports: readonly string[];
  /** Whether it may use `node:` modules and packages from npm. */
  readonly isPure: boolean;
  /** Whether time, randomness, disk and network may reach it through seams only. */
  readonly isSeamed: boolean;
};

const layer = (imports: readonly string[], rules: Partial<Layer> = {}): Layer => ({
  testImports: [],
  isPure: false,
  isSeamed: false,
  ...rules,
  imports,
});

const everythingBelowCli = [
  "raft",
  "store",
  "etcd-api",
  "storage",
  "transport",
  "member",
  "server",
  "client",
  "registry",
  "sim",
  "lab",
  "dashboard",
];

/** The house. A package that is not in it is a finding. */
export const house: ReadonlyMap<string, Layer> = new Map([
  ["raft", layer([], { isPure: true, isSeamed: true })],
  ["store", layer([], { isSeamed: true })],
  ["etcd-api", layer([])],
  ["storage", layer(["raft"])],
  ["transport", layer(["raft"])],
  ["member", layer(["raft", "store", "storage", "transport"], { isSeamed: true })],
  ["server", layer(["member", "store", "etcd-api"], { testImports: ["storage", "transport"] })],
  ["client", layer(["etcd-api"])],
  ["registry", layer(["client"])],
  ["sim", layer(["raft", "store", "storage", "transport", "member"])],
  ["lab", layer(["sim", "client"])],
  ["cli", layer(everythingBelowCli)],
  ["dashboard", layer([])],
]);

/** The scope of the workspace's packages. */
export const scope = "@quorate/";

/** What a seamed package's sources may not name, and the seam that gives it instead. A star stands for any property. */
export const seamUses: ReadonlyMap<string, string> = new Map([
  ["Date.now", "Clock"],
  ["new Date", "Clock"],
  ["Date", "Clock"],
  ["performance", "Clock"],
  ["performance.*", "Clock"],
  ["process.hrtime", "Clock"],
  ["setTimeout", "Clock"],
  ["setInterval", "Clock"],
  ["setImmediate", "Clock"],
  ["globalThis.setTimeout", "Clock"],
  ["globalThis.setInterval", "Clock"],
  ["globalThis.setImmediate", "Clock"],
  ["Math.random", "Random"],
  ["crypto", "Random"],
  ["crypto.*", "Random"],
  ["globalThis.crypto", "Random"],
  ["fetch", "Transport"],
]);

/** Modules that a seamed package's sources may not import, and the seam that gives what they do. */
export const seamModules: ReadonlyMap<string, string> = new Map([
  ["timers", "Clock"],
  ["timers/promises", "Clock"],
  ["perf_hooks", "Clock"],
  ["crypto", "Random"],
  ["fs", "Disk"],
  ["fs/promises", "Disk"],
  ["net", "Transport"],
  ["tls", "Transport"],
  ["dgram", "Transport"],
  ["dns", "Transport"],
  ["dns/promises", "Transport"],
  ["http", "Transport"],
  ["http2", "Transport"],
  ["https", "Transport"],
]);

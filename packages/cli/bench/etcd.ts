/**
 * Quorate beside Debian's etcd: `npm run bench:etcd [-- --seconds N] [--only PART] [--profile]`.
 *
 * Three members each, one cluster after the other, the same load. Prints a table of figures and ratios; no figure is a
 * verdict.
 */

import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { encode, LeaseGrantRequest, PutRequest, RangeRequest } from "@quorate/etcd-api";
import { isInstalled, ProcessCluster, type ServerKind } from "../test/acceptance/process-cluster.ts";
import { type LoadResult, runLoad } from "./h2load.ts";
import { findLeader } from "./leader.ts";
import { measureWatchFanOut } from "./watch-fan-out.ts";

const text = new TextEncoder();
const valueBytes = 256;

/** One kind of call at one number in flight. */
type Case = {
  readonly name: string;
  readonly path: string;
  readonly message: Uint8Array;
  readonly inFlight: number;
  /** Whether a follower is asked instead of the leader. */
  readonly atFollower: boolean;
};

const kinds: readonly { readonly name: string; readonly path: string; readonly message: Uint8Array }[] = [
  {
    name: "put",
    path: "/etcdserverpb.KV/Put",
    message: encode(
      PutRequest,
      PutRequest.create({
        key: text.encode("bench"),
        value: new Uint8Array(valueBytes).fill(120),
      }),
    ),
  },
  {
    name: "get, linearizable",
    path: "/etcdserverpb.KV/Range",
    message: encode(RangeRequest, RangeRequest.create({ key: text.encode("bench") })),
  },
  {
    name: "get, serializable",
    path: "/etcdserverpb.KV/Range",
    message: encode(
      RangeRequest,
      RangeRequest.create({
        key: text.encode("bench"),
        serializable: true,
      }),
    ),
  },
];

const cases: readonly Case[] = [
  ...kinds.flatMap((kind) =>
    [1, 100, 1000].map((inFlight): Case => ({ ...kind, inFlight, atFollower: false })),
  ),
  ...kinds.map(
    (kind): Case => ({ ...kind, name: `${kind.name}, at a follower`, inFlight: 100, atFollower: true }),
  ),
  {
    name: "lease grant",
    path: "/etcdserverpb.Lease/LeaseGrant",
    message: encode(LeaseGrantRequest, LeaseGrantRequest.create({ ttl: 60 })),
    inFlight: 100,
    atFollower: false,
  },
];

type Row = {
  readonly name: string;
  readonly inFlight: number;
  readonly results: Map<ServerKind, LoadResult>;
};

function connectionsFor(inFlight: number): { readonly connections: number; readonly streams: number } {
  if (inFlight === 1) return { connections: 1, streams: 1 };
  return inFlight === 100 ? { connections: 10, streams: 10 } : { connections: 50, streams: 20 };
}

async function measure(kind: ServerKind, rows: readonly Row[], seconds: number, only: string): Promise<void> {
  const cluster = await ProcessCluster.start(kind);
  try {
    const { leader, follower } = await findLeader(cluster);
    for (const [position, one] of cases.entries()) {
      const row = rows[position];
      if (row === undefined || !one.name.includes(only)) continue;
      const url = one.atFollower ? follower : leader;
      const load = { ...connectionsFor(one.inFlight), seconds };
      row.results.set(kind, await runLoad(url, one.path, one.message, load));
      process.stderr.write(`${kind}: ${one.name}, ${one.inFlight} in flight: done\n`);
    }
    const watchRow = rows[cases.length];
    if (watchRow !== undefined && "watch".includes(only)) {
      watchRow.results.set(kind, await measureWatchFanOut(leader, watchRow.inFlight, seconds));
    }
  } finally {
    await cluster.stop();
  }
}

function report(rows: readonly Row[]): string {
  const head = [
    "",
    "in flight",
    "etcd/s",
    "quorate/s",
    "ratio",
    "etcd p50/p99 ms",
    "quorate p50/p99 ms",
    "failed",
  ];
  const lines = rows
    .filter(({ results }) => results.size > 0)
    .map(({ name, inFlight, results }) => {
      const etcd = results.get("etcd");
      const quorate = results.get("quorate");
      const ratio =
        etcd === undefined || quorate === undefined ? Number.NaN : quorate.perSecond / etcd.perSecond;
      const times = (result: LoadResult | undefined): string =>
        result === undefined ? "–" : `${result.p50Ms.toFixed(2)} / ${result.p99Ms.toFixed(2)}`;
      return [
        name,
        `${inFlight}`,
        etcd?.perSecond.toFixed(0) ?? "–",
        quorate?.perSecond.toFixed(0) ?? "–",
        Number.isNaN(ratio) ? "–" : `${ratio.toFixed(2)} ×`,
        times(etcd),
        times(quorate),
        `${etcd?.failed ?? "–"} / ${quorate?.failed ?? "–"}`,
      ];
    });
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  return [head, ...lines]
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .join("\n");
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "5" },
      only: { type: "string", default: "" },
      kind: { type: "string" },
    },
  });
  const missing = ["etcd", "h2load"].filter((command) => !isInstalled(command));
  if (missing.length > 0) {
    throw new Error(`not installed: ${missing.join(", ")}; apt-get install etcd-server nghttp2-client`);
  }
  const rows: Row[] = [
    ...cases.map(({ name, inFlight }): Row => ({ name, inFlight, results: new Map() })),
    { name: "watch, events delivered", inFlight: 100, results: new Map() },
  ];
  const clusters: ServerKind[] = ["etcd", "quorate"];
  for (const kind of clusters) {
    if (values.kind !== undefined && values.kind !== kind) continue;
    await measure(kind, rows, Number(values.seconds), values.only);
  }
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"]).toString().trim();
  const cpu = cpus();
  process.stdout.write(
    `${cpu.length} × ${cpu[0]?.model ?? "?"}, Node ${process.versions.node}, commit ${commit}, ${valueBytes}-byte values, fsync on, 3 members on this machine, load by h2load on the same machine\n\n${report(rows)}\n`,
  );
}

await main();

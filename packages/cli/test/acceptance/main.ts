/**
 * The long acceptance runs: `npm run acceptance -- [--rounds 30] [--kind quorate|etcd]`.
 */

import { parseArgs } from "node:util";
import { KillLoop } from "./kill-loop.ts";
import { ProcessCluster } from "./process-cluster.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "30" }, kind: { type: "string", default: "quorate" } },
});
const kind = values.kind === "etcd" ? "etcd" : "quorate";
const cluster = await ProcessCluster.start(kind);
try {
  const report = await new KillLoop(cluster).run(Number(values.rounds), (round) => {
    process.stderr.write(`round ${round}\n`);
  });
  const { gapsMs, ...rest } = report;
  const at = (share: number): string => gapsMs[Math.floor((gapsMs.length - 1) * share)]?.toFixed(0) ?? "–";
  process.stdout.write(
    `${JSON.stringify(rest, null, 2)}\nkill to next acknowledged write: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, max ${at(1)} ms\n`,
  );
  process.exitCode = report.problems.length === 0 ? 0 : 1;
} finally {
  await cluster.stop();
}

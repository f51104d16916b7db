/**
 * `quorate cluster`: checks what was asked for, and runs it.
 */

import { readFileSync } from "node:fs";
import { usageError } from "../command-error.ts";
import { readGiven } from "../serve/given.ts";
import { readSettings } from "../serve/settings.ts";
import { openPlan, type PlanRequest } from "./cluster-plan.ts";
import { LocalCluster } from "./local-cluster.ts";
import { Screen } from "./screen.ts";

/** Flags that the cluster gives each member itself. */
const ownFlags: ReadonlySet<string> = new Set([
  "name",
  "data-dir",
  "config-file",
  "listen-client-urls",
  "advertise-client-urls",
  "listen-peer-urls",
  "initial-advertise-peer-urls",
  "initial-cluster",
  "initial-cluster-state",
  "initial-cluster-token",
  "log-outputs",
]);

/** @throws CommandError */
export async function runCluster(
  request: PlanRequest,
  flags: readonly string[],
  restarts: boolean,
): Promise<void> {
  checkFlags(flags);
  const plan = await openPlan(request);
  const screen = new Screen(process.stdout, process.env);
  process.once("exit", () => screen.end());
  await new LocalCluster({ plan, dataDir: request.dataDir, flags, restarts }, screen).run();
}

/** Says once what every member would say. */
function checkFlags(flags: readonly string[]): void {
  const given = readGiven(flags, {}, () => "");
  if (given.wants !== "server") throw usageError("for flags of members see quorate serve --help");
  for (const { flag, spelling } of given.assignments.values()) {
    if (ownFlags.has(flag.name))
      throw usageError(`${spelling} differs between members; quorate cluster sets it itself`);
  }
  readSettings(given, () => false, readFileSync);
}

/**
 * A worker process of a campaign: runs the seeds that it is given, one after another, and tells what each came to.
 *
 * Talks over the channel of its parent, and ends with it. Ctrl-C reaches it too, and is the parent's business.
 */

import { type CampaignOptions, type CampaignRun, RecordKeeper, recordOf, runSeed } from "@quorate/sim";
import { makeCampaignOptions } from "./campaign-options.ts";
import { loadExperiment } from "./load-experiment.ts";
import type { SimOptions } from "./sim-options.ts";
import { Strays } from "./strays.ts";

/** What a worker is told: first what the campaign is about, then seeds. */
export type ToWorker =
  | { readonly kind: "setup"; readonly options: SimOptions }
  | { readonly kind: "seeds"; readonly seeds: readonly number[] };

/** What it tells: that it is ready, every run, or that it cannot go on whatever the seed is. */
export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "run"; readonly run: CampaignRun }
  | { readonly kind: "failed"; readonly text: string };

const seeds: number[] = [];
const strays = new Strays();
const keeper = new RecordKeeper();
let campaign: CampaignOptions | null = null;
let isBusy = false;

function tell(message: FromWorker): void {
  // Without a parent there is nobody to tell, and `disconnect` ends this process.
  if (process.connected) process.send?.(message);
}

async function take(message: ToWorker): Promise<void> {
  if (message.kind === "setup") {
    const { options } = message;
    campaign = makeCampaignOptions(options, await loadExperiment(options), strays.take);
    tell({ kind: "ready" });
    return;
  }
  seeds.push(...message.seeds);
  if (isBusy || campaign === null) return;
  isBusy = true;
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift())
    tell({ kind: "run", run: lighter(await runSeed(seed, campaign)) });
  isBusy = false;
}

/** Without the time line of a run that no report will draw. */
function lighter(run: CampaignRun): CampaignRun {
  if (run.measurement === null) return run;
  const problem = run.report.verdict.kind === "pass" ? null : run.report.verdict.kind;
  keeper.add(recordOf(run, { problem, replay: "" }));
  return { ...run, measurement: keeper.records.at(-1)?.measurement ?? null };
}

function fail(error: unknown): void {
  tell({ kind: "failed", text: error instanceof Error ? error.message : String(error) });
}

process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit(0));
process.on("message", (message: ToWorker) => {
  take(message).catch(fail);
});

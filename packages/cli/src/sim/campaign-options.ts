/**
 * What a campaign does for what was asked: the same here and in every worker process, since both make it from the options.
 */

import type { CampaignOptions, Experiment, SwarmOptions } from "@quorate/sim";
import { moduleFlags } from "./load-experiment.ts";
import type { SimOptions } from "./sim-options.ts";

/** One seed of so many is run twice. */
const repeatsEveryDefault = 20;

/** Makes them. `takeStrays`: see `CampaignOptions`. */
export function makeCampaignOptions(
  options: SimOptions,
  experiment: Experiment,
  takeStrays: () => readonly string[],
): CampaignOptions {
  const { twice, seed, search, report } = options;
  const swarm = swarmOptions(options);
  return {
    ...experiment.run,
    makePlan: (one) => experiment.plan(one, swarm),
    repeatsEvery: twice === true || seed !== undefined ? 1 : repeatsEveryDefault,
    measures: report !== undefined,
    takeStrays,
    ...(search === true ? { searches: true } : {}),
  };
}

function swarmOptions({ members, faults, flavour }: SimOptions): SwarmOptions {
  return {
    hasFaults: faults,
    ...(members === undefined ? {} : { members }),
    ...(flavour === undefined ? {} : { flavour: flavour === "none" ? null : flavour }),
  };
}

/** The flags that a run with these options needs to be the same again. */
export function replayFlags(options: SimOptions): string {
  const { members, faults, flavour, search } = options;
  return [
    members === undefined ? "" : ` --members ${members}`,
    faults ? "" : " --no-faults",
    flavour === undefined ? "" : ` --flavour ${flavour}`,
    search === true ? " --search" : "",
    moduleFlags(options),
  ].join("");
}

/**
 * Users of the cluster that somebody registered: a plan names them, and how many of each, in `workload.parameters.custom`.
 */

import type { WorkloadPlan } from "../plan/plan.ts";
import type { AnswerProblem } from "../subject/subject.ts";
import { Client } from "../workload/client.ts";
import type { World } from "../world/world.ts";

/** Somebody who uses the cluster as long as the safety phase lasts. */
export type CustomUser = {
  start(): void;
  /** Makes no more calls. */
  stop(): void;
  /** Asked at the end of the run: what is wrong with the answers, or null. */
  check?(): { readonly invariant: string; readonly text: string } | null;
};

/**
 * Makes one. `client` is a place that makes calls, with random numbers and a clock of its own; `number` is 1, 2, … of this
 * name.
 */
export type MakeCustomUser = (context: {
  readonly world: World;
  readonly client: Client;
  readonly number: number;
}) => CustomUser;

/** See the module. */
export class CustomUsers {
  private readonly users: CustomUser[] = [];
  private readonly world: World;

  /** @throws RangeError for a plan with a user that nobody registered */
  constructor(
    world: World,
    { parameters }: WorkloadPlan,
    makers: Readonly<Record<string, MakeCustomUser>> = {},
  ) {
    this.world = world;
    for (const [name, count] of Object.entries(customOf(parameters))) {
      const make = makers[name];
      if (make === undefined)
        throw new RangeError(`workload.parameters.custom: nobody registered one called ${name}`);
      for (let number = 1; number <= count; number++)
        this.users.push(make({ world, client: new Client(world, number, `custom ${name}`), number }));
    }
  }

  start(): void {
    for (const user of this.users) user.start();
  }

  stop(): void {
    for (const user of this.users) user.stop();
  }

  /** The first thing that one of them complains of. */
  check(): AnswerProblem | null {
    for (const user of this.users) {
      const problem = user.check?.() ?? null;
      if (problem !== null) return { ...problem, atUs: this.world.time.nowUs };
    }
    return null;
  }
}

/** Names and numbers of users that a workload asks for. */
export function customOf(parameters: WorkloadPlan["parameters"]): Readonly<Record<string, number>> {
  const { custom } = parameters;
  return typeof custom === "object" && custom !== null ? (custom as Readonly<Record<string, number>>) : {};
}

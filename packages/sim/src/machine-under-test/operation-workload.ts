/**
 * Everybody who uses somebody's machine in a run, and whether they got what its model says.
 */

import type { StateMachine } from "@quorate/member";
import { checkHistory } from "../linearizability/check-history.ts";
import type { WorkloadPlan } from "../plan/plan.ts";
import type { AnswerProblem, CallFate, RunWorkload, SearchResult } from "../subject/subject.ts";
import { ChurnClient } from "../workload/churn-client.ts";
import type { World } from "../world/world.ts";
import { historyOf, ModelOrder } from "./model-check.ts";
import { OperationBurst } from "./operation-burst.ts";
import type { OperationCall } from "./operation-call.ts";
import { OperationClient } from "./operation-client.ts";
import { OperationLedger } from "./operation-ledger.ts";
import type { SimulatedMachine, SimulatedWorkload } from "./simulated-machine.ts";
import type { TestedMachine } from "./tested-machine.ts";

/** What a plan may say about it. */
export type OperationParameters = {
  readonly timeoutMs?: number;
  readonly sessionsPercent?: number;
  readonly bursts?: number;
  readonly churns?: boolean;
};

/** What it is made of. */
export type OperationWorkloadParts = {
  readonly definition: SimulatedMachine;
  readonly workload: SimulatedWorkload;
  /** Knows how results are encoded. */
  readonly codec: StateMachine;
  /** The machine of a member. */
  readonly testedOf: (member: object) => TestedMachine;
};

const searchStepsMax = 1_000_000;

/** See the module. */
export class OperationWorkload implements RunWorkload {
  search: SearchResult = "not searched";
  private readonly world: World;
  private readonly definition: SimulatedMachine;
  private readonly ledger: OperationLedger;
  private readonly order = new ModelOrder();
  private readonly users: { start(): void; stop(): void }[] = [];

  constructor(world: World, plan: WorkloadPlan, parts: OperationWorkloadParts) {
    const { definition, codec, testedOf } = parts;
    this.world = world;
    this.definition = definition;
    this.ledger = new OperationLedger(world.settings.leaseReads ?? false, codec, testedOf);
    const {
      timeoutMs = 2000,
      sessionsPercent = 30,
      bursts = 0,
      churns = false,
    } = plan.parameters as OperationParameters;
    const workload = this.named(parts.workload);
    const load = { workload, thinkUs: plan.thinkMs * 1000, timeoutMs, sessionsPercent };
    for (let number = 1; number <= plan.clients; number++)
      this.users.push(new OperationClient(world, number, load, this.ledger));
    for (let number = 1; number <= bursts; number++)
      this.users.push(new OperationBurst(world, number, workload, this.ledger));
    if (churns) this.users.push(new ChurnClient(world));
    world.witness.subscribe(this.ledger.take, ["machine-result"]);
    if (definition.model !== undefined) world.witness.subscribe(this.order.take, ["machine-result"]);
  }

  /** The workload, told on to the order which bytes are which input. */
  private named(workload: SimulatedWorkload): SimulatedWorkload {
    if (this.definition.model === undefined) return workload;
    return {
      next: (turn) => {
        const call = workload.next(turn);
        if ("command" in call) this.order.name(call.command, call.input);
        return call;
      },
    };
  }

  start(): void {
    for (const user of this.users) user.start();
  }

  stop(): void {
    for (const user of this.users) user.stop();
  }

  get calls(): readonly OperationCall[] {
    return this.ledger.calls;
  }

  count(fate: CallFate): number {
    return this.calls.filter((call) => call.fate === fate).length;
  }

  check(searches: boolean): AnswerProblem | null {
    const { model } = this.definition;
    if (model === undefined) return null;
    const found = this.order.check(model, this.calls);
    if (found !== null || !searches) return found;
    const report = checkHistory(model, historyOf(this.calls), { stepsMax: searchStepsMax });
    // That it is not finished takes nothing back: the committed order was a linearization.
    this.search = report.verdict === "ok" ? "ok" : "not finished";
    if (report.verdict !== "bad") return null;
    const part = report.part === "" || report.part === null ? "" : ` about ${report.part}`;
    const text = `no order of calls explains the answers${part} by the model ${model.name}`;
    return { invariant: "linearizability", atUs: this.world.time.nowUs, text };
  }
}

/**
 * The meter of a run: an observer that measures what a report tells. It is there only if somebody asked for it; without, a
 * run is as fast as ever, and with it the run is the same, event by event.
 */

import type { NodeId } from "@quorate/raft";
import type { Observation } from "../observe/observation.ts";
import type { Plan } from "../plan/plan.ts";
import { ElectionMeter } from "./election-meter.ts";
import { LagMeter } from "./lag-meter.ts";
import { LaneMeter } from "./lane-meter.ts";
import type { RunMeasurement } from "./measurement.ts";
import { OutageMeter } from "./outage-meter.ts";
import { RequestMeter } from "./request-meter.ts";
import { TrafficMeter } from "./traffic-meter.ts";

/** Steps that the lag of the safety phase is drawn in, at most. */
const lagStepsMax = 300;
const lagStepMinMs = 20;

/** See the module. */
export class RunMeter {
  private readonly plan: Plan;
  private readonly nameOf: (node: NodeId) => string;
  private readonly untilUs: number;
  private readonly outages: OutageMeter;
  private readonly requests = new RequestMeter();
  private readonly elections = new ElectionMeter();
  private readonly traffic = new TrafficMeter();
  private readonly lag: LagMeter;
  private readonly lanes: LaneMeter;
  private livenessMs: number | null = null;

  /** `nameOf`: a member's name; it is asked at the end as well. */
  constructor(plan: Plan, nameOf: (node: NodeId) => string) {
    this.plan = plan;
    this.nameOf = nameOf;
    this.untilUs = plan.safetyMs * 1000;
    this.outages = new OutageMeter(nameOf);
    this.lag = new LagMeter(nameOf, Math.max(lagStepMinMs, Math.ceil(plan.safetyMs / lagStepsMax)));
    this.lanes = new LaneMeter(plan.faults);
  }

  /** Takes an observation; changes nothing but itself. */
  readonly take = (observation: Observation): void => {
    const isMeasured = observation.atUs < this.untilUs;
    this.lag.take(observation, isMeasured);
    this.lanes.take(observation);
    this.requests.takeAnswer(observation);
    if (observation.kind === "liveness-begun") this.livenessMs = observation.atUs / 1000;
    if (!isMeasured) return;
    this.requests.takeCall(observation);
    this.outages.take(observation);
    this.elections.take(observation);
    this.traffic.take(observation);
  };

  /** What was measured until then. */
  finish(endUs: number): RunMeasurement {
    const { lag, plan, nameOf } = this;
    const endMs = endUs / 1000;
    return {
      safetyMs: Math.min(plan.safetyMs, endMs),
      outages: this.outages.finish(),
      requests: this.requests.finish(),
      lag: lag.finish(),
      elections: this.elections.finish(),
      messages: this.traffic.finish(),
      timeline: {
        endMs,
        livenessMs: this.livenessMs,
        lagStepMs: lag.stepMs,
        committed: lag.committed,
        ...this.lanes.finish(endMs, nameOf, (node) => lag.stepsOf(node)),
      },
    };
  }
}

/**
 * Requests of clients: how many there were, how they ended, and how long they took.
 */

import type { Observation } from "../observe/observation.ts";
import type { RequestsMeasured } from "./measurement.ts";
import { spreadOf } from "./spread.ts";

/** See the module. Shown calls of the phase that is measured, and answers whenever they come. */
export class RequestMeter {
  private readonly openWrites = new Map<number, number>();
  private readonly openReads = new Map<number, number>();
  private readonly writesMs: number[] = [];
  private readonly readsMs: number[] = [];
  private writes = 0;
  private reads = 0;
  private refused = 0;
  private unknown = 0;
  private readsFailed = 0;

  /** A call; shown only while the phase lasts. */
  takeCall(observation: Observation): void {
    if (observation.kind === "command-called") {
      this.writes++;
      this.openWrites.set(observation.call, observation.atUs);
    } else if (observation.kind === "read-called") {
      this.reads++;
      this.openReads.set(observation.call, observation.atUs);
    }
  }

  /** An answer. */
  takeAnswer(observation: Observation): void {
    if (observation.kind === "command-answered") {
      const { call, fate, atUs } = observation;
      const calledUs = this.openWrites.get(call);
      if (calledUs === undefined) return;
      this.openWrites.delete(call);
      if (fate === "answered") this.writesMs.push((atUs - calledUs) / 1000);
      else if (fate === "refused") this.refused++;
      else this.unknown++;
    } else if (observation.kind === "read-answered" || observation.kind === "read-failed") {
      const calledUs = this.openReads.get(observation.call);
      if (calledUs === undefined) return;
      this.openReads.delete(observation.call);
      if (observation.kind === "read-failed") this.readsFailed++;
      else this.readsMs.push((observation.atUs - calledUs) / 1000);
    }
  }

  /** Calls that are open by now never end. */
  finish(): RequestsMeasured {
    return {
      writes: this.writes,
      reads: this.reads,
      answered: this.writesMs.length + this.readsMs.length,
      refused: this.refused,
      unknown: this.unknown + this.openWrites.size,
      readsFailed: this.readsFailed + this.openReads.size,
      writeMs: spreadOf(this.writesMs),
      readMs: spreadOf(this.readsMs),
    };
  }
}

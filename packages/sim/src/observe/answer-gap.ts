/**
 * How long nobody got an answer to a command: what users notice of an election, a cut or a stall, whoever of them.
 */

import type { Observation } from "./observation.ts";

/** Watches answers from the first one on, until the time is over. */
export class AnswerGap {
  private readonly untilUs: number;
  private lastUs: number | null = null;
  private longestUs = 0;

  constructor(untilUs: number) {
    this.untilUs = untilUs;
  }

  /** Takes an observation. */
  readonly take = (observation: Observation): void => {
    if (observation.kind !== "command-answered" || observation.fate !== "answered") return;
    this.note(observation.atUs);
  };

  /** The longest time without an answer by `nowUs`, in milliseconds; null: there never was one. */
  longestMs(nowUs: number): number | null {
    if (this.lastUs === null) return null;
    const sinceUs = Math.min(nowUs, this.untilUs) - this.lastUs;
    return Math.max(this.longestUs, sinceUs) / 1000;
  }

  private note(atUs: number): void {
    if (atUs > this.untilUs) return;
    if (this.lastUs !== null) this.longestUs = Math.max(this.longestUs, atUs - this.lastUs);
    this.lastUs = atUs;
  }
}

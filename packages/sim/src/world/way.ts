/**
 * One direction between two members: what is wrong with it now, and when what takes off now would arrive.
 */

import { Lane, type LaneName } from "@quorate/transport";
import type { RandomStream } from "./random-streams.ts";

/** What a fault does to a way while it lasts. */
export type WayFault = {
  readonly isCut: boolean;
  readonly isClogged: boolean;
  readonly delayUs: number;
  readonly jitterUs: number;
  readonly lossPerMillion: number;
  readonly duplicatePerMillion: number;
  readonly reorderPerMillion: number;
  readonly reorderByUs: number;
  /** 0: no limit. */
  readonly bytesPerSecond: number;
};

export const noWayFault: WayFault = {
  isCut: false,
  isClogged: false,
  delayUs: 0,
  jitterUs: 0,
  lossPerMillion: 0,
  duplicatePerMillion: 0,
  reorderPerMillion: 0,
  reorderByUs: 0,
  bytesPerSecond: 0,
};

/** What becomes of something that takes off: when it arrives, and whether it is doubled. */
export type Flight = { readonly arrivesAtUs: number; readonly doubles: boolean };

/** See the module. */
export class Way {
  private readonly faults: WayFault[] = [];
  private readonly random: RandomStream;
  private minUs: number;
  private meanUs: number;
  /** When the last of each lane arrives: a lane is one connection, nothing overtakes. */
  private readonly lastArrivalUs: number[] = Object.values(Lane).map(() => 0);
  /** Until when each lane's bytes occupy a narrow way. */
  private readonly busyUntilUs: number[] = Object.values(Lane).map(() => 0);

  constructor(random: RandomStream, minUs: number, meanUs: number) {
    this.random = random;
    this.minUs = minUs;
    this.meanUs = meanUs;
  }

  /** From now on. */
  setLatency(minUs: number, meanUs: number): void {
    this.minUs = minUs;
    this.meanUs = meanUs;
  }

  add(fault: WayFault): void {
    this.faults.push(fault);
  }

  remove(fault: WayFault): void {
    const at = this.faults.indexOf(fault);
    if (at >= 0) this.faults.splice(at, 1);
  }

  /** Takes every fault away. */
  heal(): void {
    this.faults.length = 0;
  }

  /** Nothing gets through, and nobody is told. */
  get isCut(): boolean {
    for (const { isCut } of this.faults) if (isCut) return true;
    return false;
  }

  /** What is under way waits until the fault ends. */
  get isClogged(): boolean {
    for (const { isClogged } of this.faults) if (isClogged) return true;
    return false;
  }

  /** Plans a flight; null if it is lost. Only messages are doubled or overtake. */
  plan(nowUs: number, laneName: LaneName, bytes: number, isMessage: boolean): Flight | null {
    const { random } = this;
    const lane = Lane[laneName];
    let delayUs = random.delayUs(this.minUs, this.meanUs);
    let doubles = false;
    let overtaken = 0;
    let startsAtUs = nowUs;
    for (const fault of this.faults) {
      if (random.chance(fault.lossPerMillion)) return null;
      delayUs += fault.delayUs + (fault.jitterUs > 0 ? random.below(fault.jitterUs) : 0);
      if (isMessage && random.chance(fault.duplicatePerMillion)) doubles = true;
      if (isMessage && random.chance(fault.reorderPerMillion)) overtaken += fault.reorderByUs;
      if (fault.bytesPerSecond > 0) {
        const beginsAtUs = Math.max(nowUs, this.busyUntilUs[lane] as number);
        startsAtUs = beginsAtUs + Math.ceil((bytes * 1_000_000) / fault.bytesPerSecond);
        this.busyUntilUs[lane] = startsAtUs;
      }
    }
    const inOrderUs = Math.max(startsAtUs + delayUs, this.lastArrivalUs[lane] as number);
    if (overtaken === 0) this.lastArrivalUs[lane] = inOrderUs;
    return { arrivesAtUs: inOrderUs + overtaken, doubles };
  }
}

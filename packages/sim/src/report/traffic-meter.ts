/**
 * Messages by type: how many, and how large.
 */

import { type MessageType, messageName } from "@quorate/raft";
import { messageBytes } from "@quorate/transport";
import type { Observation } from "../observe/observation.ts";
import type { MessagesMeasured } from "./measurement.ts";

type Count = { sent: number; received: number; sentBytes: number };

/** See the module. */
export class TrafficMeter {
  private readonly counts = new Map<MessageType, Count>();

  take(observation: Observation): void {
    if (observation.kind === "sent") {
      const count = this.count(observation.message.type);
      count.sent++;
      count.sentBytes += messageBytes(observation.message);
    } else if (observation.kind === "received") this.count(observation.message.type).received++;
  }

  /** Those that there were, most bytes first. */
  finish(): readonly MessagesMeasured[] {
    return [...this.counts]
      .map(([type, count]) => ({ type: messageName(type), ...count }))
      .sort((one, other) => other.sentBytes - one.sentBytes || other.received - one.received);
  }

  private count(type: MessageType): Count {
    let count = this.counts.get(type);
    if (count === undefined) {
      count = { sent: 0, received: 0, sentBytes: 0 };
      this.counts.set(type, count);
    }
    return count;
  }
}

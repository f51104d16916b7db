/**
 * What one member says about itself, kept for the figures.
 */

import type { SourcedEvent } from "@quorate/member";

/** Upper end of the default election window. */
const windowHighMsDefault = 300;

/** Counts since the start, and the latest of each kind. */
export class Observer {
  diskWrites = 0;
  diskEntries = 0;
  pausedMs = 0;
  windowHighMs = windowHighMsDefault;
  /** The term of the leader seen last, and when it was seen first, in nanoseconds of the machine's monotonic clock. */
  ledTerm = 0;
  ledAtNs = "";

  /** Takes an event. */
  readonly note = ({ source, event }: SourcedEvent): void => {
    if (source !== "member") return;
    if (event.kind === "disk-write") {
      this.diskWrites++;
      this.diskEntries += event.entries;
    } else if (event.kind === "paused") {
      this.pausedMs += event.pausedMs;
    } else if (event.kind === "election-window") {
      this.windowHighMs = event.highMs;
    } else if (event.kind === "leader-changed" && event.lead !== 0 && event.term !== this.ledTerm) {
      this.ledTerm = event.term;
      this.ledAtNs = process.hrtime.bigint().toString();
    }
  };
}

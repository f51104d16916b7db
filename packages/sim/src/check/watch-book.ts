/**
 * The watches of a run, as they stand before an observation: what W1 to W7 judge deliveries by. They share one book, which
 * takes an observation in when the next one comes, so that all of them see the state before it.
 */

import type { EventSeen, GroupSeen } from "../observe/client-observation.ts";
import type { Ghost } from "../observe/ghost.ts";
import type { Observation } from "../observe/observation.ts";
import type { SharedMemory } from "./checker.ts";
import { onePerRun } from "./per-run.ts";
import { historyMemory, historyOf } from "./revision-history.ts";
import { isInRange } from "./text-range.ts";

type Opened = Observation & { readonly kind: "watch-opened" };

/** One watch. */
export type WatchTrack = {
  readonly opened: Opened;
  /** Highest revision that was delivered; 0: none. */
  lastRevision: number;
  /** Everything up to here was told to be delivered; before the first word, the revision before the start. */
  throughRevision: number;
  /** What this watch, and those that it goes on from, delivered, by revision. */
  readonly delivered: Map<number, readonly EventSeen[]>;
  /** What the watch that it resumes had been told; 0: it resumes none. */
  readonly resumedThrough: number;
};

/** See the module. */
export class WatchBook {
  readonly tracks = new Map<number, WatchTrack>();
  private pending: Observation | null = null;

  /** Takes in what came before an observation. */
  take(observation: Observation): void {
    if (this.pending !== null) this.takePending(this.pending);
    this.pending = observation;
  }

  /** The watch that an observation is about, as it stood before; undefined if it is about none. */
  before(observation: Observation): WatchTrack | undefined {
    return "watch" in observation ? this.tracks.get(observation.watch) : undefined;
  }

  private takePending(observation: Observation): void {
    switch (observation.kind) {
      case "watch-opened":
        this.open(observation);
        break;
      case "watch-delivered": {
        const track = this.tracks.get(observation.watch);
        if (track === undefined) return;
        for (const { revision, events } of observation.groups) {
          track.lastRevision = Math.max(track.lastRevision, revision);
          const before = track.delivered.get(revision);
          track.delivered.set(revision, before === undefined ? events : [...before, ...events]);
        }
        track.throughRevision = Math.max(
          track.throughRevision,
          observation.throughRevision,
          track.lastRevision,
        );
        break;
      }
      case "watch-progress": {
        const track = this.tracks.get(observation.watch);
        if (track !== undefined)
          track.throughRevision = Math.max(track.throughRevision, observation.revision);
        break;
      }
      default:
        break;
    }
  }

  private open(opened: Opened): void {
    const former = this.tracks.get(opened.resumes);
    this.tracks.set(opened.watch, {
      opened,
      lastRevision: 0,
      throughRevision: opened.startRevision - 1,
      delivered: former?.delivered ?? new Map<number, readonly EventSeen[]>(),
      resumedThrough: former === undefined ? 0 : former.throughRevision,
    });
    if (former !== undefined) this.tracks.delete(opened.resumes);
  }
}

/** Whether a watch asked for a change. */
export function wants({ key, rangeEnd, noPut, noDelete }: Opened, event: EventSeen): boolean {
  return !(event.type === "put" ? noPut : noDelete) && isInRange(event.key, key, rangeEnd);
}

/**
 * The first committed group in `[from, to]` of which a watch wants something; undefined if there is none. Linear in what is
 * passed over, each of which a watch passes once.
 */
export function firstWanted(ghost: Ghost, opened: Opened, from: number, to: number): GroupSeen | undefined {
  const history = historyOf(ghost);
  for (let position = history.positionOf(from); position < history.groups.length; position++) {
    const group = history.groups[position];
    if (group === undefined || group.revision > to) return undefined;
    if (group.events.some((event) => wants(opened, event))) return group;
  }
  return undefined;
}

/** The book of a run. */
export const bookOf = onePerRun(() => new WatchBook());

const watchMemory: SharedMemory = {
  kinds: ["watch-opened", "watch-delivered", "watch-progress", "watch-ended"],
  take: (observation, ghost) => bookOf(ghost).take(observation),
};

/** What W1 to W7 share: the book, and the history that it is held against. */
export const watchMemories: readonly SharedMemory[] = [historyMemory, watchMemory];

/** A watch for people. */
export function nameOf({ watch, node, key, rangeEnd }: Opened): string {
  const range = rangeEnd === "" ? key : `${key}–${rangeEnd === "\0" ? "" : rangeEnd}`;
  return `watch ${watch} of ${range} at ${node}`;
}

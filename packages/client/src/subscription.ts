/**
 * One watch as the client keeps it: what it wants, up to where it has seen everything, and what its consumer has not taken
 * yet. It knows nothing of streams.
 */

import { EventType, FilterType, WatchCreateRequest, type Event as WireEvent } from "@quorate/etcd-api";
import { ClientError } from "./client-error.ts";
import { KeyValue } from "./key-value.ts";
import { type Selection, toWireRange } from "./selection.ts";

/** What to watch. */
export type WatchOptions = Selection & {
  /** First revision wanted; default: what comes from now on. */
  readonly startRevision?: number;
  /** Tell what was there before, too. */
  readonly withPrevious?: boolean;
  /** Kinds of events to leave out. */
  readonly without?: "puts" | "deletes";
  /** Also give `progress` batches while nothing happens: the server sends them every few minutes, and when asked to. */
  readonly withProgress?: boolean;
  /**
   * What to do when revisions that are wanted have been compacted. Default `fail`: ClientError `compacted`. `restart`: tell
   * it with a `gap` batch and go on after it.
   */
  readonly onCompacted?: "fail" | "restart";
  /** Ends the watch, quietly. */
  readonly signal?: AbortSignal;
};

/** One change of one key. */
export type WatchEvent = {
  readonly type: "put" | "delete";
  /** Of a deletion, only the key and the revision. */
  readonly keyValue: KeyValue;
  /** What was there before, if asked for and not compacted. */
  readonly previous: KeyValue | null;
  /** The key was not there before. */
  readonly isCreation: boolean;
};

/**
 * What a watch gives at a time.
 *
 * - `events`: changes, in the order of revisions; all of a revision together.
 * - `progress`: nothing has happened up to `revision`.
 * - `gap`: what happened from `fromRevision` to `revision` has been compacted and cannot be told: read the keys again.
 *   Events after it come as usual.
 */
export type WatchBatch = {
  readonly kind: "events" | "progress" | "gap";
  /** Empty unless the kind is `events`. */
  readonly events: readonly WatchEvent[];
  /** Everything up to here has been told, or is the gap. */
  readonly revision: number;
  /** Of a gap, where it begins; 0 if the watch had seen nothing yet. Otherwise 0. */
  readonly fromRevision: number;
};

/** Bounds of a buffer. */
export type BufferBounds = { readonly eventsMax: number; readonly bytesMax: number };

/** How the iteration goes on when the buffer is empty. */
type Ending = { readonly error: ClientError | null };

const noEvents: readonly WatchEvent[] = [];
/** About what an event costs beside its bytes. */
const eventOverheadBytes = 200;

/** See the module. */
export class Subscription {
  readonly options: WatchOptions;
  /** The first revision that has not been seen; 0: from now on. */
  nextRevision: number;
  /** Cancelled at the server until the consumer has caught up. */
  isParked = false;
  /** Resolves to the first revision watched when the server has confirmed it first; rejects if the watch fails before. */
  readonly started: Promise<number>;

  readonly #bounds: BufferBounds;
  readonly #onDrained: (subscription: Subscription) => void;
  readonly #start = Promise.withResolvers<number>();
  #batches: { readonly batch: WatchBatch; readonly bytes: number }[] = [];
  #events = 0;
  #bytes = 0;
  #waiting: ((result: IteratorResult<WatchBatch, undefined>) => void) | null = null;
  #failWaiting: ((error: ClientError) => void) | null = null;
  #ending: Ending | null = null;
  /** Events of a revision that is not complete. */
  #tail: readonly WireEvent[] = [];

  /** `onDrained` is called when a parked subscription's buffer is half empty. */
  constructor(options: WatchOptions, bounds: BufferBounds, onDrained: (subscription: Subscription) => void) {
    this.options = options;
    this.nextRevision = options.startRevision ?? 0;
    this.#bounds = bounds;
    this.#onDrained = onDrained;
    this.started = this.#start.promise;
    this.started.catch(() => {});
  }

  /** Whether it has ended, for whatever reason. */
  get isOver(): boolean {
    return this.#ending !== null;
  }

  /** Whether the buffer has gone over a bound. */
  get isFull(): boolean {
    return this.#events >= this.#bounds.eventsMax || this.#bytes >= this.#bounds.bytesMax;
  }

  /** What to ask the server for, from where it is. What the last stream left half-way is forgotten. */
  toRequest(): WatchCreateRequest {
    this.#tail = [];
    const { without, withPrevious, withProgress } = this.options;
    const filters =
      without === undefined ? [] : [without === "puts" ? FilterType.NOPUT : FilterType.NODELETE];
    return WatchCreateRequest.create({
      ...toWireRange(this.options),
      startRevision: this.nextRevision,
      progressNotify: withProgress ?? false,
      filters,
      prevKv: withPrevious ?? false,
      fragment: true,
    });
  }

  /** The server has begun, at this revision of the store. */
  confirm(storeRevision: number): void {
    if (this.nextRevision === 0) this.nextRevision = storeRevision + 1;
    this.#start.resolve(this.nextRevision);
  }

  /** Events have come. `isPartial`: the last revision among them goes on in the next message. */
  take(events: readonly WireEvent[], isPartial: boolean): void {
    const all = this.#tail.length === 0 ? events : [...this.#tail, ...events];
    const lastRevision = all.at(-1)?.kv?.modRevision ?? 0;
    const complete = isPartial ? all.findIndex(({ kv }) => kv?.modRevision === lastRevision) : all.length;
    this.#tail = isPartial ? all.slice(complete) : [];
    // A server that goes back behind what was asked for would make events come twice.
    const fresh = all.slice(0, complete).filter(({ kv }) => (kv?.modRevision ?? 0) >= this.nextRevision);
    const revision = fresh.at(-1)?.kv?.modRevision;
    if (revision === undefined) return;
    this.nextRevision = revision + 1;
    this.#push({ kind: "events", events: fresh.flatMap(toWatchEvent), revision, fromRevision: 0 }, fresh);
  }

  /** Nothing has happened up to this revision. */
  progress(revision: number): void {
    if (revision < this.nextRevision - 1 || this.#tail.length > 0) return;
    this.nextRevision = revision + 1;
    if (this.options.withProgress !== true) return;
    this.#push({ kind: "progress", events: noEvents, revision, fromRevision: 0 }, []);
  }

  /** What is up to this revision cannot be told any more. */
  skip(compactRevision: number): void {
    const fromRevision = this.nextRevision;
    this.nextRevision = compactRevision + 1;
    this.#push({ kind: "gap", events: noEvents, revision: compactRevision, fromRevision }, []);
  }

  /** Ends it. With an error, what is in the buffer is still given, then the error; without, nothing more. */
  end(error: ClientError | null): void {
    if (this.#ending !== null) return;
    this.#ending = { error };
    this.#tail = [];
    if (error === null) this.#batches = [];
    this.#start.reject(error ?? new ClientError("canceled", "the watch was closed before it had started"));
    const resolve = this.#waiting;
    const reject = this.#failWaiting;
    this.#waiting = null;
    this.#failWaiting = null;
    if (error === null) resolve?.({ done: true, value: undefined });
    else if (reject !== null) {
      this.#ending = { error: null };
      reject(error);
    }
  }

  /** The next batch, when there is one. Throws ClientError once if the watch failed. One call at a time. */
  next(): Promise<IteratorResult<WatchBatch, undefined>> {
    const first = this.#batches.shift();
    if (first !== undefined) {
      this.#events -= first.batch.events.length;
      this.#bytes -= first.bytes;
      if (this.isParked && this.#isHalfEmpty()) this.#onDrained(this);
      return Promise.resolve({ done: false, value: first.batch });
    }
    if (this.#ending !== null) {
      const { error } = this.#ending;
      this.#ending = { error: null };
      return error === null ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
    }
    if (this.#waiting !== null) return Promise.reject(new Error("a watch is read by one reader"));
    return new Promise((resolve, reject) => {
      this.#waiting = resolve;
      this.#failWaiting = reject;
    });
  }

  #isHalfEmpty(): boolean {
    return this.#events <= this.#bounds.eventsMax / 2 && this.#bytes <= this.#bounds.bytesMax / 2;
  }

  #push(batch: WatchBatch, events: readonly WireEvent[]): void {
    if (this.#ending !== null) return;
    const resolve = this.#waiting;
    if (resolve !== null) {
      this.#waiting = null;
      this.#failWaiting = null;
      resolve({ done: false, value: batch });
      return;
    }
    const bytes = events.reduce((sum, event) => sum + bytesOf(event), 0);
    this.#batches.push({ batch, bytes });
    this.#events += batch.events.length;
    this.#bytes += bytes;
  }
}

function toWatchEvent({ type, kv, prevKv }: WireEvent): WatchEvent[] {
  if (kv === null) return [];
  const isPut = type === EventType.PUT;
  return [
    {
      type: isPut ? "put" : "delete",
      keyValue: new KeyValue(kv),
      previous: prevKv === null ? null : new KeyValue(prevKv),
      isCreation: isPut && kv.createRevision === kv.modRevision,
    },
  ];
}

function bytesOf({ kv, prevKv }: WireEvent): number {
  const now = kv === null ? 0 : kv.key.length + kv.value.length;
  const before = prevKv === null ? 0 : prevKv.key.length + prevKv.value.length;
  return eventOverheadBytes + now + before;
}

/**
 * One watch stream: any number of watches between the store and one client.
 *
 * One loop writes, so that order is a matter of which queue comes first:
 *
 * 1. the rest of a batch that was polled already (its fragments must follow each other);
 * 2. answers to the client's requests, in their order: so `created` precedes every event;
 * 3. events, polled from one watch after another, and only while the client takes them: what a slow client does not take
 *    stays in the store, where it costs nothing;
 * 4. progress that the client asked for, when nothing is left of the above and every watch has told everything.
 *
 * When users or roles have changed, every watch is looked at before anything more is told: one whose keys its user may not
 * read any more is cancelled. So no event that came after a revocation is ever seen by it.
 *
 * A new request is read when the answers to the one before are on their way. So nothing here grows by what a client does or
 * leaves undone, except the number of its watches, which has a bound.
 */

import type { WatchRequest, WatchResponse } from "@quorate/etcd-api";
import { FilterType, WatchCreateRequest } from "@quorate/etcd-api";
import type { OpenWatch } from "@quorate/member/store";
import type { CallContext, ResponseSink } from "../rpc/call.ts";
import { etcdError, etcdPrefix, goStatusText } from "../rpc/error-table.ts";
import type { RpcError } from "../rpc/rpc-error.ts";
import type { ServerCore } from "./core.ts";
import { aborted, untilAborted } from "./request-stream.ts";
import { controlResponse, eventResponses, fragmentsOf, noWatchId } from "./watch-responses.ts";

/** Watches on one stream, and bytes of their keys; beyond it a watch is answered as refused. */
export const watchesMax = 100_000;
export const watchKeyBytesMax = 64 * 1024 * 1024;

/** What a message may be longer than a request, as etcd counts it. */
const messageOverheadBytes = 512 * 1024;
/** Work of one stream before others get their turn. */
const turnMsMax = 5;
const progressIntervalMsMin = 100;
/** Part of the interval that is drawn, so that not all streams report at once. */
const progressJitter = 0.1;

/** One watch of the stream. */
type StreamWatch = {
  readonly id: bigint;
  readonly open: OpenWatch;
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  readonly takesFragments: boolean;
  readonly wantsProgress: boolean;
  /** Revision at which a watch from "now" began; 0 if it has a start. While it is the current one, nothing is left to tell. */
  readonly begunAt: number;
  /** Whether it told something since the last periodic report: the next one is skipped then. */
  isFresh: boolean;
};

/** See the module. */
export class WatchStream {
  private readonly core: ServerCore;
  private readonly context: CallContext;
  private readonly sink: ResponseSink<WatchResponse>;
  private readonly watches = new Map<bigint, StreamWatch>();
  private nextId = 0n;
  private keyBytes = 0;
  /** The rest of a batch. */
  private rest: WatchResponse[] = [];
  private control: WatchResponse[] = [];
  /** Watches that have something, the one that waits longest first. */
  private readonly ready = new Set<StreamWatch>();
  /** Of users and roles, when the watches were looked at last. */
  private accessVersion = -1;
  private isProgressAsked = false;
  private isFull = false;
  private isClosed = false;
  private cancelTimer: (() => void) | null = null;
  /** Wakes the writer. */
  private wake: (() => void) | null = null;
  /** Wakes the reader when the answers are written. */
  private proceed: (() => void) | null = null;

  constructor(core: ServerCore, context: CallContext, sink: ResponseSink<WatchResponse>) {
    this.core = core;
    this.context = context;
    this.sink = sink;
  }

  /** Serves the stream until its call ends. A client that half-closes still gets its events. */
  async run(requests: AsyncIterable<WatchRequest>): Promise<void> {
    const { signal } = this.context;
    const unsubscribe = this.core.access.onChange(() => this.wakeUp());
    const failed = Promise.withResolvers<never>();
    this.write().catch(failed.reject);
    const over = this.read(requests, signal).then(() => aborted(signal));
    over.catch(() => undefined);
    try {
      await Promise.race([over, failed.promise]);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      unsubscribe();
      this.close();
    }
    throw etcdError("watchCanceled");
  }

  private close(): void {
    this.isClosed = true;
    this.cancelTimer?.();
    for (const { open } of this.watches.values()) open.cancel();
    this.watches.clear();
    this.ready.clear();
    this.control = [];
    this.rest = [];
    this.wakeUp();
    this.proceed?.();
  }

  // --- requests

  private async read(requests: AsyncIterable<WatchRequest>, signal: AbortSignal): Promise<void> {
    for await (const { requestUnion } of untilAborted(requests, signal)) {
      switch (requestUnion?.case) {
        case "createRequest":
          this.create(requestUnion.value);
          break;
        case "cancelRequest":
          this.cancel(requestUnion.value.watchId);
          break;
        case "progressRequest":
          this.isProgressAsked = this.watches.size > 0;
          break;
        default:
        // A request of a newer client: passed over, as etcd does.
      }
      this.wakeUp();
      while (this.control.length > 0 && !this.isClosed) await this.written();
    }
  }

  private written(): Promise<void> {
    return new Promise((resolve) => {
      this.proceed = resolve;
    });
  }

  private create(request: WatchCreateRequest): void {
    const { core } = this;
    const header = core.header(core.revision);
    const refuse = (cancelReason: string): void => {
      this.control.push(controlResponse(header, noWatchId, { created: true, canceled: true, cancelReason }));
    };
    const { context } = this;
    const denial = context.refusal ?? core.access.watchRefusal(context, request.key, request.rangeEnd);
    if (denial !== null) {
      this.note(request.key, request.rangeEnd, denial);
      return refuse(goStatusText(denial));
    }
    if (request.startRevision < 0) return refuse(etcdError("compacted").message);
    const keyBytes = request.key.length + request.rangeEnd.length;
    if (this.watches.size >= watchesMax || this.keyBytes + keyBytes > watchKeyBytesMax)
      return refuse(`${etcdPrefix}too many watches on the stream`);
    let watch: StreamWatch | null = null;
    // Copies: a watch outlives the message that asked for it.
    const [key, rangeEnd] = [request.key.slice(), request.rangeEnd.slice()];
    const open = core.storeMember.watch(
      {
        key,
        rangeEnd,
        startRevision: request.startRevision,
        prevKv: request.prevKv,
        noPut: request.filters.includes(FilterType.NOPUT),
        noDelete: request.filters.includes(FilterType.NODELETE),
      },
      () => {
        if (watch === null || this.isClosed) return;
        this.ready.add(watch);
        this.wakeUp();
      },
    );
    if (open === null) return refuse("mvcc: watcher range is empty");
    if (request.watchId !== 0n && this.watches.has(request.watchId)) {
      open.cancel();
      return refuse("mvcc: duplicate watch ID provided on the WatchStream");
    }
    const id = request.watchId === 0n ? this.freeId() : request.watchId;
    const { fragment: takesFragments, progressNotify: wantsProgress } = request;
    const begunAt = request.startRevision === 0 ? core.revision : 0;
    watch = { id, open, key, rangeEnd, takesFragments, wantsProgress, begunAt, isFresh: false };
    this.watches.set(id, watch);
    this.keyBytes += keyBytes;
    if (wantsProgress) this.armProgress();
    this.control.push(controlResponse(header, id, { created: true }));
  }

  private freeId(): bigint {
    while (this.watches.has(this.nextId)) this.nextId++;
    return this.nextId++;
  }

  private cancel(id: bigint): void {
    const watch = this.watches.get(id);
    if (watch === undefined) return;
    this.forget(watch);
    this.control.push(controlResponse(this.core.header(this.core.revision), id, { canceled: true }));
  }

  private forget(watch: StreamWatch): void {
    watch.open.cancel();
    this.watches.delete(watch.id);
    this.ready.delete(watch);
    this.keyBytes -= watch.key.length + watch.rangeEnd.length;
  }

  /** Cancels the watches whose keys may not be read any more. */
  private dropDenied(): void {
    const { access } = this.core;
    if (this.accessVersion === access.version) return;
    this.accessVersion = access.version;
    for (const watch of [...this.watches.values()]) {
      const denial = access.watchRefusal(this.context, watch.key, watch.rangeEnd);
      if (denial === null) continue;
      this.forget(watch);
      this.note(watch.key, watch.rangeEnd, denial);
      const header = this.core.header(this.core.revision);
      const fields = { canceled: true, cancelReason: goStatusText(denial) };
      this.control.push(controlResponse(header, watch.id, fields));
    }
  }

  /** Has a denial on record. */
  private note(key: Uint8Array, rangeEnd: Uint8Array, denial: RpcError): void {
    const value = WatchCreateRequest.create({ key, rangeEnd });
    this.core.audit.refused({ requestUnion: { case: "createRequest", value } }, this.context, denial);
  }

  // --- responses

  private async write(): Promise<void> {
    const { clock } = this.core;
    let fromMs = clock.now();
    while (!this.isClosed) {
      if (this.isFull) {
        await this.sink.drained();
        this.isFull = false;
        fromMs = clock.now();
        continue;
      }
      this.dropDenied();
      if (!this.writeOne()) {
        await this.news();
        fromMs = clock.now();
      } else if (clock.now() - fromMs > turnMsMax) {
        // Catching up is work: others get their turn between two batches.
        await new Promise<void>((resolve) => clock.defer(resolve));
        fromMs = clock.now();
      }
    }
  }

  private news(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private wakeUp(): void {
    this.wake?.();
    this.wake = null;
  }

  /** Does the next thing; false when there is nothing to do. */
  private writeOne(): boolean {
    const next = this.rest.shift();
    if (next !== undefined) return this.send(next);
    const answer = this.control.shift();
    if (answer !== undefined) {
      if (this.control.length === 0) {
        this.proceed?.();
        this.proceed = null;
      }
      return this.send(answer);
    }
    const watch = this.ready.values().next().value;
    if (watch !== undefined) return this.take(watch);
    return this.isProgressAsked && this.reportAll();
  }

  private send(response: WatchResponse): true {
    if (!this.sink.write(response)) this.isFull = true;
    return true;
  }

  private take(watch: StreamWatch): true {
    this.ready.delete(watch);
    const batch = watch.open.poll();
    // Nothing now: the watch reports again.
    if (batch === null) return true;
    if (batch.kind === "canceled") {
      this.forget(watch);
      const { compactRevision } = batch;
      return this.send(controlResponse(this.core.header(0), watch.id, { canceled: true, compactRevision }));
    }
    // There may be more, but the others come first.
    this.ready.add(watch);
    watch.isFresh = true;
    const makeHeader = (revision: number) => this.core.header(revision);
    const responses = eventResponses(makeHeader, watch.id, batch);
    const bytesMax = this.core.settings.requestBytesMax + messageOverheadBytes;
    this.rest = watch.takesFragments
      ? responses.flatMap((response) => fragmentsOf(response, bytesMax))
      : [...responses];
    return this.send(this.rest.shift() as WatchResponse);
  }

  // --- progress

  /** Up to where a watch has told everything; null while it has not. The store takes "now" for a start in the future. */
  private progressOf({ open, begunAt }: StreamWatch): number | null {
    return begunAt === this.core.revision ? begunAt : open.progress();
  }

  /** Everything that all watches were to tell is written: says so, once. */
  private reportAll(): boolean {
    let revision = this.core.revision;
    for (const watch of this.watches.values()) {
      const told = this.progressOf(watch);
      if (told === null) return false;
      revision = Math.min(revision, told);
    }
    this.isProgressAsked = false;
    if (this.watches.size === 0) return false;
    return this.send(controlResponse(this.core.header(revision), noWatchId, {}));
  }

  private armProgress(): void {
    if (this.cancelTimer !== null) return;
    const intervalMs = Math.max(this.core.settings.watchProgressIntervalMs, progressIntervalMsMin);
    const jitterMs = this.core.random.below(Math.max(1, Math.floor(intervalMs * progressJitter)));
    const tick = (): void => {
      if (this.isClosed) return;
      this.cancelTimer = this.core.clock.setTimer(tick, intervalMs + jitterMs);
      this.reportEach();
    };
    this.cancelTimer = this.core.clock.setTimer(tick, intervalMs + jitterMs);
  }

  /** The periodic reports; none to a client that has not taken the last messages. */
  private reportEach(): void {
    if (this.isFull || this.control.length > 0 || this.rest.length > 0) return;
    for (const watch of this.watches.values()) {
      if (!watch.wantsProgress) continue;
      const revision = watch.isFresh ? null : this.progressOf(watch);
      watch.isFresh = false;
      if (revision !== null) this.control.push(controlResponse(this.core.header(revision), watch.id, {}));
    }
    this.wakeUp();
  }
}

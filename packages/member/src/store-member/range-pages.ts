/**
 * Ranges in pages: a range over very many keys is read at one revision in several turns, so that it does not hold up the
 * loop, and with it heartbeats and everybody's requests, for as long as it takes.
 */

import {
  type KeyValue,
  type RangeRequest,
  type RangeResponse,
  type Result,
  SortOrder,
  SortTarget,
  type Store,
} from "@quorate/store";
import type { MemberClock } from "../clock.ts";
import { nextTurn } from "./call-deadline.ts";

/** See the module. */
export class RangePages {
  private readonly store: Store;
  private readonly clock: MemberClock;
  private readonly pageRows: number;

  constructor(store: Store, clock: MemberClock, pageRows: number) {
    this.store = store;
    this.clock = clock;
    this.pageRows = pageRows;
  }

  /** The first page of a range that is read in pages, or the whole of another one. */
  first(request: RangeRequest): Result<RangeResponse> {
    if (!this.isInPages(request)) return this.store.range(request);
    return this.store.range({ ...request, limit: this.pageRows }, { count: false });
  }

  /** What a request is answered, after its first page: that is nearly always all. Otherwise see {@link readOn}. */
  rest(
    request: RangeRequest,
    first: Result<RangeResponse>,
  ): Result<RangeResponse> | Promise<Result<RangeResponse>> {
    if (!first.ok || !first.response.more || !this.isInPages(request)) return first;
    return this.readOn(request, first.response);
  }

  /**
   * Reads the pages behind the first one, at its revision, and puts all together. If that revision is compacted meanwhile,
   * everything is read once more in one go, unless the request asked for just that revision.
   */
  private async readOn(request: RangeRequest, first: RangeResponse): Promise<Result<RangeResponse>> {
    const { revision } = first;
    const at = { ...request, revision: request.revision > 0 ? request.revision : revision };
    const wanted = request.limit > 0 ? request.limit : Number.POSITIVE_INFINITY;
    const kvs: KeyValue[] = [...first.kvs];
    let more = true;
    while (more && kvs.length < wanted) {
      await nextTurn(this.clock);
      const key = successorOf((kvs.at(-1) as KeyValue).key);
      const limit = Math.min(this.pageRows, wanted - kvs.length);
      const page = this.store.range({ ...at, key, limit }, { count: false });
      if (!page.ok) return this.again(request, page);
      for (const kv of page.response.kvs) kvs.push(kv);
      more = page.response.more;
    }
    if (!more) return { ok: true, response: { kind: "range", revision, kvs, more, count: kvs.length } };
    const counted = this.store.range({ ...at, countOnly: true, limit: 0 });
    if (!counted.ok) return this.again(request, counted);
    return { ok: true, response: { kind: "range", revision, kvs, more, count: counted.response.count } };
  }

  private again(request: RangeRequest, refusal: Result<RangeResponse>): Result<RangeResponse> {
    return request.revision <= 0 ? this.store.range(request) : refusal;
  }

  /** Whether rows come in the order in which they are stored, so that one page ends where the next begins. */
  private isInPages(request: RangeRequest): boolean {
    return (
      request.rangeEnd.length > 0 &&
      !request.countOnly &&
      (request.limit <= 0 || request.limit > this.pageRows) &&
      request.sortTarget === SortTarget.key &&
      request.sortOrder !== SortOrder.descend &&
      request.minModRevision === 0 &&
      request.maxModRevision === 0 &&
      request.minCreateRevision === 0 &&
      request.maxCreateRevision === 0
    );
  }
}

/** The smallest key behind `key`. */
function successorOf(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

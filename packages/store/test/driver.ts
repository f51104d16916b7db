/** A store that is driven by hand in tests: indexes count themselves, answers are plain. */

import assert from "node:assert/strict";
import { MemoryBackend } from "../src/memory-backend.ts";
import type { Command, Operation, RangeRequest } from "../src/request.ts";
import { deleteRangeRequest, putRequest, rangeRequest } from "../src/request.ts";
import { Store, type StoreOptions } from "../src/store.ts";
import type { Watcher, WatchRequest } from "../src/watcher.ts";
import { b, text } from "./bytes-of.ts";
import { plain } from "./plain.ts";

type Answer = Record<string, unknown>;

export class Driver {
  readonly store: Store;
  #index: number;

  constructor(options: Partial<StoreOptions> = {}) {
    this.store = new Store({ backend: new MemoryBackend(), ...options });
    this.#index = this.store.appliedIndex;
  }

  /** Applies one command; returns its response or `{ code }`. */
  apply(command: Command): Answer {
    this.#index++;
    return plain(this.store.apply([{ index: this.#index, term: 1, command }])[0]) as Answer;
  }

  put(key: string, value = "", lease = 0n): Answer {
    return this.apply(putRequest({ key: b(key), value: b(value), lease }));
  }

  delete(key: string, rangeEnd = ""): Answer {
    return this.apply(deleteRangeRequest({ key: b(key), rangeEnd: b(rangeEnd), prevKv: true }));
  }

  compact(revision: number): Answer {
    return this.apply({ kind: "compaction", revision });
  }

  grant(id: bigint, ttlSeconds = 10): Answer {
    return this.apply({ kind: "lease-grant", id, ttlSeconds });
  }

  txn(fields: { compare?: never[]; success?: Operation[]; failure?: Operation[] }): Answer {
    return this.apply({
      kind: "txn",
      compare: [],
      success: fields.success ?? [],
      failure: fields.failure ?? [],
    });
  }

  range(key: string, rangeEnd = "", more: Partial<RangeRequest> = {}): Answer {
    return plain(this.store.range(rangeRequest({ ...more, key: b(key), rangeEnd: b(rangeEnd) }))) as Answer;
  }

  /** Keys of a range. */
  keys(key: string, rangeEnd = "", more: Partial<RangeRequest> = {}): string[] {
    const result = this.store.range(rangeRequest({ ...more, key: b(key), rangeEnd: b(rangeEnd) }));
    assert.ok(result.ok);
    return result.response.kvs.map((kv) => text(kv.key));
  }

  watch(key: string, fields: Partial<WatchRequest> = {}): Watcher {
    const result = this.store.watches.watch({
      key: b(key),
      rangeEnd: b(""),
      startRevision: 0,
      prevKv: false,
      noPut: false,
      noDelete: false,
      ...fields,
    });
    assert.ok(result.ok);
    return result.watcher;
  }

  /** Polls until there is nothing: events as `revision:type key=value(prev)`, and how it ended. */
  drain(watcher: Watcher): string[] {
    const seen: string[] = [];
    for (;;) {
      const batch = this.store.watches.poll(watcher);
      if (batch === null) {
        if (!this.store.watches.takeReady().includes(watcher)) return seen;
        continue;
      }
      if (batch.kind === "canceled") {
        seen.push(`canceled ${batch.compactRevision}`);
        return seen;
      }
      for (const { revision, events } of batch.groups) {
        for (const { type, kv, prevKv } of events) {
          const prev = prevKv === null ? "" : `(${text(prevKv.value)})`;
          seen.push(`${revision}:${type === 0 ? "put" : "delete"} ${text(kv.key)}=${text(kv.value)}${prev}`);
        }
      }
    }
  }

  compactFully(): void {
    while (!this.store.compactStep(2));
  }
}

/** A put inside of a transaction. */
export function put(key: string, value = ""): Operation {
  return putRequest({ key: b(key), value: b(value) });
}

export function del(key: string, rangeEnd = ""): Operation {
  return deleteRangeRequest({ key: b(key), rangeEnd: b(rangeEnd) });
}

export function get(key: string, rangeEnd = "", more: Partial<RangeRequest> = {}): Operation {
  return rangeRequest({ ...more, key: b(key), rangeEnd: b(rangeEnd) });
}

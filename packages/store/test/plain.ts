/** The store's answers in the model's words. */

import type { WatchEvent } from "../src/change.ts";
import type { KeyValue } from "../src/key-value.ts";
import { type ModelEvent, type ModelKv, str } from "./model.ts";

export function plainKv(kv: KeyValue): ModelKv {
  return {
    key: str(kv.key),
    value: str(kv.value),
    create: kv.createRevision,
    mod: kv.modRevision,
    version: kv.version,
    lease: kv.lease,
  };
}

export function plainEvent(event: WatchEvent): ModelEvent {
  return {
    type: event.type === 0 ? "put" : "delete",
    kv: plainKv(event.kv),
    prev: event.prevKv === null ? null : plainKv(event.prevKv),
  };
}

/** A result of the store, with bytes as text and versions as the model writes them. */
export function plain(result: unknown): unknown {
  if (typeof result !== "object" || result === null) return result;
  if (Array.isArray(result)) return result.map(plain);
  if ("ok" in result) {
    if (result.ok === false) return { code: (result as unknown as { code: string }).code };
    return plain((result as unknown as { response: unknown }).response);
  }
  if ("modRevision" in result) return plainKv(result as unknown as KeyValue);
  return Object.fromEntries(Object.entries(result).map(([name, value]) => [name, plain(value)]));
}

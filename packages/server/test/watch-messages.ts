/**
 * Words of a watch stream, for tests.
 */

import {
  WatchCreateRequest,
  WatchProgressRequest,
  type WatchRequest,
  type WatchResponse,
} from "@quorate/etcd-api";
import { bytesOf, type ServerKit, textOf } from "./server-kit.ts";
import type { StreamCall } from "./test-call.ts";

/** A watch stream. */
export type WatchCall = StreamCall<WatchRequest, WatchResponse>;

/** The range of all keys. */
export const all = { key: bytesOf("\0"), rangeEnd: bytesOf("\0") };

export function create(fields: Partial<WatchCreateRequest>): Partial<WatchRequest> {
  return { requestUnion: { case: "createRequest", value: WatchCreateRequest.create(fields) } };
}

export function cancel(watchId: bigint): Partial<WatchRequest> {
  return { requestUnion: { case: "cancelRequest", value: { watchId } } };
}

export function askProgress(): Partial<WatchRequest> {
  return { requestUnion: { case: "progressRequest", value: WatchProgressRequest.create({}) } };
}

/** `PUT k=v@2` of each event. */
export function eventsOf(responses: readonly WatchResponse[]): string[] {
  return responses.flatMap(({ events }) =>
    events.map(({ type, kv }) =>
      kv === null
        ? "none"
        : `${type === 0 ? "PUT" : "DEL"} ${textOf(kv.key)}=${textOf(kv.value)}@${kv.modRevision}`,
    ),
  );
}

/** Waits for so many events. */
export async function takeEvents(kit: ServerKit, stream: WatchCall, count: number): Promise<string[]> {
  const events: string[] = [];
  while (events.length < count) events.push(...eventsOf(await kit.take(stream)));
  return events;
}

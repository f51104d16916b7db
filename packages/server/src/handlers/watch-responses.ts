/**
 * From what a watch hands out to messages: whole revisions, unless the client takes fragments.
 */

import { Event, type ResponseHeader, WatchResponse } from "@quorate/etcd-api";
import type { RevisionChanges, WatchBatch, WatchEvent } from "@quorate/store";

/** An id that is no watch's: of responses about a failure, or about all watches of a stream. */
export const noWatchId = -1n;

/** Bytes of keys and values after which a message is closed at the end of a revision: many clients take 4 MiB at most. */
const messageBytesSoftMax = 1024 * 1024;

const noEvents: readonly Event[] = [];

/** A response without events. */
export function controlResponse(
  header: ResponseHeader,
  watchId: bigint,
  fields: Partial<Pick<WatchResponse, "created" | "canceled" | "compactRevision" | "cancelReason">>,
): WatchResponse {
  return {
    header,
    watchId,
    created: fields.created ?? false,
    canceled: fields.canceled ?? false,
    compactRevision: fields.compactRevision ?? 0,
    cancelReason: fields.cancelReason ?? "",
    fragment: false,
    events: noEvents,
  };
}

/**
 * A batch as messages, each with whole revisions. The header of each says up to where everything was told with it: for the
 * last one what the batch says, before it the last revision inside.
 */
export function eventResponses(
  makeHeader: (revision: number) => ResponseHeader,
  watchId: bigint,
  batch: Extract<WatchBatch, { kind: "events" }>,
): readonly WatchResponse[] {
  const { groups, throughRevision } = batch;
  const [first] = groups;
  if (first !== undefined && groups.length === 1) {
    return [eventResponse(makeHeader(throughRevision), watchId, first.events)];
  }
  const portions = portionsOf(groups);
  return portions.map((portion, at) => {
    const last = at === portions.length - 1 ? throughRevision : (portion.at(-1) as RevisionChanges).revision;
    return eventResponse(
      makeHeader(last),
      watchId,
      portion.flatMap(({ events }) => events),
    );
  });
}

function eventResponse(
  header: ResponseHeader,
  watchId: bigint,
  events: readonly WatchEvent[],
): WatchResponse {
  return {
    header,
    watchId,
    created: false,
    canceled: false,
    compactRevision: 0,
    cancelReason: "",
    fragment: false,
    events,
  };
}

function portionsOf(groups: readonly RevisionChanges[]): readonly RevisionChanges[][] {
  const portions: RevisionChanges[][] = [];
  let portion: RevisionChanges[] = [];
  let bytes = 0;
  for (const group of groups) {
    if (bytes >= messageBytesSoftMax) {
      portions.push(portion);
      portion = [];
      bytes = 0;
    }
    portion.push(group);
    for (const { kv, prevKv } of group.events) {
      bytes +=
        kv.key.length + kv.value.length + (prevKv === null ? 0 : prevKv.key.length + prevKv.value.length);
    }
  }
  portions.push(portion);
  return portions;
}

/** Bytes that an event adds to a message: its tag and the longest length come before it. */
const eventOverheadBytes = 6;

/**
 * A response in pieces below `bytesMax`, of one event at least; all but the last are marked. They must follow each other
 * on the stream.
 */
export function fragmentsOf(response: WatchResponse, bytesMax: number): readonly WatchResponse[] {
  if (response.events.length < 2 || WatchResponse.size(response) < bytesMax) return [response];
  const emptyBytes = WatchResponse.size({ ...response, fragment: true, events: [] });
  const fragments: WatchResponse[] = [];
  let events: Event[] = [];
  let bytes = emptyBytes;
  for (const event of response.events) {
    const eventBytes = Event.size(event) + eventOverheadBytes;
    if (events.length > 0 && bytes + eventBytes >= bytesMax) {
      fragments.push({ ...response, fragment: true, events });
      events = [];
      bytes = emptyBytes;
    }
    events.push(event);
    bytes += eventBytes;
  }
  fragments.push({ ...response, events });
  return fragments;
}

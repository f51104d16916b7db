/**
 * Watch fan-out: many watchers of one key, and a writer that writes it as fast as it is answered.
 */

import { type ClientDuplexStream, credentials, makeGenericClientConstructor } from "@grpc/grpc-js";
import {
  decode,
  encode,
  kvService,
  PutRequest,
  WatchCreateRequest,
  WatchRequest,
  WatchResponse,
  watchService,
} from "@quorate/etcd-api";
import type { LoadResult } from "./h2load.ts";

const watchersPerStream = 25;
const writersInFlight = 10;
const text = new TextEncoder();

/** Counts the events that all watchers together get in a second. Latency is from the put's call to the event. */
export async function measureWatchFanOut(
  url: string,
  watchers: number,
  seconds: number,
): Promise<LoadResult> {
  const Client = makeGenericClientConstructor({}, "bench");
  const client = new Client(url.replace("http://", ""), credentials.createInsecure());
  const sentAtMs = new Map<string, number>();
  const latencies: number[] = [];
  let events = 0;
  let isMeasuring = false;
  const open = (): Promise<ClientDuplexStream<WatchRequest, WatchResponse>> => {
    const stream = client.makeBidiStreamRequest(
      watchService.methods.watch.path,
      (request: WatchRequest) => Buffer.from(encode(WatchRequest, request)),
      (bytes: Buffer) => decode(WatchResponse, bytes),
    );
    stream.on("error", () => undefined);
    let created = 0;
    return new Promise((resolve) => {
      stream.on("data", (response: WatchResponse) => {
        if (response.created && ++created === watchersPerStream) resolve(stream);
        if (!isMeasuring) return;
        events += response.events.length;
        const value = response.events[0]?.kv?.value;
        const sent =
          value === undefined ? undefined : sentAtMs.get(Buffer.from(value.subarray(0, 12)).toString());
        if (sent !== undefined) latencies.push(performance.now() - sent);
      });
      for (let count = 0; count < watchersPerStream; count++) {
        const value = WatchCreateRequest.create({ key: text.encode("watched") });
        stream.write({ requestUnion: { case: "createRequest", value } });
      }
    });
  };
  const streams = await Promise.all(Array.from({ length: watchers / watchersPerStream }, open));
  let serial = 0;
  const put = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const name = `${++serial}`.padStart(12, "0");
      sentAtMs.set(name, performance.now());
      client.makeUnaryRequest(
        kvService.methods.put.path,
        (request: PutRequest) => Buffer.from(encode(PutRequest, request)),
        (bytes: Buffer) => bytes,
        PutRequest.create({ key: text.encode("watched"), value: text.encode(name.padEnd(256, "x")) }),
        (error) => (error === null ? resolve() : reject(error)),
      );
    });
  const endsAtMs = performance.now() + (seconds + 1) * 1000;
  const beginsAtMs = performance.now() + 1000;
  const write = async (): Promise<void> => {
    while (performance.now() < endsAtMs) {
      if (performance.now() >= beginsAtMs) isMeasuring = true;
      await put();
    }
  };
  await Promise.all(Array.from({ length: writersInFlight }, write));
  for (const stream of streams) stream.cancel();
  client.close();
  latencies.sort((one, other) => one - other);
  const at = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? Number.NaN;
  return { perSecond: events / seconds, failed: 0, p50Ms: at(0.5), p99Ms: at(0.99) };
}

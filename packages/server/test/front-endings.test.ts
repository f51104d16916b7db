import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  encode,
  kvService,
  LeaseKeepAliveResponse,
  leaseService,
  maintenanceService,
  RangeResponse,
  SnapshotResponse,
  watchService,
} from "@quorate/etcd-api";
import type { Front } from "../src/front/front.ts";
import type { CallContext } from "../src/rpc/call.ts";
import { RpcCode, RpcError } from "../src/rpc/rpc-error.ts";
import { cancelCode, frameOf } from "./front-client.ts";
import { serve } from "./front-fixture.ts";
import { callHeaders, Flag, FrameType, frame } from "./front-raw.ts";

const { range } = kvService.methods;
const { leaseKeepAlive } = leaseService.methods;
const { snapshot } = maintenanceService.methods;
const { watch } = watchService.methods;

/** What a handler saw of its end. */
function witness() {
  const { promise: seen, resolve } = Promise.withResolvers<{ reason: unknown; thrown: unknown }>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const duplex = async (requests: AsyncIterable<object>, context: CallContext): Promise<void> => {
    begin();
    let thrown: unknown = null;
    try {
      for await (const request of requests) assert.ok(request);
    } catch (error) {
      thrown = error;
    }
    resolve({ reason: context.signal.aborted ? context.signal.reason : null, thrown });
  };
  return { seen, begun, duplex };
}

describe("the end of a call before its time", () => {
  test("a client that resets the stream aborts the signal, and the requests throw", async () => {
    const { seen, begun, duplex } = witness();
    const raw = (await serve({ watch: duplex })).raw();
    raw.write(frame(FrameType.headers, Flag.endHeaders, 1, callHeaders(watch.path)));
    await begun;
    raw.write(frame(FrameType.rstStream, 0, 1, Buffer.from([0, 0, 0, 8])));
    const { reason, thrown } = await seen;
    assert.match(String(reason), /context canceled/);
    assert.match(String(thrown), /context canceled/);
  });

  test("a reset reaches a unary handler by its signal, also one that is asked for afterwards", async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<CallContext>();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const fixture = await serve(
      {
        range: (_request, context) => {
          begin(context);
          return new Promise(() => undefined);
        },
      },
      { observer: { started: nothing, received: nothing, sent: nothing, ended: () => end() } },
    );
    const raw = fixture.raw();
    raw.write(frame(FrameType.headers, Flag.endHeaders, 1, callHeaders(range.path)));
    raw.write(frame(FrameType.data, Flag.endStream, 1, frameOf(new Uint8Array(0))));
    const context = await begun;
    raw.write(frame(FrameType.rstStream, 0, 1, Buffer.from([0, 0, 0, 8])));
    await ended;
    assert.equal(context.signal.aborted, true);
    assert.match(String(context.signal.reason), /context canceled/);
  });

  test("a connection that breaks cancels its calls", async () => {
    const { seen, begun, duplex } = witness();
    const { client } = await serve({ watch: duplex });
    client.open(watch.path);
    await begun;
    client.session.destroy();
    assert.match(String((await seen).thrown), /context canceled/);
  });

  test("a deadline ends unary calls and streams with its status, even if the handler does not end", async () => {
    const { seen, duplex } = witness();
    const { client } = await serve({ range: () => new Promise(() => undefined), watch: duplex });
    const headers = { "grpc-timeout": "20m" };
    const unary = await client.call(range, {}, headers);
    assert.equal(`${unary.code} ${unary.message}`, "4 context deadline exceeded");
    const stream = await client.open(watch.path, headers).ended;
    assert.equal(`${stream.code} ${stream.message}`, "4 context deadline exceeded");
    assert.match(String((await seen).reason), /deadline exceeded/);
  });

  test("a handler knows how long its client waits", async () => {
    const waits: (number | null)[] = [];
    const { client } = await serve({
      range: (_request, { timeoutMs }) => {
        waits.push(timeoutMs);
        return RangeResponse.create();
      },
    });
    await client.call(range, {}, { "grpc-timeout": "5S" });
    await client.call(range, {});
    assert.deepEqual(waits, [5000, null]);
  });

  test("stopping ends streams as unavailable, lets unary calls finish, and takes no new ones", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    const { client, front } = await serve({
      range: async () => {
        enter();
        await released;
        return RangeResponse.create({ count: 5 });
      },
    });
    const stream = client.open(leaseKeepAlive.path);
    stream.send(leaseKeepAlive, { id: 1n });
    await stream.has(1);
    const running = client.call(range, {});
    await entered;
    const stopped = front.stop(60_000, new RpcError(RpcCode.unavailable, "server stopped"));
    const ending = await stream.ended;
    assert.equal(`${ending.code} ${ending.message}`, "14 server stopped");
    release();
    assert.equal((await running).code, 0);
    await stopped;
    assert.equal(front.connectionCount, 0);
  });
});

function nothing(): void {}

describe("who does not keep up", () => {
  test("a sink tells when its client does not read, and goes on when it does", async () => {
    const blob = new Uint8Array(100_000);
    let written = 0;
    const { promise: isFull, resolve: fill } = Promise.withResolvers<number>();
    const { client } = await serve(
      {
        snapshot: async (_request, _context, sink) => {
          for (; written < 100; written++) {
            if (sink.write(SnapshotResponse.create({ blob }))) continue;
            fill(sink.bufferedBytes);
            await sink.drained();
          }
        },
      },
      { limits: { sinkBytesMax: 500_000 } },
    );
    const call = client.open(snapshot.path);
    call.stream.pause();
    call.stream.end(frameOf(new Uint8Array(0)));
    const buffered = await isFull;
    assert.ok(written < 50, `${written} messages were written to a client that does not read`);
    assert.ok(buffered >= 500_000 && buffered < 1_000_000, `${buffered} bytes are buffered`);
    call.stream.resume();
    const ending = await call.ended;
    assert.equal(ending.code, 0);
    assert.equal(ending.messages.length, 100);
  });

  test("a client that does not read and goes away lets its handler go", async () => {
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const { promise: isFull, resolve: fill } = Promise.withResolvers<void>();
    const { client } = await serve({
      snapshot: async (_request, context, sink) => {
        while (!context.signal.aborted) {
          if (sink.write(SnapshotResponse.create({ blob: new Uint8Array(100_000) }))) continue;
          fill();
          await sink.drained();
        }
        leave();
      },
    });
    const call = client.open(snapshot.path);
    call.stream.pause();
    call.stream.end(frameOf(new Uint8Array(0)));
    await isFull;
    call.stream.close(cancelCode);
    await left;
  });

  test("requests that are not pulled hold the client back", async () => {
    const { promise: pull, resolve: startPulling } = Promise.withResolvers<void>();
    let pulled = 0;
    const { client, front } = await serve(
      {
        keepAlive: async (requests, _context, sink) => {
          await pull;
          for await (const request of requests) pulled += Number(request !== null);
          sink.write(LeaseKeepAliveResponse.create({ ttl: pulled }));
        },
      },
      { limits: { streamWindowBytes: 100_000 } },
    );
    const call = client.open(leaseKeepAlive.path);
    const frame = frameOf(encode(leaseKeepAlive.request, leaseKeepAlive.request.create({ id: 2n ** 62n })));
    const count = 100_000;
    const all = Buffer.concat(Array.from({ length: count }, () => frame));
    call.stream.end(all);
    await settled(front);
    assert.ok(front.bufferedRequestBytes < 400_000, `${front.bufferedRequestBytes} bytes are held`);
    startPulling();
    const ending = await call.ended;
    assert.equal(ending.code, 0);
    assert.equal(pulled, count);
    assert.equal(front.bufferedRequestBytes, 0);
  });
});

/** Resolves when the bytes that a front holds do not change any more. */
async function settled(front: Front): Promise<void> {
  let last = -1;
  for (let same = 0; same < 50; ) {
    await new Promise((resolve) => setImmediate(resolve));
    same = front.bufferedRequestBytes === last && last > 0 ? same + 1 : 0;
    last = front.bufferedRequestBytes;
  }
}

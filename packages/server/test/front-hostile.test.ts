import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { kvService, leaseService, watchService } from "@quorate/etcd-api";
import fc from "fast-check";
import { PingGuard } from "../src/front/ping-guard.ts";
import { frameOf, TestClient } from "./front-client.ts";
import { closeLater, type Fixture, serve, until } from "./front-fixture.ts";
import { callHeaders, Flag, FrameType, frame, headerBlock, preface, RawConnection } from "./front-raw.ts";

const { range } = kvService.methods;
const { watch } = watchService.methods;
const { leaseKeepAlive } = leaseService.methods;
const nothing = new Uint8Array(0);

/** Other clients are served, whatever this one did. */
async function isAlive({ url }: Fixture): Promise<void> {
  const client = new TestClient(url);
  assert.equal((await client.call(range, { limit: 1 })).code, 0);
  client.close();
}

function open(fixture: Fixture): RawConnection {
  const raw = new RawConnection(fixture.url);
  closeLater(() => raw.close());
  return raw;
}

describe("hostile bytes", () => {
  test("a preface that goes wrong is answered as bad HTTP/1.1, and closed", async () => {
    const fixture = await serve();
    for (const bytes of ["PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "\0\0\0\0", "GARBAGE\r\n\r\n"]) {
      const raw = open(fixture);
      raw.write(Buffer.from(bytes, "latin1"));
      await raw.closed;
      assert.match(raw.received.toString("latin1"), /^HTTP\/1\.1 400 /);
    }
    await isAlive(fixture);
  });

  test("broken frames close their connection and nothing else", async () => {
    const fixture = await serve();
    const broken: Readonly<Record<string, Buffer>> = {
      "a frame of 16 MiB": frame(FrameType.data, 0, 1, nothing, 0xffffff),
      "data on stream 0": frame(FrameType.data, 0, 0, Buffer.alloc(3)),
      "data of a stream that was never opened": frame(FrameType.data, 0, 7, Buffer.alloc(3)),
      "headers on stream 0": frame(FrameType.headers, Flag.endHeaders, 0, callHeaders(range.path)),
      "headers on an even stream": frame(FrameType.headers, Flag.endHeaders, 2, callHeaders(range.path)),
      "headers that are no HPACK": frame(FrameType.headers, Flag.endHeaders, 1, Buffer.alloc(50, 0xff)),
      "settings of five bytes": frame(FrameType.settings, 0, 0, Buffer.alloc(5)),
      "settings with a window above the most": frame(
        FrameType.settings,
        0,
        0,
        Buffer.from([0, 4, 0xff, 0xff, 0xff, 0xff]),
      ),
      "a ping of seven bytes": frame(FrameType.ping, 0, 0, Buffer.alloc(7)),
      "a window update of nothing": frame(FrameType.windowUpdate, 0, 0, Buffer.alloc(4)),
      "a continuation of nothing": frame(FrameType.continuation, Flag.endHeaders, 1, nothing),
      "a second preface": preface,
    };
    for (const [what, bytes] of Object.entries(broken)) {
      const raw = fixture.raw();
      raw.write(bytes);
      await raw.closed;
      assert.ok(raw.socket.destroyed, what);
    }
    await isAlive(fixture);
  });

  test("whatever follows the preface, others are served", async () => {
    const fixture = await serve();
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(fc.nat(12), fc.nat(255), fc.nat(9), fc.uint8Array({ maxLength: 60 }))
        .map(([type, flags, stream, payload]) => frame(type, flags, stream, payload)),
      fc.nat(4).map((at) => frame(FrameType.headers, Flag.endHeaders, 2 * at + 1, callHeaders(range.path))),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => frame(FrameType.data, 0, 1, frameOf(bytes))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 8 }), async (all) => {
        const raw = fixture.raw();
        raw.write(...all);
        raw.socket.end();
        await raw.closed;
      }),
      { numRuns: 150 },
    );
    await isAlive(fixture);
    await until(() => fixture.front.bufferedRequestBytes === 0);
  });

  test("headers above the bound never reach a handler", async () => {
    let calls = 0;
    const fixture = await serve(
      {
        range: () => {
          calls++;
          return {};
        },
      },
      { limits: { headerBytesMax: 16_384 } },
    );
    const block = Buffer.concat([callHeaders(range.path), headerBlock({ "x-large": "x".repeat(40_000) })]);
    const raw = fixture.raw();
    raw.write(
      frame(FrameType.headers, 0, 1, block.subarray(0, 16_000)),
      frame(FrameType.continuation, 0, 1, block.subarray(16_000, 32_000)),
      frame(FrameType.continuation, Flag.endHeaders, 1, block.subarray(32_000)),
      frame(FrameType.data, Flag.endStream, 1, frameOf(nothing)),
    );
    const end = await raw.frame(({ type }) => type === FrameType.rstStream || type === FrameType.goaway);
    assert.notEqual(end, null);
    assert.equal(calls, 0);
  });

  test("headers that never end close the connection", async () => {
    const fixture = await serve();
    const raw = fixture.raw();
    raw.write(frame(FrameType.headers, 0, 1, callHeaders(range.path)));
    const more = frame(FrameType.continuation, 0, 1, headerBlock({ "x-more": "y".repeat(1000) }));
    const pump = (): void => {
      while (!raw.socket.destroyed && raw.socket.write(more));
    };
    raw.socket.on("drain", pump);
    pump();
    await raw.closed;
    await isAlive(fixture);
  });

  test("an endless body ends at the bound, and what it held is given back", async () => {
    const fixture = await serve({}, { limits: { messageBytesMax: 100_000 } });
    const raw = fixture.raw();
    const head = Buffer.from([0, 0, 1, 0x86, 0xa1]);
    raw.write(frame(FrameType.headers, Flag.endHeaders, 1, callHeaders(range.path)));
    raw.write(frame(FrameType.data, 0, 1, head));
    const reset = await raw.frame(({ type, stream }) => type === FrameType.rstStream && stream === 1);
    assert.deepEqual(reset?.payload, Buffer.alloc(4));
    assert.ok(
      raw.frames.some(({ type, flags }) => type === FrameType.headers && (flags & Flag.endStream) !== 0),
    );
    assert.equal(fixture.front.bufferedRequestBytes, 0);
  });

  test("many requests that never become whole are refused together", async () => {
    const fixture = await serve({}, { limits: { bufferedRequestBytesMax: 100_000 } });
    const { client, front } = fixture;
    const half = frameOf(new Uint8Array(30_000)).subarray(0, 20_000);
    const calls = Array.from({ length: 10 }, () => client.open(range.path));
    const refused = Promise.all(calls.slice(5).map(({ ended }) => ended));
    for (const call of calls) call.stream.write(half);
    for (const ending of await refused) {
      assert.equal(ending.code, 8);
      assert.match(ending.message, /holds 100000 bytes of unfinished requests/);
    }
    assert.equal(front.bufferedRequestBytes, 100_000);
    client.close();
    await until(() => front.bufferedRequestBytes === 0);
    await isAlive(fixture);
  });
});

describe("clients that say nothing", () => {
  test("before their protocol is known are closed", async () => {
    const fixture = await serve({}, { limits: { handshakeMs: 30 } });
    for (const bytes of [nothing, preface.subarray(0, 5)]) {
      const raw = open(fixture);
      if (bytes.length > 0) raw.write(bytes);
      await raw.closed;
    }
    const silent = fixture.events.filter(({ kind }) => kind === "client-refused");
    assert.equal(silent.length, 2);
  });

  test("after the preface are closed", async () => {
    const fixture = await serve({}, { limits: { handshakeMs: 30 } });
    const raw = open(fixture);
    raw.write(preface);
    await raw.closed;
    assert.ok(fixture.events.some((event) => "what" in event && /SETTINGS/.test(event.what)));
  });

  test("within the headers of HTTP/1.1 are closed", async () => {
    const fixture = await serve({}, { limits: { headersMs: 30 } });
    const raw = open(fixture);
    raw.write(Buffer.from("GET /health HTTP/1.1\r\nX-Slow: "));
    await raw.closed;
    assert.match(raw.received.toString("latin1"), /^HTTP\/1\.1 408 /);
  });

  test("within a request lose their call, and what it held is given back", async () => {
    const { client, front } = await serve({}, { limits: { requestMs: 30 } });
    const call = client.open(range.path);
    call.stream.write(frameOf(new Uint8Array(100)).subarray(0, 50));
    const ending = await call.ended;
    assert.equal(ending.code, 4);
    assert.equal(front.bufferedRequestBytes, 0);
  });

  test("and close their side at once are let go", async () => {
    const fixture = await serve();
    const socket = connect(Number(new URL(fixture.url).port), "127.0.0.1");
    socket.end();
    socket.resume();
    await new Promise((resolve) => socket.on("close", resolve));
    await isAlive(fixture);
  });
});

describe("connections", () => {
  test("above the bound are closed at once, which is told once", async () => {
    const fixture = await serve({}, { limits: { connectionsMax: 1 } });
    assert.equal((await fixture.client.call(range, {})).code, 0);
    for (let extra = 0; extra < 3; extra++) await open(fixture).closed;
    assert.equal(fixture.events.filter(({ kind }) => kind === "connections-full").length, 1);
    assert.equal((await fixture.client.call(range, {})).code, 0);
  });

  test("have a bound on their streams, which the client is told", async () => {
    const fixture = await serve({}, { limits: { streamsPerConnectionMax: 3 } });
    const { client } = fixture;
    assert.equal((await client.call(range, {})).code, 0);
    assert.equal(client.session.remoteSettings.maxConcurrentStreams, 3);
    const rude = fixture.raw();
    for (let at = 0; at < 4; at++) {
      rude.write(frame(FrameType.headers, Flag.endHeaders, 2 * at + 1, callHeaders(watch.path)));
    }
    const refused = await rude.frame(({ type, stream }) => type === FrameType.rstStream && stream === 7);
    assert.equal(refused?.payload[3], 7, "REFUSED_STREAM");
  });

  test("on which streams are reset again and again end", async () => {
    const fixture = await serve({}, { limits: { streamResetsMax: 50, streamResetsPerSecond: 1 } });
    const rude = fixture.raw();
    for (let at = 0; at < 200; at++) {
      const stream = 2 * at + 1;
      rude.write(
        frame(FrameType.headers, Flag.endHeaders, stream, callHeaders(watch.path)),
        frame(FrameType.rstStream, 0, stream, Buffer.from([0, 0, 0, 8])),
      );
    }
    await rude.closed;
  });
});

describe("pings", () => {
  const ping = frame(FrameType.ping, 0, 0, Buffer.alloc(8));

  test("too many of them end the connection with etcd's words", async () => {
    const fixture = await serve();
    const rude = fixture.raw();
    for (let count = 0; count < 6; count++) rude.write(ping);
    const goaway = await rude.frame(({ type }) => type === FrameType.goaway);
    assert.equal(goaway?.payload.readUInt32BE(4), 11, "ENHANCE_YOUR_CALM");
    assert.equal(goaway?.payload.subarray(8).toString(), "too_many_pings");
    await rude.closed;
    assert.equal(fixture.events.filter(({ kind }) => kind === "too-many-pings").length, 1);
  });

  test("are counted by time, and forgiven by what the server sends", () => {
    const guard = new PingGuard(5000, 2);
    assert.deepEqual(
      [0, 5000, 10_000, 15_000].map((nowMs) => guard.isTooMany(nowMs, 1)),
      [false, false, false, false],
    );
    assert.deepEqual(
      [15_001, 15_002].map((nowMs) => guard.isTooMany(nowMs, 1)),
      [false, false],
    );
    guard.noteSent();
    assert.equal(guard.isTooMany(15_003, 1), false);
    assert.deepEqual(
      [15_004, 15_005, 15_006].map((nowMs) => guard.isTooMany(nowMs, 1)),
      [false, false, true],
    );
  });

  test("without a call are strikes whatever their distance", () => {
    const guard = new PingGuard(5000, 2);
    assert.deepEqual(
      [0, 10_000, 20_000, 30_000].map((nowMs) => guard.isTooMany(nowMs, 0)),
      [false, false, false, true],
    );
  });

  test("of the server find clients that are gone", async () => {
    const fixture = await serve({}, { limits: { keepaliveIntervalMs: 20, keepaliveTimeoutMs: 20 } });
    await fixture.raw().closed;
    assert.ok(fixture.events.some(({ kind }) => kind === "keepalive-failed"));
  });

  test("of the server keep clients that answer", async () => {
    const { client, events } = await serve(
      {},
      { limits: { keepaliveIntervalMs: 10, keepaliveTimeoutMs: 60_000 } },
    );
    for (let pings = 0; pings < 3; pings++)
      await new Promise((resolve) => client.session.once("ping", resolve));
    assert.equal((await client.call(range, {})).code, 0);
    assert.ok(events.every(({ kind }) => kind !== "keepalive-failed"));
  });
});

describe("streams", () => {
  test("that are flooded while nobody reads stay within their window", async () => {
    const fixture = await serve(
      { keepAlive: () => new Promise(() => undefined) },
      { limits: { streamWindowBytes: 65_535, bufferedRequestBytesMax: 1_000_000 } },
    );
    const raw = fixture.raw();
    raw.write(frame(FrameType.headers, Flag.endHeaders, 1, callHeaders(leaseKeepAlive.path)));
    const chunk = frame(FrameType.data, 0, 1, new Uint8Array(16_000));
    // More than the window, against the rules of flow control.
    for (let count = 0; count < 30; count++) raw.write(chunk);
    const end = await raw.frame(({ type }) => type === FrameType.rstStream || type === FrameType.goaway);
    assert.notEqual(end, null);
    await until(() => fixture.front.bufferedRequestBytes === 0);
    await isAlive(fixture);
  });
});

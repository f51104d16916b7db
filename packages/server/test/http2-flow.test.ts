import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import { type AddressInfo, createServer } from "node:net";
import { describe, test } from "node:test";
import { BufferPool } from "../src/http2/buffer-pool.ts";
import { Http2Session } from "../src/http2/http2-session.ts";
import { Flag, FrameType, frame } from "./front-raw.ts";
import {
  data,
  Http2Fixture,
  headers,
  hello,
  int32,
  limitsDefault,
  requestBlock,
  setting,
  settingsAck,
  TestService,
  usual,
} from "./http2-fixture.ts";

const windowUpdate = (streamId: number, bytes: number): Buffer =>
  frame(FrameType.windowUpdate, 0, streamId, int32(bytes));
const windowOf = (bytes: number): Buffer => frame(FrameType.settings, 0, 0, setting(4, bytes));
const ends = (id: number) => (one: { stream: number; flags: number; type: number }) =>
  one.stream === id && one.type <= 1 && (one.flags & Flag.endStream) !== 0;

describe("what the server sends", () => {
  test("stays within the stream's window, and goes on when it grows", async () => {
    const fixture = Http2Fixture.greeted();
    fixture.write(windowOf(1000), headers(1, requestBlock("/bytes/5000"), true));
    await fixture.sync();
    assert.equal(fixture.dataBytes(1), 1000);
    fixture.write(windowUpdate(1, 1));
    await fixture.sync();
    assert.equal(fixture.dataBytes(1), 1001);
    fixture.write(windowUpdate(1, 10_000));
    await fixture.frame(ends(1));
    assert.equal(fixture.dataBytes(1), 5000);
    assert.equal(fixture.service.open, 0);
    fixture.close();
  });

  test("stays within the connection's window", async () => {
    const fixture = Http2Fixture.greeted();
    fixture.write(windowOf(1_000_000), headers(1, requestBlock("/bytes/100000"), true));
    await fixture.sync();
    assert.equal(fixture.dataBytes(1), 65_535);
    fixture.write(windowUpdate(0, 100_000));
    await fixture.frame(ends(1));
    assert.equal(fixture.dataBytes(1), 100_000);
    fixture.close();
  });

  test("follows a change of the initial window, below zero too", async () => {
    const fixture = Http2Fixture.greeted();
    fixture.write(windowOf(3000), headers(1, requestBlock("/bytes/9000"), true));
    await fixture.sync();
    fixture.write(windowOf(1000), windowUpdate(1, 1999));
    await fixture.sync();
    assert.equal(fixture.dataBytes(1), 3000);
    fixture.write(windowUpdate(1, 2));
    await fixture.sync();
    assert.equal(fixture.dataBytes(1), 3001);
    fixture.write(windowOf(20_000));
    await fixture.frame(ends(1));
    assert.equal(fixture.dataBytes(1), 9000);
    fixture.close();
  });

  test("is shared by streams in turns while the connection's window is short", async () => {
    const fixture = Http2Fixture.greeted();
    const ids = [1, 3, 5];
    fixture.write(windowOf(1_000_000), ...ids.map((id) => headers(id, requestBlock("/bytes/200000"), true)));
    await fixture.sync();
    for (let round = 0; round < 9; round++) {
      fixture.write(windowUpdate(0, 16_384));
      await fixture.sync();
    }
    // The first had the window for itself; then each had a third of what came.
    const counts = ids.map((id) => fixture.dataBytes(id));
    const [, second = 0, third = 0] = counts;
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      65_535 + 9 * 16_384,
    );
    assert.ok(Math.abs(second - third) <= 16_384, String(counts));
    assert.ok(second >= 3 * 16_384 - 1, String(counts));
    fixture.write(windowUpdate(0, 1_000_000));
    for (const id of ids) await fixture.frame(ends(id));
    assert.equal(fixture.service.open, 0);
    fixture.close();
  });

  test("a small answer waits its turn behind large ones, but needs no window for its status", async () => {
    const fixture = Http2Fixture.greeted();
    fixture.write(
      windowOf(0),
      headers(1, requestBlock("/usual"), true),
      headers(3, requestBlock("/early"), true),
    );
    await fixture.sync();
    assert.notEqual(await fixture.frame(ends(3)), null);
    assert.equal(fixture.service.served[0]?.stream.bufferedBytes, 5);
    fixture.write(windowUpdate(1, 5));
    await fixture.frame(ends(1));
    assert.equal(fixture.service.open, 0);
    fixture.close();
  });

  test("a stream tells its writer when its queue has gone", async () => {
    const fixture = Http2Fixture.greeted();
    fixture.write(windowOf(10), headers(1, requestBlock("/wait"), true));
    await fixture.sync();
    const { stream } = fixture.service.served[0] ?? assert.fail();
    stream.respond("usual-head", false);
    for (let count = 0; count < 300; count++) stream.write(new Uint8Array(7));
    stream.askDrain();
    assert.equal(stream.bufferedBytes, 2090);
    fixture.write(windowUpdate(1, 2089));
    await fixture.sync();
    assert.equal(fixture.service.drains, 0);
    fixture.write(windowUpdate(1, 100));
    await fixture.sync();
    assert.equal(fixture.service.drains, 1);
    assert.equal(stream.bufferedBytes, 0);
    stream.end(null, null);
    await fixture.frame(ends(1));
    assert.equal(fixture.dataBytes(1), 2100);
    fixture.close();
  });

  test("what a stream still had is dropped with it", async () => {
    const fixture = Http2Fixture.greeted();
    fixture.write(
      windowOf(10),
      headers(1, requestBlock("/bytes/5000"), true),
      headers(3, requestBlock("/bytes/20"), true),
    );
    await fixture.sync();
    fixture.write(frame(FrameType.rstStream, 0, 1, int32(8)), windowUpdate(3, 100));
    await fixture.frame(ends(3));
    await fixture.sync();
    assert.equal(fixture.dataBytes(1), 10);
    assert.equal(fixture.service.open, 0);
    fixture.close();
  });
});

describe("what the server receives", () => {
  test("both windows are given back as bytes are taken", async () => {
    const fixture = Http2Fixture.greeted({ streamWindowBytes: 40_000, connectionWindowBytes: 100_000 });
    fixture.write(headers(1, requestBlock("/wait")));
    for (let count = 0; count < 30; count++) {
      fixture.write(data(1, new Uint8Array(10_000)));
      await fixture.sync();
    }
    const updates = (id: number): number =>
      fixture.frames
        .filter(({ type, stream }) => type === FrameType.windowUpdate && stream === id)
        .reduce((sum, { payload }) => sum + payload.readUInt32BE(0), 0);
    assert.equal(updates(1), 300_000);
    // The first makes the window what the settings cannot.
    assert.equal(updates(0), 100_000 - 65_535 + 300_000);
    assert.deepEqual(fixture.complaints(), []);
    fixture.close();
  });

  test("a paused stream keeps what comes, in order, and does not hold up others", async () => {
    const fixture = Http2Fixture.greeted({ streamWindowBytes: 65_535, connectionWindowBytes: 65_535 });
    fixture.write(headers(1, requestBlock("/pause")), headers(3, requestBlock("/wait")));
    for (let count = 0; count < 6; count++) fixture.write(data(1, new Uint8Array(10_000).fill(count)));
    for (let count = 0; count < 6; count++) fixture.write(data(3, new Uint8Array(10_000), count === 5));
    fixture.write(data(1, new Uint8Array(1).fill(6), true));
    await fixture.sync();
    const [paused, other] = fixture.service.served;
    assert.equal(paused?.received.length, 0);
    assert.equal(paused?.isHalfClosed, false);
    assert.equal(other?.isHalfClosed, true);
    assert.equal(
      fixture.frames.some(({ type, stream }) => type === FrameType.windowUpdate && stream === 1),
      false,
    );
    paused?.stream.resume();
    assert.deepEqual(
      paused?.received.map((bytes) => bytes[0]),
      [0, 1, 2, 3, 4, 5, 6],
    );
    assert.equal(paused?.isHalfClosed, true);
    fixture.close();
  });

  test("a small window holds once the client has acknowledged it, not before", async () => {
    const fixture = new Http2Fixture({ streamWindowBytes: 100 });
    fixture.write(hello, headers(1, requestBlock("/pause")), data(1, new Uint8Array(1000)));
    await fixture.sync();
    assert.deepEqual(fixture.complaints(), []);
    fixture.write(settingsAck, headers(3, requestBlock("/pause")), data(3, new Uint8Array(101)));
    await fixture.sync();
    assert.deepEqual(fixture.complaints(), ["reset 3 3"]);
    fixture.close();
  });
});

test("a slow client of nghttp2 gets everything, in order, with its own windows", async () => {
  const service = new TestService();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const share = { limits: limitsDefault, pool: new BufferPool(), usual };
    void new Http2Session(socket, share, service);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    settings: { initialWindowSize: 20_000 },
  });
  try {
    const sizes = [3_000_000, 1_000_000, 10];
    const totals = await Promise.all(
      sizes.map(async (size) => {
        const stream = client.request({ ":method": "POST", ":path": `/bytes/${size}` });
        stream.end();
        let total = 0;
        for await (const bytes of stream) {
          total += (bytes as Buffer).length;
          // Slower than the server: it meets full windows and a full socket.
          await new Promise((resolve) => setImmediate(resolve));
        }
        return total;
      }),
    );
    assert.deepEqual(totals, sizes);
    assert.equal(service.open, 0);
  } finally {
    client.destroy();
    server.close();
  }
});

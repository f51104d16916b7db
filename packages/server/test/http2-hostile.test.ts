import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Flag, FrameType, frame } from "./front-raw.ts";
import { data, Http2Fixture, headers, int32, requestBlock, setting } from "./http2-fixture.ts";

const none = new Uint8Array(0);
const calm = "goaway 11";
const reset = (id: number): Buffer => frame(FrameType.rstStream, 0, id, int32(8));

/** Writes until the server has had enough; gives how often it took to write. */
async function flood(fixture: Http2Fixture, make: (round: number) => Buffer, rounds: number): Promise<void> {
  for (let round = 0; round < rounds && !fixture.client.destroyed; round++) {
    fixture.write(make(round));
    if (round % 100 === 99) await fixture.sync();
  }
  await fixture.sync();
}

describe("floods", () => {
  test("of streams that are begun and reset", async () => {
    const fixture = Http2Fixture.greeted({ streamResetsMax: 50 });
    const block = requestBlock("/wait");
    await flood(
      fixture,
      (round) => Buffer.concat([headers(round * 2 + 1, block), reset(round * 2 + 1)]),
      200,
    );
    assert.equal(fixture.complaints().at(-1), calm);
    assert.equal(fixture.service.served.length, 51);
    assert.equal(fixture.service.open, 0);
  });

  test("of streams that the server is made to reset", async () => {
    const fixture = Http2Fixture.greeted({ streamResetsMax: 50 });
    const mistake = (id: number): Buffer => frame(FrameType.windowUpdate, 0, id, int32(0));
    const block = requestBlock("/wait");
    await flood(
      fixture,
      (round) => Buffer.concat([headers(round * 2 + 1, block), mistake(round * 2 + 1)]),
      200,
    );
    assert.equal(fixture.complaints().at(-1), calm);
    assert.equal(fixture.service.open, 0);
  });

  test("of requests that are none, and of requests above the limit", async () => {
    const bad = Http2Fixture.greeted({ streamResetsMax: 50 });
    await flood(bad, (round) => headers(round * 2 + 1, none), 200);
    assert.equal(bad.complaints().at(-1), calm);
    const many = Http2Fixture.greeted({ streamResetsMax: 50, streamsPerConnectionMax: 10 });
    await flood(many, (round) => headers(round * 2 + 1, requestBlock("/wait")), 200);
    assert.equal(many.complaints().at(-1), calm);
    assert.equal(many.service.served.length, 10);
  });

  test("of frames without effect", async () => {
    const kinds: readonly Buffer[] = [
      frame(FrameType.settings, 0, 0, setting(3, 1)),
      frame(2, 0, 9, new Uint8Array(5)),
      frame(99, 0, 0, none),
      data(1, none),
    ];
    for (const kind of kinds) {
      const fixture = Http2Fixture.greeted();
      fixture.write(headers(1, requestBlock("/wait")));
      const thousand = Buffer.concat(Array.from({ length: 1000 }, () => kind));
      for (let round = 0; round < 40; round++) fixture.write(thousand);
      await fixture.ended;
      assert.equal(fixture.complaints().at(-1), calm);
      assert.equal(fixture.service.open, 0);
    }
  });

  test("of CONTINUATION, large or empty", async () => {
    for (const payload of [new Uint8Array(1000), none]) {
      const fixture = Http2Fixture.greeted();
      fixture.write(frame(FrameType.headers, 0, 1, requestBlock("/wait")));
      for (let count = 0; count < 100; count++) fixture.write(frame(FrameType.continuation, 0, 1, payload));
      await fixture.ended;
      assert.equal(fixture.complaints().at(-1), calm);
      assert.equal(fixture.service.served.length, 0);
    }
  });

  test("of pings by a client that does not read: the server stops to read, too", async () => {
    const fixture = Http2Fixture.greeted();
    await fixture.sync();
    fixture.client.pause();
    const ping = Buffer.concat(
      Array.from({ length: 1000 }, () => frame(FrameType.ping, 0, 0, new Uint8Array(8))),
    );
    let written = 0;
    // Until the server takes no more: a pipe in memory then keeps what is written.
    while (fixture.client.writableLength === 0 && written < 1000) {
      fixture.client.write(ping);
      written++;
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(written < 200, `${written} times`);
    fixture.client.resume();
    await fixture.sync();
    const answers = fixture.frames.filter(({ type }) => type === FrameType.ping);
    assert.equal(answers.length, written * 1000 + 2);
    fixture.close();
  });
});

describe("a session", () => {
  test("that leaves says so twice, serves what was on its way, and ends when that has", async () => {
    const fixture = Http2Fixture.greeted();
    fixture.write(headers(1, requestBlock("/echo")));
    await fixture.sync();
    fixture.session.leave();
    fixture.session.leave();
    const ping = await fixture.frame(({ type, flags }) => type === FrameType.ping && flags === 0);
    assert.equal(
      fixture.frames.find(({ type }) => type === FrameType.goaway)?.payload.readUInt32BE(0),
      0x7fff_ffff,
    );
    fixture.write(headers(3, requestBlock("/echo")));
    fixture.write(frame(FrameType.ping, Flag.ack, 0, ping?.payload ?? none));
    await fixture.sync();
    const last = fixture.frames.findLast(({ type }) => type === FrameType.goaway);
    assert.equal(last?.payload.readUInt32BE(0), 3);
    fixture.write(headers(5, requestBlock("/usual"), true), data(5, none, true));
    await fixture.sync();
    assert.equal(fixture.service.served.length, 2);
    fixture.write(data(1, Buffer.from("a"), true), data(3, Buffer.from("b"), true));
    await fixture.ended;
    assert.deepEqual([fixture.dataBytes(1), fixture.dataBytes(3), fixture.dataBytes(5)], [1, 1, 0]);
    assert.equal(fixture.service.open, 0);
    assert.deepEqual(fixture.service.errors, []);
  });

  test("that leaves does not wait for ever for the client's word", async () => {
    const fixture = Http2Fixture.greeted();
    await fixture.sync();
    fixture.session.leave();
    await fixture.ended;
    assert.equal(fixture.frames.filter(({ type }) => type === FrameType.goaway).length, 2);
  });

  test("that ends, by whomever, closes its streams", async () => {
    const endings: ((fixture: Http2Fixture) => void)[] = [
      ({ client }) => void client.end(),
      ({ client }) => void client.destroy(),
      ({ session }) => session.destroy(),
    ];
    for (const end of endings) {
      const fixture = Http2Fixture.greeted();
      fixture.write(
        headers(1, requestBlock("/echo")),
        headers(3, requestBlock("/pause")),
        data(3, Buffer.from("x")),
      );
      await fixture.sync();
      const streams = fixture.service.served.map(({ stream }) => stream);
      end(fixture);
      await fixture.ended;
      assert.equal(fixture.service.open, 0);
      for (const stream of streams) {
        stream.respond("usual-head", false);
        stream.write(Buffer.from("late"));
        stream.end(null, "usual-tail");
        stream.resume();
        stream.reset(8);
        assert.equal(stream.bufferedBytes, 0);
      }
      while (!fixture.service.isClosed) await new Promise((resolve) => setImmediate(resolve));
    }
  });
});

describe("fuzz", () => {
  /** Makes a frame, given the last stream that was begun. */
  type Make = (lastId: number) => Buffer;
  const paths = fc.constantFrom("/echo", "/usual", "/early", "/pause", "/wait", "/reply", "/bytes/100000");
  const bytes = fc.uint8Array({ maxLength: 60 });
  /** One of the streams so far. */
  const one = (lastId: number, pick: number): number =>
    lastId === 1 ? 1 : 1 + 2 * (pick % ((lastId + 1) / 2));
  const begin = fc.tuple(paths, fc.boolean()).map(([path, isEnd]): Make => {
    return (lastId) => headers(lastId + 2, requestBlock(path), isEnd);
  });
  const valid = fc.oneof(
    fc.tuple(fc.nat(), bytes, fc.boolean()).map(([pick, payload, isEnd]): Make => {
      return (lastId) => data(one(lastId, pick), payload, isEnd);
    }),
    fc.tuple(fc.nat(), fc.integer({ min: 1, max: 100_000 })).map(([pick, count]): Make => {
      return (lastId) =>
        frame(FrameType.windowUpdate, 0, pick % 3 === 0 ? 0 : one(lastId, pick), int32(count));
    }),
    fc.nat({ max: 200_000 }).map(
      (window): Make =>
        () =>
          frame(FrameType.settings, 0, 0, setting(4, window)),
    ),
    fc.nat().map(
      (pick): Make =>
        (lastId) =>
          reset(one(lastId, pick)),
    ),
  );
  const anyType = fc.tuple(fc.nat({ max: 11 }), fc.nat({ max: 255 }), fc.nat(), bytes);
  const bad = fc.oneof(
    anyType.map(
      ([type, flags, pick, payload]): Make =>
        (lastId) =>
          frame(type, flags, one(lastId, pick), payload),
    ),
    bytes.map(
      (payload): Make =>
        () =>
          Buffer.from(payload),
    ),
  );
  const script = fc.array(
    fc.oneof(
      { weight: 30, arbitrary: begin.map((make) => ({ begins: true, make })) },
      { weight: 70, arbitrary: valid.map((make) => ({ begins: false, make })) },
      { weight: 1, arbitrary: bad.map((make) => ({ begins: false, make })) },
    ),
    { maxLength: 80, size: "max" },
  );

  test("of frames, good and bad: every stream is closed in the end, and nothing is thrown", async () => {
    let served = 0;
    await fc.assert(
      fc.asyncProperty(
        script,
        fc.integer({ min: 1, max: 500 }),
        fc.boolean(),
        async (steps, piece, resumes) => {
          const fixture = Http2Fixture.greeted({ streamsPerConnectionMax: 4 });
          let lastId = 1;
          fixture.write(headers(1, requestBlock("/wait")));
          const frames = steps.map(({ begins, make }) => {
            const made = make(lastId);
            if (begins) lastId += 2;
            return made;
          });
          const all = Buffer.concat(frames);
          for (let at = 0; at < all.length; at += piece) fixture.write(all.subarray(at, at + piece));
          // Not by a ping: the last frame may be one that has not come to its end.
          await new Promise((resolve) => setImmediate(resolve));
          if (resumes) for (const { stream } of fixture.service.served) stream.resume();
          await new Promise((resolve) => setImmediate(resolve));
          fixture.client.end();
          await fixture.ended;
          served += fixture.service.served.length;
          assert.equal(fixture.service.open, 0);
          assert.equal(fixture.session.openStreams, 0);
          for (const { stream } of fixture.service.served) assert.equal(stream.bufferedBytes, 0);
        },
      ),
      { numRuns: 500 },
    );
    assert.ok(served > 2000, `only ${served} streams were begun`);
  });
});

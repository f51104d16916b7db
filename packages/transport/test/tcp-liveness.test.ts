/**
 * Connections that die, stall or come back, in a time that the tests move.
 */

import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { describe, it } from "node:test";
import { FrameType, makeFrame } from "../src/frame.ts";
import { Lane } from "../src/lane.ts";
import { decodePing, decodeRequest, encodePong, encodeResponse, ResponseStatus } from "../src/payload.ts";
import { TransportError } from "../src/transport-error.ts";
import { eventually, turns } from "./eventually.ts";
import { append, heartbeat } from "./messages.ts";
import { RawAcceptor } from "./raw-peer.ts";
import { type TcpMember, type TcpMemberOptions, TcpNetwork } from "./tcp-network.ts";

type Body = (one: TcpMember, acceptor: RawAcceptor, network: TcpNetwork) => Promise<void>;

/** Member 1 with a raw acceptor as member 2. */
function test(title: string, options: TcpMemberOptions, body: Body): void {
  it(title, { timeout: 30_000 }, async () => {
    const network = new TcpNetwork();
    const acceptor = await RawAcceptor.listen();
    const one = await network.add(1, options);
    try {
      await body(one, acceptor, network);
    } finally {
      acceptor.close();
      await network.close();
    }
  });
}

async function connect(one: TcpMember, acceptor: RawAcceptor): Promise<void> {
  one.transport.setPeers(new Map([[2, [acceptor.address]]]));
  await eventually(() => one.of("connected").length === 2 && acceptor.incoming.length === 2);
}

describe("TCP liveness", () => {
  test("a ping goes out at once and then every period", {}, async (one, acceptor) => {
    await connect(one, acceptor);
    const urgent = acceptor.lane(Lane.urgent);
    await eventually(() => urgent?.units.length === 1);
    one.clock.advance(100);
    one.clock.advance(100);
    await eventually(() => urgent?.units.length === 3);
    assert.deepEqual(
      urgent?.units.map(({ type, payload }) => [type, decodePing(payload).sentAtMs]),
      [
        [FrameType.ping, 1000],
        [FrameType.ping, 1100],
        [FrameType.ping, 1200],
      ],
    );
  });

  test("the echo gives round trip and clock offset", {}, async (one, acceptor) => {
    await connect(one, acceptor);
    const urgent = acceptor.lane(Lane.urgent);
    await eventually(() => urgent?.units.length === 1);
    const ping = decodePing(urgent?.units[0]?.payload ?? new Uint8Array(0));
    one.clock.advance(40);
    const peerWallMs = ping.sentWallMs + 20 + 7;
    const pong = encodePong({ ...ping, receivedWallMs: peerWallMs, answeredWallMs: peerWallMs });
    urgent?.socket.write(makeFrame(FrameType.pong, Lane.urgent, 0, 0, pong, 0, pong.length));
    await eventually(() => one.transport.stats(2)?.srttMs !== null);
    const stats = one.transport.stats(2);
    assert.deepEqual([stats?.srttMs, stats?.rttvarMs, stats?.clockOffsetMs], [40, 20, 7]);
    assert.equal(stats?.clockUncertaintyMs, 21);
  });

  test("silence ends both lanes, and they are dialed again", {}, async (one, acceptor) => {
    await connect(one, acceptor);
    for (let atMs = 0; atMs < 1500; atMs += 100) one.clock.advance(100);
    assert.equal(one.of("disconnected").length, 0);
    one.clock.advance(100);
    assert.deepEqual(
      one.of("disconnected").map(({ lane, cause }) => [lane, cause]),
      [
        ["urgent", "silent"],
        ["bulk", "silent"],
      ],
    );
    await eventually(() => one.unreachable.includes(2));
    one.clock.advance(50);
    await eventually(() => one.of("connected").length === 4);
  });

  test("after a pause of this process, silence proves nothing", {}, async (one, acceptor) => {
    await connect(one, acceptor);
    one.clock.jump(60_000);
    assert.equal(one.of("disconnected").length, 0);
    for (let atMs = 0; atMs < 1500; atMs += 100) one.clock.advance(100);
    assert.equal(one.of("disconnected").length, 0);
    one.clock.advance(100);
    assert.equal(one.of("disconnected").length, 2);
  });

  test("a dead address is dialed again with growing delays", {}, async (one, acceptor) => {
    const address = acceptor.address;
    acceptor.close();
    await turns();
    one.transport.setPeers(new Map([[2, [address]]]));
    for (let failures = 1; failures <= 8; failures++) {
      await eventually(() => one.of("dial-failed").length === 2 * failures);
      one.clock.advance(one.of("dial-failed").at(-1)?.retryMs ?? 0);
    }
    const delays = one.of("dial-failed").filter((event) => event.lane === "urgent");
    assert.deepEqual(
      delays.slice(0, 8).map((event) => event.retryMs),
      [50, 100, 200, 400, 800, 1600, 2000, 2000],
    );
  });

  // So few pings that the next timer is always that of the back-off.
  const quiet = { heartbeatMs: 1e6, silenceMs: 4e6 };
  test(
    "only a connection that lived long begins the delays anew",
    { limits: quiet },
    async (one, acceptor) => {
      const delays: (number | null)[] = [];
      one.transport.setPeers(new Map([[2, [acceptor.address]]]));
      for (const livedMs of [0, 999, 10, 1000]) {
        const open = (): number => acceptor.incoming.filter((each) => !each.isClosed).length;
        await eventually(() => open() === 2 && one.of("connected").length === 2 * (delays.length + 1));
        one.clock.advance(livedMs);
        for (const { socket } of acceptor.incoming) socket.destroy();
        await eventually(() => open() === 0 && one.of("disconnected").length === 2 * (delays.length + 1));
        const nextMs = one.clock.nextInMs();
        delays.push(nextMs);
        one.clock.advance(nextMs ?? 0);
      }
      assert.deepEqual(delays, [50, 100, 200, 50]);
    },
  );

  test("while a peer is known to be away, sending is reported at once", {}, async (one, acceptor) => {
    const address = acceptor.address;
    acceptor.close();
    await turns();
    one.transport.setPeers(new Map([[2, [address]]]));
    await eventually(() => one.of("dial-failed").length === 2);
    one.transport.send([heartbeat(1, 2, 1), append(1, 2, 1)]);
    await eventually(() => one.unreachable.length > 0);
    assert.equal(one.transport.stats(2)?.droppedMessages, 2);
    await assert.rejects(one.transport.request(2, 1, Uint8Array.of(1)), (error) => {
      return error instanceof TransportError && error.code === "unreachable" && !error.indefinite;
    });
  });

  test("an acceptor that never answers is given up by time", {}, async (one) => {
    const silent = createServer();
    const sockets: Socket[] = [];
    silent.on("connection", (socket) => sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen({ host: "127.0.0.1", port: 0 }, resolve));
    const address = silent.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    one.transport.setPeers(new Map([[2, [`127.0.0.1:${port}`]]]));
    await eventually(() => sockets.length === 2);
    await turns();
    one.clock.advance(500);
    assert.deepEqual(
      one.of("dial-failed").map((event) => event.cause),
      ["timeout", "timeout"],
    );
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test("a refusal of a later version is understood as one", {}, async (one, acceptor) => {
    acceptor.answer = () => ({ kind: "refusal", cause: 99, detail: "of a later version" });
    one.transport.setPeers(new Map([[2, [acceptor.address]]]));
    await eventually(() => one.of("refused-by-peer").length === 2);
    assert.deepEqual(
      one.of("refused-by-peer").map(({ cause, text }) => [cause, text]),
      [
        ["unknown", "of a later version"],
        ["unknown", "of a later version"],
      ],
    );
  });

  test("several addresses are tried in turns, and the one that works is kept", {}, async (one, acceptor) => {
    const dead = await RawAcceptor.listen();
    const deadAddress = dead.address;
    dead.close();
    await turns();
    one.transport.setPeers(new Map([[2, [deadAddress, acceptor.address]]]));
    await eventually(() => one.of("dial-failed").length === 2);
    one.clock.advance(50);
    await eventually(() => acceptor.incoming.length === 2);
    for (const { socket } of acceptor.incoming) socket.destroy();
    await eventually(() => one.of("disconnected").length === 2);
    one.clock.advance(100);
    await eventually(() => acceptor.incoming.length === 4);
    assert.equal(one.of("dial-failed").length, 2);
  });

  test("a peer that moved is dialed at its new address", {}, async (one, acceptor) => {
    await connect(one, acceptor);
    const other = await RawAcceptor.listen();
    one.transport.setPeers(new Map([[2, [other.address]]]));
    one.clock.advance(50);
    await eventually(() => other.incoming.length === 2);
    await eventually(() => acceptor.incoming.every((each) => each.isClosed));
    other.close();
  });

  test("a peer that shows up is dialed without waiting", {}, async (one, acceptor, network) => {
    acceptor.close();
    const two = await network.add(2);
    const address = two.address;
    await two.tcp.close();
    one.transport.setPeers(new Map([[2, [address]]]));
    await eventually(() => one.of("dial-failed").length === 2);
    const again = await network.add(2, { port: Number(address.split(":")[1]), incarnation: 3 });
    again.transport.setPeers(new Map([[1, [one.address]]]));
    await eventually(() => one.transport.stats(2)?.connected === true);
  });

  test("a request that was sent when the connection ended is indefinite", {}, async (one, acceptor) => {
    await connect(one, acceptor);
    const failed = assert.rejects(one.transport.request(2, 1, Uint8Array.of(1)), (error) => {
      return error instanceof TransportError && error.code === "unreachable" && error.indefinite;
    });
    const urgent = acceptor.lane(Lane.urgent);
    await eventually(() => urgent?.units.some((unit) => unit.type === FrameType.request) === true);
    urgent?.socket.destroy();
    await failed;
  });

  test(
    "after a pause of this process, answers are read before requests time out",
    {},
    async (one, acceptor) => {
      await connect(one, acceptor);
      const ends: string[] = [];
      for (const name of ["answered", "lost"]) {
        one.transport.request(2, 1, Uint8Array.of(1), { timeoutMs: 100 }).then(
          () => ends.push(`${name}: ok`),
          (error: unknown) => ends.push(`${name}: ${error instanceof TransportError ? error.code : "?"}`),
        );
      }
      const urgent = acceptor.lane(Lane.urgent);
      const requests = (): Uint8Array[] =>
        (urgent?.units ?? []).filter(({ type }) => type === FrameType.request).map(({ payload }) => payload);
      await eventually(() => requests().length === 2);
      one.clock.jump(60_000);
      const { id } = decodeRequest(requests()[0] ?? new Uint8Array(0));
      const answer = encodeResponse({ id, status: ResponseStatus.ok, bytes: Uint8Array.of(1) });
      urgent?.socket.write(makeFrame(FrameType.response, Lane.urgent, 0, 0, answer, 0, answer.length));
      await eventually(() => ends.length === 1);
      one.clock.advance(0);
      await eventually(() => ends.length === 2);
      assert.deepEqual(ends, ["answered: ok", "lost: timeout"]);
    },
  );

  test("naming the same peers again changes nothing", {}, async (one, acceptor) => {
    const address = acceptor.address;
    acceptor.close();
    await turns();
    one.transport.setPeers(new Map([[2, [address]]]));
    await eventually(() => one.of("dial-failed").length === 2);
    one.transport.setPeers(new Map([[2, [address]]]));
    await turns(100);
    assert.equal(one.of("dial-failed").length, 2, "the back-off goes on");
    one.clock.advance(50);
    await eventually(() => one.of("dial-failed").length === 4);
  });

  test(
    "an overflow is one event with its count",
    { limits: { urgentQueue: { messagesMax: 2, bytesMax: 1e6 } } },
    async (one, acceptor) => {
      await connect(one, acceptor);
      one.transport.send([1, 2, 3, 4, 5].map((at) => heartbeat(1, 2, at)));
      assert.deepEqual(one.of("messages-dropped"), [
        { kind: "messages-dropped", peer: 2, lane: "urgent", cause: "queue-full", count: 3 },
      ]);
    },
  );

  test("an answer to nobody's request is ignored", {}, async (one, acceptor) => {
    await connect(one, acceptor);
    const urgent = acceptor.lane(Lane.urgent);
    const answer = encodeResponse({ id: 77, status: ResponseStatus.ok, bytes: Uint8Array.of(1) });
    urgent?.socket.write(makeFrame(FrameType.response, Lane.urgent, 0, 0, answer, 0, answer.length));
    one.transport.send([heartbeat(1, 2, 1)]);
    await eventually(() => urgent?.units.some((unit) => unit.type === FrameType.messages) === true);
    assert.equal(one.of("disconnected").length, 0);
  });
});

describe("TCP lanes", () => {
  test("an urgent message passes a bulk transfer that is stuck", {}, async (one, acceptor) => {
    // The peer reads nothing of the bulk lane: 50 MiB fill the socket's buffers and wait.
    acceptor.reads = (lane) => lane !== Lane.bulk;
    await connect(one, acceptor);
    const mebibyte = 1 << 20;
    for (let index = 1; index <= 50; index++) one.transport.send([append(1, 2, index, mebibyte)]);
    one.transport.send([heartbeat(1, 2, 42)]);
    const urgent = acceptor.lane(Lane.urgent);
    await eventually(() => urgent?.units.some((unit) => unit.type === FrameType.messages) === true);
    const bulk = acceptor.lane(Lane.bulk);
    assert.equal(bulk?.units.length, 0, "not one bulk frame was read when the heartbeat came");
    // 50 MiB are more than sockets buffer: the rest waits where it is counted and bounded.
    assert.ok((one.transport.stats(2)?.bulkQueue.bytes ?? 0) > 0);
    // Once it is read, everything arrives in order.
    bulk?.socket.resume();
    await eventually(() => bulk?.units.length === 50);
    assert.equal(one.transport.stats(2)?.bulkQueue.messages, 0);
    assert.equal(one.transport.stats(2)?.droppedMessages, 0);
  });

  test("a bulk lane that takes no bytes for long is closed", {}, async (one, acceptor) => {
    acceptor.reads = (lane) => lane !== Lane.bulk;
    await connect(one, acceptor);
    for (let index = 1; index <= 50; index++) one.transport.send([append(1, 2, index, 1 << 20)]);
    await turns();
    const urgent = acceptor.lane(Lane.urgent);
    let sequence = 0;
    // The urgent lane lives: whatever is said there keeps it from being silent.
    for (let atMs = 0; atMs <= 10_100 && one.of("disconnected").length === 0; atMs += 100) {
      const pong = encodePong({ sentAtMs: 0, sentWallMs: 0, receivedWallMs: 0, answeredWallMs: 0 });
      const heardAtMs = one.transport.stats(2)?.lastHeardAtMs;
      urgent?.socket.write(makeFrame(FrameType.pong, Lane.urgent, 0, sequence++, pong, 0, pong.length));
      await eventually(() => one.transport.stats(2)?.lastHeardAtMs !== heardAtMs);
      one.clock.advance(100);
    }
    assert.deepEqual(
      one.of("disconnected").map(({ lane, cause }) => [lane, cause]),
      [["bulk", "silent"]],
    );
  });

  test("messages of one send share a frame", {}, async (one, acceptor) => {
    await connect(one, acceptor);
    one.transport.send(Array.from({ length: 100 }, (_, at) => append(1, 2, at + 1)));
    const bulk = acceptor.lane(Lane.bulk);
    await eventually(() => bulk?.units.length === 1);
    await turns();
    assert.equal(bulk?.units.length, 1);
  });
});

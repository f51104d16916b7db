/**
 * Who gets in, and what happens to those who do not.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FrameType, frameHeaderBytes } from "../src/frame.ts";
import { handshakeBytesMax } from "../src/handshake.ts";
import { Lane } from "../src/lane.ts";
import { remedyOf } from "../src/refusal.ts";
import { eventually, turns } from "./eventually.ts";
import { heartbeat } from "./messages.ts";
import { RawDialer } from "./raw-peer.ts";
import { type TcpMember, type TcpMemberOptions, TcpNetwork } from "./tcp-network.ts";

type Body = (network: TcpNetwork, one: TcpMember, dial: () => Promise<RawDialer>) => Promise<void>;

function test(title: string, options: TcpMemberOptions, body: Body): void {
  it(title, { timeout: 30_000 }, async () => {
    const network = new TcpNetwork();
    const dialers: RawDialer[] = [];
    const one = await network.add(1, options);
    try {
      await body(network, one, async () => {
        const dialer = new RawDialer(one.tcp.port);
        dialers.push(dialer);
        await eventually(() => dialer.connected || dialer.closed);
        return dialer;
      });
    } finally {
      for (const dialer of dialers) dialer.socket.destroy();
      await network.close();
    }
  });
}

describe("TCP admission", () => {
  test(
    "a member of another cluster is refused, and both sides say why and what to do",
    {},
    async (network, one) => {
      const two = await network.add(2, { clusterId: 0xbadn });
      two.transport.setPeers(new Map([[1, [one.address]]]));
      await eventually(() => one.of("peer-refused").length > 0 && two.of("refused-by-peer").length > 0);
      const refused = one.of("peer-refused")[0];
      const refusal = two.of("refused-by-peer")[0];
      assert.deepEqual([refused?.peer, refused?.cause], [2, "wrongCluster"]);
      assert.deepEqual([refusal?.peer, refusal?.cause], [1, "wrongCluster"]);
      assert.equal(refused?.text, "cluster bad is not deadbeef01234567");
      assert.equal(refusal?.text, refused?.text);
      assert.equal(refused?.remedy, remedyOf("wrongCluster"));
      assert.equal(refusal?.remedy, remedyOf("wrongCluster"));
      await eventually(() => two.of("dial-failed").length === 2);
      assert.deepEqual(
        two.of("dial-failed").map(({ cause, retryMs }) => ({ cause, retryMs })),
        [
          { cause: "refused", retryMs: 2000 },
          { cause: "refused", retryMs: 2000 },
        ],
      );
    },
  );

  test("a removed ID is refused", { tombstones: [2] }, async (network, one) => {
    const two = await network.add(2);
    two.transport.setPeers(new Map([[1, [one.address]]]));
    await eventually(() => two.of("refused-by-peer").length > 0);
    assert.equal(one.of("peer-refused")[0]?.cause, "removed");
    assert.equal(two.of("refused-by-peer")[0]?.cause, "removed");
    assert.match(two.of("refused-by-peer")[0]?.remedy ?? "", /under its old ID/);
  });

  test("an address that leads to another member is refused", {}, async (network, one) => {
    const two = await network.add(2);
    two.transport.setPeers(new Map([[3, [one.address]]]));
    await eventually(() => two.of("refused-by-peer").length > 0);
    assert.equal(two.of("refused-by-peer")[0]?.cause, "wrongTarget");
  });

  test("an address that leads back to the member itself is refused", {}, async (_network, one) => {
    one.transport.setPeers(new Map([[3, [one.address]]]));
    await eventually(() => one.of("refused-by-peer").length > 0);
    assert.equal(one.of("refused-by-peer")[0]?.cause, "ownId");
  });

  test(
    "without a common version there is no connection",
    { versions: { min: 2, max: 3 } },
    async (network, one) => {
      const two = await network.add(2, { versions: { min: 1, max: 1 } });
      two.transport.setPeers(new Map([[1, [one.address]]]));
      await eventually(() => two.of("refused-by-peer").length > 0);
      assert.equal(one.of("peer-refused")[0]?.cause, "noCommonVersion");
      assert.equal(one.of("peer-refused")[0]?.text, "versions 1-1 and 2-3");
    },
  );

  test("the highest common version is spoken", { versions: { min: 1, max: 3 } }, async (network, one) => {
    const two = await network.add(2, { versions: { min: 2, max: 7 } });
    two.transport.setPeers(new Map([[1, [one.address]]]));
    await eventually(() => two.of("connected").length > 0 && one.of("connected").length > 0);
    assert.equal(two.of("connected")[0]?.version, 3);
    assert.equal(one.of("connected")[0]?.version, 3);
    assert.equal(two.transport.stats(1)?.protocolVersion, 3);
  });

  test("garbage is cut off at its first byte", {}, async (_network, one, dial) => {
    const dialer = await dial();
    dialer.socket.write("G");
    await eventually(() => dialer.closed);
    assert.equal(one.of("stranger-dropped")[0]?.cause, "garbage");
    assert.equal(dialer.received.length, 0);
  });

  test(
    "a hello that never ends is cut off by time",
    { limits: { handshakeTimeoutMs: 500 } },
    async (_network, one, dial) => {
      const dialer = await dial();
      dialer.socket.write("QRM1");
      await turns();
      one.clock.advance(499);
      dialer.socket.write(Uint8Array.of(1));
      await turns();
      assert.equal(one.of("stranger-dropped").length, 0);
      one.clock.advance(1);
      await eventually(() => dialer.closed);
      assert.equal(one.of("stranger-dropped")[0]?.cause, "timeout");
    },
  );

  test("a hello that claims too much is cut off by its length", {}, async (_network, one, dial) => {
    const dialer = await dial();
    dialer.socket.write(Buffer.from([0x51, 0x52, 0x4d, 0x31, 1, 0, 0xff, 0xff]));
    await eventually(() => dialer.closed);
    assert.equal(one.of("stranger-dropped")[0]?.cause, "oversized");
  });

  test("more than a hello before the answer is too much", {}, async (_network, one, dial) => {
    const dialer = await dial();
    dialer.socket.cork();
    dialer.hello();
    dialer.socket.write(Buffer.alloc(handshakeBytesMax));
    dialer.socket.uncork();
    await eventually(() => dialer.closed);
    assert.equal(one.of("stranger-dropped")[0]?.cause, "too-much");
  });

  test(
    "only so many strangers at a time",
    { limits: { unauthenticatedMax: 2 } },
    async (_network, one, dial) => {
      const [first, second] = [await dial(), await dial()];
      await turns();
      const third = await dial();
      await eventually(() => third.closed);
      assert.equal(one.of("stranger-dropped")[0]?.cause, "too-much");
      assert.deepEqual([first.closed, second.closed], [false, false]);
      // Whoever is let in makes room.
      first.hello();
      await eventually(() => first.answer() !== null);
      const fourth = await dial();
      fourth.hello({ from: 3 });
      await eventually(() => fourth.answer() !== null);
      assert.equal(fourth.answer()?.kind, "welcome");
    },
  );

  test("a frame with a wrong checksum ends the connection", {}, async (_network, one, dial) => {
    const dialer = await dial();
    dialer.hello();
    await eventually(() => dialer.answer() !== null);
    const frame = dialer.frame(FrameType.ping, new Uint8Array(16));
    frame[frameHeaderBytes] = 1;
    dialer.socket.write(frame);
    await eventually(() => dialer.closed);
    const disconnected = one.of("disconnected").find((event) => event.direction === "in");
    assert.deepEqual([disconnected?.peer, disconnected?.lane, disconnected?.cause], [2, "urgent", "corrupt"]);
  });

  test("an oversized frame ends the connection by its header", {}, async (_network, one, dial) => {
    const dialer = await dial();
    dialer.hello();
    await eventually(() => dialer.answer() !== null);
    const header = dialer.frame(FrameType.messages, new Uint8Array(1)).subarray(0, frameHeaderBytes);
    header.writeUInt32LE(0x7fff_ffff, 4);
    dialer.socket.write(header);
    await eventually(() => dialer.closed);
    assert.equal(one.of("disconnected").find((event) => event.direction === "in")?.cause, "oversized");
  });

  test("a peer may speak for itself only, and only to this member", {}, async (_network, one, dial) => {
    const { ByteWriter } = await import("../src/bytes.ts");
    const { encodeBatched } = await import("../src/message-batch.ts");
    for (const message of [
      heartbeat(3, 1, 1),
      heartbeat(2, 9, 1),
      { ...heartbeat(2, 1, 1), type: 0 as const },
    ]) {
      const dialer = await dial();
      dialer.hello();
      await eventually(() => dialer.answer() !== null);
      const writer = new ByteWriter();
      encodeBatched(writer, message);
      dialer.socket.write(dialer.frame(FrameType.messages, writer.copy()));
      await eventually(() => dialer.closed);
    }
    const causes = one.of("disconnected").filter((event) => event.direction === "in");
    assert.deepEqual(
      causes.map((event) => event.cause),
      ["forbidden", "forbidden", "forbidden"],
    );
    assert.deepEqual(one.messages, []);
  });

  test(
    "answers are not for a dialer to send, nor snapshots outside their lane",
    {},
    async (_network, one, dial) => {
      for (const type of [
        FrameType.pong,
        FrameType.response,
        FrameType.snapshotOffer,
        FrameType.snapshotChunk,
      ]) {
        const dialer = await dial();
        dialer.hello();
        await eventually(() => dialer.answer() !== null);
        dialer.socket.write(dialer.frame(type, new Uint8Array(32)));
        await eventually(() => dialer.closed);
      }
      assert.equal(one.of("disconnected").filter((event) => event.cause === "forbidden").length, 4);
    },
  );

  test("a new connection of a peer supersedes the one before", {}, async (_network, one, dial) => {
    const first = await dial();
    first.hello({ incarnation: 5 });
    await eventually(() => first.answer() !== null);
    const second = await dial();
    second.hello({ incarnation: 6 });
    await eventually(() => second.answer() !== null && first.closed);
    assert.equal(second.closed, false);
    assert.equal(one.of("disconnected").find((event) => event.direction === "in")?.cause, "superseded");
    assert.deepEqual(one.transport.peers(), [2], "the end of the old one does not end the peer");
    assert.deepEqual(one.of("peer-restarted"), [
      { kind: "peer-restarted", peer: 2, before: 5, incarnation: 6 },
    ]);
    const other = await dial();
    other.hello({ incarnation: 6, lane: Lane.bulk });
    await eventually(() => other.answer() !== null);
    await turns();
    assert.equal(second.closed, false);
  });

  test("a provisional peer is forgotten when its connections end", {}, async (_network, one, dial) => {
    const dialer = await dial();
    dialer.hello({ addresses: ["nonsense", "127.0.0.1:1"] });
    await eventually(() => one.transport.peers().length === 1);
    dialer.socket.destroy();
    await eventually(() => one.transport.peers().length === 0);
  });

  test("a tombstone ends what is open", {}, async (_network, one, dial) => {
    const dialer = await dial();
    dialer.hello();
    await eventually(() => dialer.answer() !== null);
    one.transport.tombstone(2);
    await eventually(() => dialer.closed);
    const again = await dial();
    again.hello();
    await eventually(() => again.answer() !== null);
    const answer = again.answer();
    assert.equal(answer?.kind === "refusal" ? answer.cause : 0, 4);
  });
});

/**
 * Asking without an identity: what is answered, what is refused, and what somebody who means harm can do with it.
 */

import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import { describe, it } from "node:test";
import { encodeHandshake, inquiryBytesMax, replyBytesMax } from "../src/handshake.ts";
import { Inquirer, type InquiryAnswer } from "../src/inquirer.ts";
import { MemoryNetwork } from "../src/memory-network.ts";
import { TransportError } from "../src/transport-error.ts";
import { eventually, turns } from "./eventually.ts";
import { ManualClock } from "./manual-clock.ts";
import { RawDialer } from "./raw-peer.ts";
import { RecordingMember } from "./recording-member.ts";
import { clusterId, type TcpMember, type TcpMemberOptions, TcpNetwork } from "./tcp-network.ts";

const question = Uint8Array.of(1, 2, 3);

/** Asks at an address; the clock is for its timeout. */
async function ask(
  address: string,
  options: { readonly cluster?: bigint; readonly bytes?: Uint8Array; readonly clock?: ManualClock } = {},
): Promise<InquiryAnswer> {
  const clock = options.clock ?? new ManualClock();
  const cluster = options.cluster ?? clusterId;
  const inquirer = await Inquirer.open({ clusterId: cluster, tls: null, clock, wallNow: () => 0 });
  return inquirer.ask(address, options.bytes ?? question).finally(() => inquirer.close());
}

function test(
  title: string,
  options: TcpMemberOptions,
  body: (one: TcpMember, dial: () => Promise<RawDialer>) => Promise<void>,
): void {
  it(title, { timeout: 30_000 }, async () => {
    const network = new TcpNetwork();
    const dialers: RawDialer[] = [];
    try {
      const one = await network.add(1, options);
      await body(one, async () => {
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

describe("inquiries", () => {
  test("are answered, as long as may be, and leave nothing behind", {}, async (one) => {
    assert.deepEqual(await ask(one.address), { ok: true, bytes: question });
    for (const length of [0, inquiryBytesMax]) {
      const bytes = new Uint8Array(length).fill(9);
      assert.deepEqual(await ask(one.address, { bytes }), { ok: true, bytes });
    }
    const long = new Uint8Array(replyBytesMax).fill(5);
    one.inquiryHandler = async () => long;
    assert.deepEqual(await ask(one.address), { ok: true, bytes: long });
    assert.deepEqual(one.transport.peers(), []);
    assert.equal(one.of("connected").length, 0);
    await assert.rejects(
      async () => ask(one.address, { bytes: new Uint8Array(inquiryBytesMax + 1) }),
      RangeError,
    );
  });

  test("are refused with the cause", {}, async (one) => {
    const refusal = async (cluster = clusterId): Promise<unknown> => {
      const answer = await ask(one.address, { cluster });
      return answer.ok ? "answered" : [answer.cause, answer.text];
    };
    assert.deepEqual(await refusal(1n), ["wrongCluster", "cluster 1 is not deadbeef01234567"]);
    one.inquiryHandler = async () => {
      throw new TransportError("refused", "no leader", false);
    };
    assert.deepEqual(await refusal(), ["notNow", "no leader"]);
    one.inquiryHandler = async () => {
      throw new Error("a bug");
    };
    assert.deepEqual(await refusal(), ["notNow", "a bug"]);
    one.inquiryHandler = async () => new Uint8Array(replyBytesMax + 1);
    assert.deepEqual(await refusal(), ["notNow", `an answer of ${replyBytesMax + 1} bytes is too large`]);
    one.transport.isolate(true);
    assert.deepEqual(await refusal(), ["isolated", "member 1 is isolated"]);
    assert.equal(one.of("inquiry-refused").length, 5);
  });

  test("in a version that is not spoken are refused", { versions: { min: 7, max: 9 } }, async (one) => {
    const answer = await ask(one.address);
    assert.deepEqual([answer.ok, answer.ok ? null : answer.cause], [false, "noCommonVersion"]);
  });

  test("are so many in a second", { limits: { inquiriesPerSecondMax: 2 } }, async (one) => {
    assert.equal((await ask(one.address)).ok, true);
    assert.equal((await ask(one.address)).ok, true);
    const third = await ask(one.address);
    assert.deepEqual(third, { ok: false, cause: "notNow", text: "too many inquiries at this member" });
    one.clock.advance(1000);
    assert.equal((await ask(one.address)).ok, true);
  });

  test("are so many at a time", { limits: { inquiriesMax: 1 } }, async (one) => {
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    let isAsked = false;
    one.inquiryHandler = () => {
      isAsked = true;
      return promise;
    };
    const first = ask(one.address);
    await eventually(() => isAsked);
    const second = await ask(one.address);
    assert.equal(second.ok ? "" : second.cause, "notNow");
    resolve(question);
    assert.equal((await first).ok, true);
    assert.equal((await ask(one.address)).ok, true);
  });

  test(
    "that are not answered end by time, on both sides",
    { limits: { inquiryTimeoutMs: 700 } },
    async (one, dial) => {
      let asked = 0;
      one.inquiryHandler = () => {
        asked++;
        return new Promise(() => {});
      };
      const clock = new ManualClock();
      const answer = ask(one.address, { clock });
      await eventually(() => asked === 1);
      clock.advance(3000);
      assert.deepEqual(await answer, { ok: false, cause: null, text: "no answer within 3000 ms" });
      const dialer = await dial();
      dialer.socket.write(inquiry());
      await eventually(() => asked === 2);
      one.clock.advance(699);
      await turns();
      assert.equal(dialer.closed, false);
      one.clock.advance(1);
      await eventually(() => dialer.closed);
    },
  );

  test("may be followed by nothing", {}, async (one, dial) => {
    const dialer = await dial();
    dialer.socket.write(Buffer.concat([inquiry(), Buffer.from("more")]));
    await eventually(() => dialer.closed);
    assert.equal(one.of("stranger-dropped")[0]?.cause, "too-much");
    const late = await dial();
    const { promise, resolve } = Promise.withResolvers<Uint8Array>();
    let isAsked = false;
    one.inquiryHandler = () => {
      isAsked = true;
      return promise;
    };
    late.socket.write(inquiry());
    await eventually(() => isAsked);
    late.hello();
    resolve(question);
    await eventually(() => late.closed);
    assert.equal(one.of("connected").length, 0, "who asked cannot become a peer on the same connection");
    assert.deepEqual(one.transport.peers(), []);
  });

  test("with anything wrong in them are dropped", {}, async (one, dial) => {
    const whole = inquiry();
    const corrupt = Buffer.from(whole);
    corrupt[20] = (corrupt[20] ?? 0) ^ 1;
    const oversized = Buffer.from(whole);
    oversized.writeUInt16LE(5000, 6);
    const reply = Buffer.from(encodeHandshake({ kind: "reply", bytes: new Uint8Array(60_000) }));
    const welcome = Buffer.from(encodeHandshake({ kind: "welcome", from: 2, version: 1, incarnation: 1 }));
    for (const bytes of [corrupt, oversized, reply, welcome]) {
      const dialer = await dial();
      dialer.socket.write(bytes);
      await eventually(() => dialer.closed);
      assert.equal(dialer.received.length, 0);
    }
    assert.deepEqual(
      one.of("stranger-dropped").map(({ cause }) => cause),
      ["corrupt", "oversized", "garbage", "garbage"],
    );
    assert.equal(one.of("inquiry-answered").length, 0);
  });

  test(
    "that come byte by byte have a handshake's time",
    { limits: { handshakeTimeoutMs: 500 } },
    async (one, dial) => {
      const dialer = await dial();
      dialer.socket.write(inquiry().subarray(0, 20));
      await turns();
      one.clock.advance(500);
      await eventually(() => dialer.closed);
      assert.equal(one.of("stranger-dropped")[0]?.cause, "timeout");
    },
  );

  it("at addresses where no member is say so", { timeout: 30_000 }, async () => {
    const refused = await ask("127.0.0.1:1");
    assert.match(refused.ok ? "" : refused.text, /ECONNREFUSED/);
    const nonsense = await ask("nonsense");
    assert.match(nonsense.ok ? "" : nonsense.text, /not a peer address/);
    const answers: readonly [Uint8Array, RegExp][] = [
      [Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), /not the handshake/],
      [encodeHandshake({ kind: "welcome", from: 2, version: 1, incarnation: 1 }), /got welcome instead/],
      [inquiry(), /got inquiry instead/],
      [Buffer.from([0x51, 0x52, 0x4d, 0x31, 1, 0, 0xff, 0xff]), /claims 65535 bytes/],
      [encodeHandshake({ kind: "refusal", cause: 200, detail: "later" }), /later/],
      [new Uint8Array(0), /closed without an answer/],
    ];
    for (const [bytes, pattern] of answers) {
      const impostor = await listenAndSay(bytes);
      const answer = await ask(impostor.address);
      impostor.server.close();
      assert.equal(answer.ok, false);
      assert.match(answer.ok ? "" : answer.text, pattern);
    }
  });

  it("in memory are answered by the member that is asked, or not at all", async () => {
    const network = new MemoryNetwork();
    const clock = new ManualClock();
    const transport = network.attach({ self: 1, incarnation: 1, clock, wallNow: () => 0 });
    const member = new RecordingMember(1, transport, clock);
    transport.start(member);
    assert.deepEqual(await network.inquire(1, question), question);
    await assert.rejects(network.inquire(2, question), { code: "unreachable" });
    transport.isolate(true);
    await assert.rejects(network.inquire(1, question), { code: "refused" });
  });
});

function inquiry(): Buffer {
  return Buffer.from(
    encodeHandshake({ kind: "inquiry", clusterId, versions: { min: 1, max: 1 }, bytes: question }),
  );
}

/** Somebody who says the same to everybody, and hangs up. */
async function listenAndSay(
  bytes: Uint8Array,
): Promise<{ readonly server: Server; readonly address: string }> {
  const server = createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.on("data", () => {});
    socket.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, resolve));
  const address = server.address();
  return { server, address: `127.0.0.1:${typeof address === "object" ? address?.port : 0}` };
}

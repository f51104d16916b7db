/**
 * What every Transport must do. Both implementations run this suite; a new one does so in a few lines.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType, makeMessage } from "@quorate/raft";
import { measurementTests, requestTests, snapshotTests } from "./contract-calls.ts";
import {
  type Body,
  type ContractNetwork,
  failure,
  introduce,
  isConnected,
  pair,
  type Test,
} from "./contract-network.ts";
import { append, heartbeat } from "./messages.ts";

/** Defines the suite for one implementation. */
export function describeTransportContract(name: string, make: () => ContractNetwork): void {
  const test = (title: string, body: Body): void => {
    it(title, { timeout: 30_000 }, async () => {
      const network = make();
      try {
        await body(network);
      } finally {
        await network.close();
      }
    });
  };
  describe(`transport contract: ${name}`, () => {
    messageTests(test);
    boundTests(test);
    requestTests(test);
    admissionTests(test);
    absenceTests(test);
    snapshotTests(test);
    measurementTests(test);
  });
}

function messageTests(test: Test): void {
  test("a message arrives as it was sent, and in each lane in order", async (network) => {
    const [one, two] = await pair(network);
    const sent = [1, 2, 3, 4, 5].flatMap((at) => [append(1, 2, at, 3000), heartbeat(1, 2, at)]);
    one.transport.send(sent);
    await network.settle(() => two.messages.length === sent.length);
    for (const type of [MessageType.MsgApp, MessageType.MsgHeartbeat]) {
      const of = (messages: typeof sent): typeof sent => messages.filter((message) => message.type === type);
      assert.deepEqual(of(two.messages), of(sent));
    }
  });

  test("both directions work at once", async (network) => {
    const [one, two] = await pair(network);
    one.transport.send([heartbeat(1, 2, 1)]);
    two.transport.send([makeMessage(MessageType.MsgHeartbeatResp, { from: 2, to: 1, term: 7 })]);
    await network.settle(() => one.messages.length === 1 && two.messages.length === 1);
    assert.equal(one.messages[0]?.type, MessageType.MsgHeartbeatResp);
  });

  test("sender and receiver share no memory", async (network) => {
    const [one, two] = await pair(network);
    const message = append(1, 2, 5);
    one.transport.send([message]);
    await network.settle(() => two.messages.length === 1);
    const received = two.messages[0]?.entries[0]?.data;
    assert.deepEqual(received, message.entries[0]?.data);
    received?.fill(99);
    assert.notDeepEqual(received, message.entries[0]?.data);
  });

  test("a forwarded proposal keeps the name of the member that asked", async (network) => {
    const [one, two] = await pair(network);
    one.transport.send([makeMessage(MessageType.MsgTransferLeader, { from: 3, to: 2 })]);
    await network.settle(() => two.messages.length === 1);
    assert.equal(two.messages[0]?.from, 3);
  });

  test("what is not for a peer is a programmer's error", async (network) => {
    const [one] = await pair(network);
    assert.throws(
      () => one.transport.send([makeMessage(MessageType.MsgHup, { to: 2, from: 1 })]),
      RangeError,
    );
    assert.throws(() => one.transport.send([heartbeat(1, 1, 1)]), RangeError);
    assert.throws(() => one.transport.send([heartbeat(1, -1, 1)]), RangeError);
  });

  test("a message to nobody known is reported, but not from inside send", async (network) => {
    const [one] = await pair(network);
    one.transport.send([heartbeat(1, 9, 1), heartbeat(1, 9, 2)]);
    assert.deepEqual(one.unreachable, []);
    await network.settle(() => one.unreachable.length > 0);
    assert.deepEqual(one.unreachable, [9]);
  });
}

function boundTests(test: Test): void {
  const limits = {
    urgentQueue: { messagesMax: 4, bytesMax: 1 << 20 },
    bulkQueue: { messagesMax: 4, bytesMax: 1 << 20 },
  };

  test("the urgent lane drops its oldest at the bound and reports it", async (network) => {
    const [one, two] = await pair(network, { limits });
    one.transport.send([1, 2, 3, 4, 5, 6].map((at) => heartbeat(1, 2, at)));
    await network.settle(() => two.messages.length === 4 && one.unreachable.length === 1);
    assert.deepEqual(
      two.messages.map((message) => message.commit),
      [3, 4, 5, 6],
    );
    assert.equal(one.transport.stats(2)?.droppedMessages, 2);
  });

  test("the bulk lane drops its newest at the bound and reports it", async (network) => {
    const [one, two] = await pair(network, { limits });
    one.transport.send([1, 2, 3, 4, 5, 6].map((at) => append(1, 2, at)));
    await network.settle(() => two.messages.length === 4 && one.unreachable.length === 1);
    assert.deepEqual(
      two.messages.map((message) => message.index),
      [1, 2, 3, 4],
    );
  });

  test("the bound in bytes counts as well, but one large message may pass alone", async (network) => {
    const bytes = { bulkQueue: { messagesMax: 100, bytesMax: 10_000 } };
    const [one, two] = await pair(network, { limits: bytes });
    one.transport.send([append(1, 2, 1, 50_000), append(1, 2, 2, 50_000)]);
    await network.settle(() => two.messages.length === 1 && one.unreachable.length === 1);
    assert.equal(two.messages[0]?.index, 1);
  });

  test("a message above the limit is dropped and reported", async (network) => {
    const small = { chunkBytes: 4096, frameBytesMax: 4096, unitBytesMax: 20_000 };
    const [one, two] = await pair(network, { limits: small });
    one.transport.send([append(1, 2, 1, 30_000), append(1, 2, 2, 15_000)]);
    await network.settle(() => two.messages.length === 1 && one.unreachable.length === 1);
    assert.equal(two.messages[0]?.index, 2);
  });
}

function admissionTests(test: Test): void {
  test("an unknown member is let in, and can be answered", async (network) => {
    const one = await network.add(1);
    const two = await network.add(2);
    one.transport.setPeers(network.addresses());
    await network.settle(() => isConnected(one, two));
    one.transport.send([heartbeat(1, 2, 1)]);
    await network.settle(() => two.messages.length === 1 && isConnected(two, one));
    two.transport.send([makeMessage(MessageType.MsgHeartbeatResp, { from: 2, to: 1, term: 7 })]);
    await network.settle(() => one.messages.length === 1);
    assert.deepEqual(two.transport.peers(), [1]);
  });

  test("unknown members are let in up to a bound", async (network) => {
    const two = await network.add(2, { limits: { provisionalPeersMax: 1 } });
    const one = await network.add(1);
    one.transport.setPeers(network.addresses());
    await network.settle(() => isConnected(one, two));
    one.transport.send([heartbeat(1, 2, 1)]);
    await network.settle(() => two.messages.length === 1);
    const three = await network.add(3);
    three.transport.setPeers(network.addresses());
    await network.exhaust();
    three.transport.send([heartbeat(3, 2, 1)]);
    await network.settle(() => three.unreachable.includes(2));
    assert.deepEqual(two.transport.peers(), [1]);
  });

  test("a removed member neither gets in nor is sent to", async (network) => {
    const [one, two] = await pair(network);
    one.transport.tombstone(2);
    two.transport.send([heartbeat(2, 1, 1)]);
    await network.exhaust();
    one.transport.setPeers(network.addresses());
    one.transport.send([heartbeat(1, 2, 1)]);
    await network.settle(() => one.unreachable.length > 0);
    await network.exhaust();
    assert.deepEqual([one.messages, two.messages, one.transport.peers()], [[], [], []]);
    assert.equal(isConnected(two, one), false);
  });

  test("tombstones given at the start count", async (network) => {
    const one = await network.add(1, { tombstones: [2] });
    const two = await network.add(2);
    for (const member of [one, two]) member.transport.setPeers(network.addresses());
    await network.exhaust();
    two.transport.send([heartbeat(2, 1, 1)]);
    await network.settle(() => two.unreachable.length > 0);
    assert.deepEqual(one.messages, []);
  });

  test("a peer that is not named any more is not sent to", async (network) => {
    const [one, two] = await pair(network);
    one.transport.setPeers(new Map());
    one.transport.send([heartbeat(1, 2, 1)]);
    await network.settle(() => one.unreachable.length > 0);
    await network.exhaust();
    assert.deepEqual(two.messages, []);
  });
}

function absenceTests(test: Test): void {
  test("an isolated member hears and says nothing until it is connected again", async (network) => {
    const [one, two] = await pair(network);
    one.transport.isolate(true);
    await network.settle(() => !isConnected(one, two) && !isConnected(two, one));
    one.transport.send([heartbeat(1, 2, 1)]);
    two.transport.send([heartbeat(2, 1, 1)]);
    assert.equal((await failure(one.transport.request(2, 0, Uint8Array.of(1)))).code, "closed");
    await network.settle(() => one.unreachable.includes(2) && two.unreachable.includes(1));
    assert.deepEqual([one.messages, two.messages], [[], []]);
    one.transport.isolate(false);
    await network.settle(() => isConnected(one, two) && isConnected(two, one));
    one.transport.send([heartbeat(1, 2, 2)]);
    await network.settle(() => two.messages.length === 1);
    assert.equal(two.messages[0]?.commit, 2);
  });

  test("a member that comes back is heard again, as another incarnation", async (network) => {
    const [one, two] = await pair(network);
    two.transport.send([heartbeat(2, 1, 1)]);
    await network.settle(() => one.messages.length === 1);
    const before = one.transport.stats(2)?.incarnation;
    await two.transport.close();
    await network.settle(() => !isConnected(one, two));
    const again = await network.add(2, { incarnation: 77 });
    one.transport.setPeers(network.addresses());
    await introduce(network, one, again);
    again.transport.send([heartbeat(2, 1, 2)]);
    await network.settle(() => one.messages.length === 2);
    assert.notEqual(before, 77);
    assert.equal(one.transport.stats(2)?.incarnation, 77);
  });
}

/**
 * Snapshots over TCP: cuts, limits, conflicts. What both implementations share is in the contract.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FrameType, makeFrame } from "../src/frame.ts";
import { Lane } from "../src/lane.ts";
import { decodePosition, encodeSnapshotChunk, encodeSnapshotOffer } from "../src/payload.ts";

import { eventually, turns } from "./eventually.ts";
import { contentOf, MemorySink, MemorySource } from "./memory-snapshots.ts";
import { heartbeat, snapshotMessage } from "./messages.ts";
import { RawDialer } from "./raw-peer.ts";
import { TcpNetwork } from "./tcp-network.ts";

const mebibyte = 1 << 20;
/** No time-out of a connection, for tests that move the clock far. */
const patient = { dialTimeoutMs: 1e9, handshakeTimeoutMs: 1e9, silenceMs: 1e9, stallMs: 1e9 };

function test(title: string, body: (network: TcpNetwork) => Promise<void>): void {
  it(title, { timeout: 30_000 }, async () => {
    const network = new TcpNetwork();
    try {
      await body(network);
    } finally {
      await network.close();
    }
  });
}

function introduce(network: TcpNetwork): void {
  for (const member of network.members.values()) member.transport.setPeers(network.addresses());
}

/** Lets the writes of a sink wait. */
class Gate {
  #open: () => void = () => {};
  readonly passed: Promise<void> = new Promise((resolve) => {
    this.#open = resolve;
  });

  open(): void {
    this.#open();
  }
}

function assertStored(sink: MemorySink, source: MemorySource): void {
  assert.equal(Buffer.compare(sink.complete.get(source.id) ?? new Uint8Array(0), source.content), 0);
}

describe("snapshot transfer", () => {
  test("goes on from the byte where the connection was cut", async (network) => {
    const source = new MemorySource(contentOf(4 * mebibyte));
    const sink = new MemorySink();
    const one = await network.add(1, { source });
    const two = await network.add(2, { sink });
    introduce(network);
    let cutAtBytes = 0;
    sink.afterWrite = async (storedBytes) => {
      if (cutAtBytes > 0 || storedBytes < 2 * mebibyte) return;
      cutAtBytes = storedBytes;
      // All connections of the receiver end at once.
      two.transport.isolate(true);
      two.transport.isolate(false);
    };
    one.transport.send([snapshotMessage(1, 2)]);
    await eventually(
      () => cutAtBytes > 0 && one.of("disconnected").some((event) => event.lane === "snapshot"),
    );
    await turns();
    assert.deepEqual(two.messages, []);
    await eventually(
      () => one.snapshotResults.length === 1,
      () => one.clock.advance(1),
    );
    assert.equal(one.snapshotResults[0]?.ok, true);
    // Chunks that had arrived before the cut are kept as well.
    assert.equal(sink.offsets.length, 2);
    assert.ok((sink.offsets[1] ?? 0) >= cutAtBytes);
    assert.deepEqual(
      one.of("snapshot-sending").map((event) => event.offset),
      sink.offsets,
    );
    assertStored(sink, source);
    assert.equal(two.messages.length, 1);
    assert.equal(source.opened, 1, "the same open content over both connections");
  });

  test("goes on after the receiver restarted", async (network) => {
    const source = new MemorySource(contentOf(2 * mebibyte));
    const sink = new MemorySink();
    const one = await network.add(1, { source });
    const two = await network.add(2, { sink });
    introduce(network);
    const { port } = two.tcp;
    const closings: Promise<void>[] = [];
    sink.afterWrite = async (storedBytes) => {
      if (storedBytes >= mebibyte) closings.push(two.tcp.close());
    };
    one.transport.send([snapshotMessage(1, 2)]);
    await eventually(() => one.of("disconnected").some((event) => event.lane === "snapshot"));
    await Promise.all(closings);
    assert.equal(sink.openWriters, 0);
    sink.afterWrite = async () => {};
    const again = await network.add(2, { sink, port, incarnation: 12 });
    await eventually(
      () => one.snapshotResults.length === 1,
      () => one.clock.advance(1),
    );
    assert.equal(one.snapshotResults[0]?.ok, true);
    assert.ok((sink.offsets.at(-1) ?? 0) >= mebibyte);
    assertStored(sink, source);
    assert.equal(again.messages.length, 1);
  });

  test("keeps to its rate", async (network) => {
    const bytesPerSecond = mebibyte;
    const limits = { ...patient, snapshotBytesPerSecond: bytesPerSecond, chunkBytes: 16_384 };
    const source = new MemorySource(contentOf(mebibyte));
    const sink = new MemorySink();
    const one = await network.add(1, { source, limits });
    await network.add(2, { sink, limits });
    introduce(network);
    const startedAtMs = one.clock.now();
    sink.afterWrite = async (storedBytes) => {
      const elapsedMs = one.clock.now() - startedAtMs;
      assert.ok(storedBytes <= bytesPerSecond * (0.1 + elapsedMs / 1000) + 1);
    };
    one.transport.send([snapshotMessage(1, 2)]);
    await eventually(
      () => one.snapshotResults.length === 1,
      () => one.clock.advance(1),
    );
    assert.equal(one.snapshotResults[0]?.ok, true);
    assert.ok(one.clock.now() - startedAtMs >= 900);
    assertStored(sink, source);
  });

  test("reports progress as it is stored", async (network) => {
    const source = new MemorySource(contentOf(3 * mebibyte));
    const one = await network.add(1, { source });
    await network.add(2, { sink: new MemorySink() });
    introduce(network);
    one.transport.send([snapshotMessage(1, 2)]);
    await eventually(() => one.snapshotResults.length === 1);
    assert.deepEqual(one.progress, [0, mebibyte, 2 * mebibyte, 3 * mebibyte]);
  });

  test("that the receiver cannot store waits at its source, and holds up no urgent messages", async (network) => {
    const gate = new Gate();
    const sink = new MemorySink();
    sink.afterWrite = () => gate.passed;
    const source = new MemorySource(new Uint8Array(64 * mebibyte));
    const one = await network.add(1, { source });
    const two = await network.add(2, { sink });
    introduce(network);
    one.transport.send([snapshotMessage(1, 2)]);
    await eventually(() => sink.openWriters === 1);
    one.transport.send([heartbeat(1, 2, 1)]);
    await eventually(() => two.messages.length === 1);
    await turns(2000);
    assert.deepEqual(one.snapshotResults, []);
    // What the sink does not take is not even read: only the window and the sockets' buffers are full.
    assert.ok(source.reads.length < 1024);
    gate.open();
    await eventually(() => one.snapshotResults.length === 1);
  });

  test("fails when the receiver stores nothing any more", async (network) => {
    const limits = { stallMs: 1000, silenceMs: 1e9, snapshotAttemptsMax: 2 };
    const gate = new Gate();
    const sink = new MemorySink();
    sink.afterWrite = () => gate.passed;
    const one = await network.add(1, { source: new MemorySource(contentOf(1000)), limits });
    const two = await network.add(2, { sink });
    introduce(network);
    one.transport.send([snapshotMessage(1, 2)]);
    await eventually(() => sink.openWriters === 1);
    await turns();
    one.clock.advance(1000);
    await eventually(() => one.of("disconnected").some((event) => event.lane === "snapshot"));
    await turns();
    one.clock.advance(50);
    await eventually(() => two.of("connected").filter((event) => event.lane === "snapshot").length === 2);
    await turns();
    one.clock.advance(1000);
    await eventually(() => one.snapshotResults.length === 1);
    assert.deepEqual(one.snapshotResults, [{ peer: 2, ok: false }]);
    assert.match(one.of("snapshot-failed")[0]?.text ?? "", /gave up after 2 connections/);
    assert.deepEqual(two.messages, []);
    gate.open();
  });

  test("is replaced by a newer one, without a result for the old", async (network) => {
    const gate = new Gate();
    const sink = new MemorySink();
    sink.afterWrite = () => gate.passed;
    const source = new MemorySource(contentOf(100_000));
    const one = await network.add(1, { source });
    const two = await network.add(2, { sink });
    introduce(network);
    one.transport.send([snapshotMessage(1, 2, 100)]);
    await eventually(() => sink.openWriters === 1);
    source.id = "snapshot-2";
    one.transport.send([snapshotMessage(1, 2, 200)]);
    sink.afterWrite = async () => {};
    gate.open();
    await eventually(() => one.snapshotResults.length === 1 && source.closed === 2);
    assert.deepEqual(one.snapshotResults, [{ peer: 2, ok: true }]);
    assert.deepEqual(
      two.messages.map((message) => message.snapshot?.metadata.index),
      [200],
    );
  });

  test("of the same content from another member is refused while one is under way", async (network) => {
    const gate = new Gate();
    const sink = new MemorySink();
    sink.afterWrite = () => gate.passed;
    const source = new MemorySource(contentOf(100_000));
    const one = await network.add(1, { source });
    await network.add(2, { sink });
    const three = await network.add(3, { source });
    introduce(network);
    one.transport.send([snapshotMessage(1, 2)]);
    await eventually(() => sink.openWriters === 1);
    three.transport.send([snapshotMessage(3, 2)]);
    await eventually(() => three.snapshotResults.length === 1);
    assert.equal(three.snapshotResults[0]?.ok, false);
    assert.match(three.of("snapshot-failed")[0]?.text ?? "", /another peer is sending this snapshot/);
    gate.open();
    await eventually(() => one.snapshotResults.length === 1);
    assert.equal(one.snapshotResults[0]?.ok, true);
  });

  test("whose verification takes long is waited for", async (network) => {
    const gate = new Gate();
    const sink = new MemorySink();
    sink.beforeFinish = () => gate.passed;
    const limits = { stallMs: 1000, silenceMs: 1e9 };
    const one = await network.add(1, { source: new MemorySource(contentOf(1000)), limits });
    const two = await network.add(2, { sink, limits });
    introduce(network);
    one.transport.send([snapshotMessage(1, 2)]);
    await eventually(() => sink.finishing === 1);
    for (let round = 1; round <= 10; round++) {
      two.clock.advance(250);
      await turns();
      one.clock.advance(250);
    }
    assert.deepEqual(one.of("disconnected"), []);
    gate.open();
    await eventually(() => one.snapshotResults.length === 1);
    assert.deepEqual(one.snapshotResults, [{ peer: 2, ok: true }]);
  });

  test("under way is over, on both sides, when close resolves", async (network) => {
    const gate = new Gate();
    const sink = new MemorySink();
    sink.afterWrite = () => gate.passed;
    const source = new MemorySource(contentOf(8 * mebibyte));
    const one = await network.add(1, { source });
    const two = await network.add(2, { sink });
    introduce(network);
    one.transport.send([snapshotMessage(1, 2)]);
    await eventually(() => sink.partial.get(source.id)?.length === 1);
    await one.tcp.close();
    assert.equal(source.closed, 1);
    let isClosed = false;
    const closing = two.tcp.close().then(() => {
      isClosed = true;
    });
    await turns();
    assert.equal(isClosed, false);
    gate.open();
    await closing;
    assert.equal(sink.openWriters, 0);
    assert.deepEqual([one.snapshotResults, two.messages], [[], []]);
  });

  test("whose source cannot be opened fails", async (network) => {
    const one = await network.add(1, { source: { open: () => Promise.reject(new Error("file is gone")) } });
    await network.add(2, { sink: new MemorySink() });
    introduce(network);
    one.transport.send([snapshotMessage(1, 2)]);
    await eventually(() => one.snapshotResults.length === 1);
    assert.equal(one.snapshotResults[0]?.ok, false);
    assert.equal(one.of("snapshot-failed")[0]?.text, "file is gone");
  });

  test("to a removed member fails, and nothing goes on behind its back", async (network) => {
    const sink = new MemorySink();
    const gate = new Gate();
    sink.afterWrite = () => gate.passed;
    const source = new MemorySource(contentOf(100_000));
    const one = await network.add(1, { source });
    await network.add(2, { sink });
    introduce(network);
    one.transport.send([snapshotMessage(1, 2)]);
    await eventually(() => sink.openWriters === 1);
    one.transport.tombstone(2);
    await eventually(() => one.snapshotResults.length === 1 && source.closed === 1);
    assert.deepEqual(one.snapshotResults, [{ peer: 2, ok: false }]);
    gate.open();
  });

  test("with a chunk that is not due ends the connection and keeps what was stored", async (network) => {
    const sink = new MemorySink();
    const one = await network.add(1, { sink });
    const dialer = new RawDialer(one.tcp.port);
    let sequence = 0;
    const write = (type: FrameType, payload: Uint8Array): void => {
      dialer.socket.write(makeFrame(type, Lane.snapshot, 0, sequence++, payload, 0, payload.length));
    };
    dialer.hello({ lane: Lane.snapshot });
    await eventually(() => dialer.answer() !== null);
    const checksum = Uint8Array.of(1, 2, 3, 4);
    const message = snapshotMessage(2, 1);
    write(FrameType.snapshotOffer, encodeSnapshotOffer({ id: "x", totalBytes: 100, checksum, message }));
    await eventually(() => dialer.units(Lane.snapshot).length === 1);
    const [resume] = dialer.units(Lane.snapshot);
    assert.equal(resume?.type, FrameType.snapshotResume);
    assert.equal(decodePosition(resume?.payload ?? new Uint8Array(0)), 0);
    write(FrameType.snapshotChunk, encodeSnapshotChunk(0, new Uint8Array(10)));
    await eventually(() => sink.partial.get("x")?.length === 1);
    write(FrameType.snapshotChunk, encodeSnapshotChunk(11, new Uint8Array(10)));
    await eventually(() => dialer.closed && sink.openWriters === 0);
    assert.equal(one.of("disconnected").find((event) => event.lane === "snapshot")?.cause, "corrupt");
    assert.equal(sink.partial.get("x")?.length, 1);
    assert.deepEqual(one.messages, []);
  });
});

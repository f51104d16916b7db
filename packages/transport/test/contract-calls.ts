/**
 * The part of the transport contract about requests, snapshots and measurement.
 */

import assert from "node:assert/strict";
import { TransportError } from "../src/transport-error.ts";
import { failure, introduce, pair, type Test } from "./contract-network.ts";
import { contentOf, MemorySink, MemorySource } from "./memory-snapshots.ts";
import { append, heartbeat, snapshotMessage } from "./messages.ts";

export function requestTests(test: Test): void {
  answerTests(test);
  failureTests(test);
  requestBoundTests(test);
}

function answerTests(test: Test): void {
  test("a request is answered, small or large", async (network) => {
    const [one, two] = await pair(network);
    two.handler = async (peer, kind, bytes) => Uint8Array.of(peer, kind, ...bytes.slice(0, 3));
    const answers: Uint8Array[] = [];
    void one.transport.request(2, 5, Uint8Array.of(7, 8, 9)).then((answer) => answers.push(answer));
    await network.settle(() => answers.length === 1);
    assert.deepEqual([...(answers[0] ?? [])], [1, 5, 7, 8, 9]);

    const large = contentOf(300_000);
    two.handler = async (_peer, _kind, bytes) => bytes.slice();
    void one.transport.request(2, 5, large).then((answer) => answers.push(answer));
    await network.settle(() => answers.length === 2);
    assert.equal(Buffer.compare(answers[1] ?? new Uint8Array(0), large), 0);
    assert.equal(one.transport.stats(2)?.requestsPending, 0);
  });

  test("answers find their requests in any order", async (network) => {
    const [one, two] = await pair(network);
    const releases: (() => void)[] = [];
    two.handler = (_peer, _kind, bytes) =>
      new Promise((resolve) => {
        releases.unshift(() => resolve(bytes.slice()));
      });
    const answers: number[] = [];
    for (const at of [1, 2, 3]) {
      void one.transport.request(2, 0, Uint8Array.of(at)).then((answer) => answers.push(at, answer[0] ?? -1));
    }
    await network.settle(() => releases.length === 3);
    for (const release of releases) release();
    await network.settle(() => answers.length === 6);
    assert.deepEqual(
      answers.toSorted((a, b) => a - b),
      [1, 1, 2, 2, 3, 3],
    );
  });
}

function failureTests(test: Test): void {
  test("a handler's failure and refusal reach the caller", async (network) => {
    const [one, two] = await pair(network);
    const errors: TransportError[] = [];
    two.handler = () => Promise.reject(new Error("disk on fire"));
    void failure(one.transport.request(2, 0, Uint8Array.of(1))).then((error) => errors.push(error));
    await network.settle(() => errors.length === 1);
    two.handler = () => Promise.reject(new TransportError("refused", "not the leader", false));
    void failure(one.transport.request(2, 0, Uint8Array.of(1))).then((error) => errors.push(error));
    await network.settle(() => errors.length === 2);
    assert.deepEqual(
      errors.map(({ code, message, indefinite }) => ({ code, message, indefinite })),
      [
        { code: "failed", message: "disk on fire", indefinite: true },
        { code: "refused", message: "not the leader", indefinite: false },
      ],
    );
  });

  test("no answer in time is indefinite", async (network) => {
    const [one, two] = await pair(network);
    let asked = 0;
    two.handler = () => {
      asked++;
      return new Promise(() => {});
    };
    const errors: TransportError[] = [];
    void failure(one.transport.request(2, 0, Uint8Array.of(1), { timeoutMs: 50 })).then((e) =>
      errors.push(e),
    );
    await network.settle(() => asked === 1);
    one.clock.advance(49);
    await network.exhaust();
    assert.equal(errors.length, 0);
    one.clock.advance(1);
    await network.settle(() => errors.length === 1);
    assert.equal(errors[0]?.code, "timeout");
    assert.equal(errors[0]?.indefinite, true);
  });

  test("closing fails what waits and calls no handler afterwards", async (network) => {
    const [one, two] = await pair(network);
    two.handler = () => new Promise(() => {});
    const failed = failure(one.transport.request(2, 0, Uint8Array.of(1)));
    one.transport.send([heartbeat(1, 9, 1)]);
    await one.transport.close();
    assert.equal((await failed).code, "closed");
    two.transport.send([heartbeat(2, 1, 1)]);
    await network.exhaust();
    assert.deepEqual(one.messages, []);
    assert.deepEqual(one.unreachable, []);
    assert.equal((await failure(one.transport.request(2, 0, Uint8Array.of(1)))).code, "closed");
    await one.transport.close();
  });
}

function requestBoundTests(test: Test): void {
  test("too many requests at once are refused, definitely", async (network) => {
    const limits = { requestsServedMax: 2, requestsPendingMax: 3 };
    const [one, two] = await pair(network, { limits });
    const releases: (() => void)[] = [];
    two.handler = (_peer, _kind, bytes) =>
      new Promise((resolve) => {
        releases.push(() => resolve(bytes.slice()));
      });
    const ends: string[] = [];
    const ask = (): void => {
      one.transport.request(2, 0, Uint8Array.of(1)).then(
        () => ends.push("ok"),
        (error: unknown) =>
          ends.push(error instanceof TransportError ? `${error.code} ${error.indefinite}` : "?"),
      );
    };
    for (let count = 0; count < 4; count++) ask();
    await network.settle(() => ends.length === 2 && releases.length === 2);
    assert.deepEqual(ends, ["refused false", "refused false"]);
    for (const release of releases) release();
    await network.settle(() => ends.length === 4);
    assert.deepEqual(ends.slice(2), ["ok", "ok"]);
    ask();
    await network.settle(() => releases.length === 3);
    releases[2]?.();
    await network.settle(() => ends.length === 5);
    assert.equal(ends[4], "ok");
  });

  test("to nobody and beyond the size limit a request fails at once, definitely", async (network) => {
    const limits = { chunkBytes: 4096, frameBytesMax: 4096, unitBytesMax: 8192 };
    const [one, two] = await pair(network, { limits });
    const nobody = await failure(one.transport.request(9, 0, Uint8Array.of(1)));
    assert.deepEqual([nobody.code, nobody.indefinite], ["unreachable", false]);
    const large = await failure(one.transport.request(2, 0, new Uint8Array(8192)));
    assert.deepEqual([large.code, large.indefinite], ["too-large", false]);
    two.handler = async () => new Uint8Array(8192);
    const errors: TransportError[] = [];
    void failure(one.transport.request(2, 0, Uint8Array.of(1))).then((error) => errors.push(error));
    await network.settle(() => errors.length === 1);
    assert.deepEqual([errors[0]?.code, errors[0]?.indefinite], ["too-large", true]);
  });
}

export function snapshotTests(test: Test): void {
  test("a snapshot is handed up when its content is stored, and the sender hears so", async (network) => {
    const source = new MemorySource(contentOf(500_000));
    const sink = new MemorySink();
    const [one, two] = await pair(network, { source, sink });
    let handedUpEarly = false;
    sink.afterWrite = async () => {
      handedUpEarly ||= two.messages.length > 0;
    };
    const message = snapshotMessage(1, 2);
    one.transport.send([message]);
    await network.settle(() => one.snapshotResults.length === 1);
    assert.deepEqual(one.snapshotResults, [{ peer: 2, ok: true }]);
    assert.deepEqual(two.messages, [message]);
    assert.equal(handedUpEarly, false);
    assert.equal(Buffer.compare(sink.complete.get("snapshot-1") ?? new Uint8Array(0), source.content), 0);
    assert.deepEqual([source.opened, source.closed, sink.openWriters], [1, 1, 0]);
  });

  test("content that does not verify fails the transfer and hands nothing up", async (network) => {
    const source = new MemorySource(contentOf(1000));
    source.checksum = Uint8Array.of(0, 0, 0, 0);
    const sink = new MemorySink();
    const [one, two] = await pair(network, { source, sink });
    one.transport.send([snapshotMessage(1, 2)]);
    await network.settle(() => one.snapshotResults.length === 1);
    assert.deepEqual(one.snapshotResults, [{ peer: 2, ok: false }]);
    assert.deepEqual(two.messages, []);
    assert.equal(sink.openWriters, 0);
  });

  test("without a source, or to nobody, a snapshot fails", async (network) => {
    const [one] = await pair(network);
    one.transport.send([snapshotMessage(1, 2)]);
    await network.settle(() => one.snapshotResults.length === 1);
    one.transport.send([snapshotMessage(1, 9)]);
    await network.settle(() => one.snapshotResults.length === 2);
    assert.deepEqual(one.snapshotResults, [
      { peer: 2, ok: false },
      { peer: 9, ok: false },
    ]);
  });

  test("a snapshot without content is complete at once", async (network) => {
    const sink = new MemorySink();
    const [one, two] = await pair(network, { source: new MemorySource(new Uint8Array(0)), sink });
    one.transport.send([snapshotMessage(1, 2)]);
    await network.settle(() => one.snapshotResults.length === 1);
    assert.equal(one.snapshotResults[0]?.ok, true);
    assert.equal(two.messages.length, 1);
  });
}

export function measurementTests(test: Test): void {
  test("round trip and clock offset are measured", async (network) => {
    const one = await network.add(1, { wallAheadMs: 0 });
    const two = await network.add(2, { wallAheadMs: 5000 });
    await introduce(network, one, two);
    one.clock.advance(100);
    await network.settle(() => one.transport.stats(2)?.srttMs !== null);
    const stats = one.transport.stats(2);
    assert.ok(stats !== null && stats.srttMs !== null && stats.rttvarMs !== null);
    assert.ok(stats.clockOffsetMs !== null && stats.clockUncertaintyMs !== null);
    // Both monotonic clocks stand where they were put: one moved by 100 ms, the other did not.
    const truthMs = 5000 + two.clock.now() - one.clock.now();
    assert.ok(Math.abs(stats.clockOffsetMs - truthMs) <= stats.clockUncertaintyMs + 100);
  });

  test("when a peer was last heard is monotonic time of this member", async (network) => {
    const [one, two] = await pair(network);
    two.transport.send([heartbeat(2, 1, 1)]);
    await network.settle(() => one.messages.length === 1);
    const heardAtMs = one.transport.stats(2)?.lastHeardAtMs;
    assert.equal(heardAtMs, one.clock.now());
    assert.equal(one.transport.stats(9), null);
  });

  test("bytes are counted", async (network) => {
    const [one, two] = await pair(network);
    one.transport.send([append(1, 2, 1, 10_000)]);
    await network.settle(() => two.messages.length === 1);
    assert.ok((one.transport.stats(2)?.sentBytes ?? 0) >= 10_000);
    assert.ok((two.transport.stats(1)?.receivedBytes ?? 0) >= 10_000);
  });
}

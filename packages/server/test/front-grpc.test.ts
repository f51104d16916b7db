import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  encode,
  kvService,
  leaseService,
  maintenanceService,
  type PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  SnapshotResponse,
  WatchResponse,
  watchService,
} from "@quorate/etcd-api";
import { RpcCode, RpcError } from "../src/rpc/rpc-error.ts";
import { answerOf, frameOf } from "./front-client.ts";
import { serve, until } from "./front-fixture.ts";

const { range, put } = kvService.methods;
const { leaseKeepAlive } = leaseService.methods;
const { snapshot } = maintenanceService.methods;
const { watch } = watchService.methods;

describe("unary calls", () => {
  test("are answered, with headers, message and trailers", async () => {
    const { client } = await serve();
    const ending = await client.call(range, { limit: 42 });
    assert.equal(ending.code, 0);
    assert.equal(ending.headers[":status"], 200);
    assert.equal(ending.headers["content-type"], "application/grpc");
    assert.equal(answerOf(range, ending).count, 42);
  });

  test("many at a time keep their answers apart", async () => {
    const { client } = await serve({
      range: async (request) => {
        const { limit } = request as RangeRequest;
        for (let turns = limit % 5; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
        return RangeResponse.create({ count: limit });
      },
    });
    const endings = await Promise.all(
      Array.from({ length: 300 }, (_, limit) => client.call(range, { limit: limit + 1 })),
    );
    for (const [at, ending] of endings.entries()) {
      assert.equal(answerOf(range, ending).count, at + 1);
    }
  });

  test("run before the client half-closes, and free the client then", async () => {
    const { client } = await serve();
    const call = client.open(range.path);
    call.send(range, { limit: 3 });
    const ending = await call.ended;
    assert.equal(ending.code, 0);
    assert.equal(ending.messages.length, 1);
    assert.equal(ending.resetCode, 0);
  });

  test("a request may come in any pieces", async () => {
    const { client, front } = await serve();
    const frame = frameOf(encode(RangeRequest, RangeRequest.create({ limit: 9, key: new Uint8Array(200) })));
    for (const size of [1, 3, 5, 64, 199]) {
      const call = client.open(range.path);
      for (let at = 0; at < frame.length; at += size) {
        call.stream.write(frame.subarray(at, at + size));
        await new Promise((resolve) => setImmediate(resolve));
      }
      call.stream.end();
      assert.equal((await call.ended).code, 0, `pieces of ${size}`);
    }
    assert.equal(front.bufferedRequestBytes, 0);
  });

  test("large requests and responses pass", async () => {
    const { client } = await serve({
      put: (request) => PutResponse.create({ prevKv: { ...kv, value: (request as PutRequest).value } }),
    });
    const value = new Uint8Array(1_500_000).map((_, at) => at % 253);
    const ending = await client.call(put, { key: new Uint8Array(1), value });
    const response = answerOf(put, ending);
    assert.deepEqual(Buffer.from(response.prevKv?.value ?? []), Buffer.from(value));
  });

  test("the content type's subtype comes back", async () => {
    const { client } = await serve();
    const ending = await client.call(range, {}, { "content-type": "application/grpc+proto" });
    assert.equal(ending.headers["content-type"], "application/grpc+proto");
  });

  test("compressed requests are taken", async () => {
    const { client } = await serve();
    const bytes = gzipSync(encode(RangeRequest, RangeRequest.create({ limit: 77 })));
    const ending = await client.send(range.path, frameOf(bytes, 1), { "grpc-encoding": "gzip" });
    assert.equal(answerOf(range, ending).count, 77);
  });
});

const kv = {
  key: new Uint8Array(0),
  createRevision: 0,
  modRevision: 0,
  version: 0,
  value: new Uint8Array(0),
  lease: 0n,
};

describe("refusals", () => {
  test("in the words that clients know", async () => {
    const { client, front } = await serve({}, { limits: { messageBytesMax: 1000 } });
    const empty = frameOf(new Uint8Array(0));
    const cases: readonly [string, Uint8Array, Record<string, string>, string][] = [
      ["/etcdserverpb.Nope/Range", empty, {}, "12 unknown service etcdserverpb.Nope"],
      ["/etcdserverpb.KV/Nope", empty, {}, "12 unknown method Nope for service etcdserverpb.KV"],
      ["/nope", empty, {}, '12 malformed method name: "/nope"'],
      [
        range.path,
        frameOf(new Uint8Array(1001)),
        {},
        "8 grpc: received message larger than max (1001 vs. 1000)",
      ],
      [range.path, frameOf(Buffer.from([0xff])), {}, /^13 grpc: error unmarshalling request: /u.source],
      [range.path, empty, { "grpc-timeout": "soon" }, '13 malformed grpc-timeout: "soon"'],
      [range.path, empty, { "grpc-timeout": "0S" }, "4 context deadline exceeded"],
      [
        range.path,
        empty,
        { "grpc-encoding": "br" },
        '12 grpc: Decompressor is not installed for grpc-encoding "br"',
      ],
      [
        range.path,
        frameOf(new Uint8Array(2), 1),
        {},
        "13 grpc: compressed flag set with identity or empty encoding",
      ],
      [range.path, new Uint8Array(0), {}, "13 the client closed its side after no request message"],
      [
        range.path,
        empty.subarray(0, 3),
        {},
        "13 the client closed its side after 3 bytes of an unfinished message",
      ],
    ];
    for (const [path, bytes, headers, expected] of cases) {
      const { code, message } = await client.send(path, bytes, headers);
      const got = `${code} ${message}`;
      assert.ok(got.startsWith(expected) || new RegExp(expected).test(got), `${got} should be ${expected}`);
    }
    assert.equal(front.bufferedRequestBytes, 0);
    assert.equal((await client.call(range, {})).code, 0);
  });

  test("tell which compressions are known", async () => {
    const { client } = await serve();
    const ending = await client.send(range.path, frameOf(new Uint8Array(0)), { "grpc-encoding": "br" });
    assert.equal(ending.headers["grpc-accept-encoding"], "identity,deflate,gzip");
  });

  test("handlers' errors are their status; texts survive the way", async () => {
    const { client, events } = await serve({
      range: () => {
        throw new RpcError(RpcCode.outOfRange, "etcdserver: mvcc: 100 % – ünï\ncode");
      },
      put: () => Promise.reject(new Error("nobody expected this")),
    });
    const known = await client.call(range, {});
    assert.equal(`${known.code} ${known.message}`, "11 etcdserver: mvcc: 100 % – ünï\ncode");
    const unexpected = await client.call(put, {});
    assert.equal(`${unexpected.code} ${unexpected.message}`, "2 nobody expected this");
    assert.deepEqual(
      events.filter(({ kind }) => kind === "handler-failed").map((event) => "path" in event && event.path),
      [put.path],
    );
  });

  test("errors of the layers below are looked up", async () => {
    class Lost extends Error {}
    const { client } = await serve(
      { range: () => Promise.reject(new Lost()) },
      {
        toRpcError: (error) =>
          error instanceof Lost ? new RpcError(RpcCode.unavailable, "no leader") : null,
      },
    );
    const ending = await client.call(range, {});
    assert.equal(`${ending.code} ${ending.message}`, "14 no leader");
  });

  test("the gatekeeper sees every request first, of streams as well", async () => {
    const seen: string[] = [];
    const { client } = await serve(
      {},
      {
        gatekeeper: async (route, _request, context) => {
          seen.push(`${route.method.name} ${context.metadata("token") ?? "-"}`);
          if (context.metadata("token") !== "good")
            throw new RpcError(RpcCode.unauthenticated, "invalid token");
        },
      },
    );
    assert.equal((await client.call(range, {}, { token: "good" })).code, 0);
    assert.equal((await client.call(range, {}, { token: "bad" })).message, "invalid token");
    assert.equal((await client.call(snapshot, {})).code, 16);
    const call = client.open(leaseKeepAlive.path, { token: "good" });
    call.send(leaseKeepAlive, { id: 1n });
    call.send(leaseKeepAlive, { id: 2n });
    call.stream.end();
    assert.equal((await call.ended).messages.length, 2);
    assert.deepEqual(seen, [
      "Range good",
      "Range bad",
      "Snapshot -",
      "LeaseKeepAlive good",
      "LeaseKeepAlive good",
    ]);
  });

  test("until a front is open, calls wait", async () => {
    const { client, front, events } = await serve(
      {},
      { refusal: new RpcError(RpcCode.unavailable, "starting") },
    );
    const calls = [client.call(range, {}), client.call(range, {})];
    await until(() => front.connectionCount === 1);
    front.open();
    for (const call of calls) assert.equal((await call).code, 0);
    assert.ok(events.every(({ kind }) => kind === "listening"));
  });
});

describe("streams", () => {
  test("from the server", async () => {
    const { client } = await serve();
    const ending = await client.call(snapshot, {});
    assert.equal(ending.code, 0);
    assert.equal(ending.messages.length, 10);
  });

  test("an error after messages comes behind them", async () => {
    const { client } = await serve({
      snapshot: async (_request, _context, sink) => {
        sink.write(SnapshotResponse.create({ remainingBytes: 1 }));
        throw new RpcError(RpcCode.dataLoss, "torn");
      },
    });
    const ending = await client.call(snapshot, {});
    assert.equal(ending.messages.length, 1);
    assert.equal(`${ending.code} ${ending.message}`, "15 torn");
  });

  test("both ways, message by message, until the client half-closes", async () => {
    const { client } = await serve();
    const call = client.open(leaseKeepAlive.path);
    for (let id = 1n; id <= 20n; id++) {
      call.send(leaseKeepAlive, { id });
      await call.has(Number(id));
    }
    call.stream.end();
    const ending = await call.ended;
    assert.equal(ending.code, 0);
    assert.equal(ending.messages.length, 20);
  });

  test("several messages in one piece come one by one", async () => {
    const { client } = await serve();
    const call = client.open(leaseKeepAlive.path);
    const frames = Array.from({ length: 50 }, (_, at) =>
      frameOf(encode(leaseKeepAlive.request, leaseKeepAlive.request.create({ id: BigInt(at) }))),
    );
    call.stream.end(Buffer.concat(frames));
    assert.equal((await call.ended).messages.length, 50);
  });

  test("a handler that returns ends the call, whatever the client still wants", async () => {
    const { client } = await serve({
      watch: async (_requests, _context, sink) => void sink.write(WatchResponse.create()),
    });
    const call = client.open(watch.path);
    const ending = await call.ended;
    assert.equal(ending.code, 0);
    assert.equal(ending.messages.length, 1);
  });
});

describe("metadata", () => {
  test("the first value counts, and the peer is named", async () => {
    const seen: unknown[] = [];
    const { client } = await serve({
      range: (_request, context) => {
        seen.push(
          context.metadata("hasleader"),
          context.metadata("nope"),
          context.via,
          context.path,
          context.certificateName,
        );
        seen.push(/^127\.0\.0\.1:\d+$/.test(context.peer));
        return RangeResponse.create();
      },
    });
    await client.call(range, {}, { hasleader: "true" });
    assert.deepEqual(seen, ["true", null, "grpc", range.path, null, true]);
  });
});

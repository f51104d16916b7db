import assert from "node:assert/strict";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { describe, test } from "node:test";
import {
  LeaseKeepAliveResponse,
  type PutRequest,
  PutResponse,
  RangeResponse,
  WatchResponse,
} from "@quorate/etcd-api";
import type { CallContext } from "../src/rpc/call.ts";
import { RpcCode, RpcError } from "../src/rpc/rpc-error.ts";
import { ask, serveHttp } from "./front-http-fixture.ts";

describe("the gateway", () => {
  test("maps messages both ways, under all names of a path", async () => {
    const { url } = await serveHttp({
      put: (request) =>
        PutResponse.create({ prevKv: { ...kvOf("k", (request as PutRequest).value), lease: 2n ** 62n } }),
    });
    for (const prefix of ["/v3", "/v3beta", "/v3alpha"]) {
      const { status, text, headers } = await ask(
        `${url}${prefix}/kv/put`,
        "POST",
        '{"key":"aw==","value":"/+8="}',
      );
      assert.equal(status, 200);
      assert.equal(headers["content-type"], "application/json");
      assert.deepEqual(JSON.parse(text), {
        prev_kv: { key: "aw==", value: "/+8=", lease: "4611686018427387904" },
      });
    }
  });

  test("takes a request without a body, and one in pieces", async () => {
    const { url } = await serveHttp();
    assert.equal((await ask(`${url}/v3/kv/range`, "POST")).text, "{}");
    const { text } = await ask(`${url}/v3/kv/range`, "POST", `  {"limit":\n"7"}  `, {
      "transfer-encoding": "chunked",
    });
    assert.equal(text, '{"count":"7"}');
  });

  test("says errors in both forms, with the HTTP status of the gRPC code", async () => {
    const codes: readonly [RpcCode, number][] = [
      [RpcCode.invalidArgument, 400],
      [RpcCode.notFound, 404],
      [RpcCode.unauthenticated, 401],
      [RpcCode.permissionDenied, 403],
      [RpcCode.unavailable, 503],
      [RpcCode.deadlineExceeded, 504],
      [RpcCode.unimplemented, 501],
      [RpcCode.unknown, 500],
    ];
    for (const [code, status] of codes) {
      const { url } = await serveHttp({ range: () => Promise.reject(new RpcError(code, "no")) });
      const answer = await ask(`${url}/v3/kv/range`, "POST", "{}");
      assert.equal(answer.status, status);
      assert.deepEqual(JSON.parse(answer.text), { error: "no", message: "no", code, details: [] });
    }
  });

  test("refuses what is no request", async () => {
    const { url } = await serveHttp({}, { front: { limits: { gatewayBodyBytesMax: 1000 } } });
    const bad: readonly [string, number, RegExp][] = [
      ["{", 400, /unexpected EOF/],
      ["nope", 400, /invalid character/],
      ['{"key":"?"}', 400, /key: not base64/],
      ['{"limit":"x"}', 400, /limit/],
      [`{"key":"${"A".repeat(2000)}"}`, 429, /larger than 1000 bytes/],
    ];
    for (const [body, status, text] of bad) {
      const answer = await ask(`${url}/v3/kv/range`, "POST", body);
      assert.equal(answer.status, status, body.slice(0, 20));
      assert.match(answer.text, text);
    }
    const wrong = await ask(`${url}/v3/kv/range`);
    assert.equal(`${wrong.status} ${wrong.headers.allow}`, "405 POST");
  });

  test("answers streams line by line; their requests come one after the other", async () => {
    const { url } = await serveHttp();
    const { text } = await ask(`${url}/v3/lease/keepalive`, "POST", '{"ID":"1"}{"ID":2}\n{"ID":"3"}');
    assert.deepEqual(
      text.trimEnd().split("\n"),
      ["1", "2", "3"].map((id) => `{"result":{"ID":"${id}","TTL":"7"}}`),
    );
    const chunks = (await ask(`${url}/v3/maintenance/snapshot`, "POST", "{}")).text.trimEnd().split("\n");
    assert.equal(chunks.length, 10);
  });

  test("a stream answers while its requests still come, and ends with its client", async () => {
    const { promise: gone, resolve: leave } = Promise.withResolvers<unknown>();
    const { url } = await serveHttp({
      watch: async (requests, context, sink) => {
        try {
          for await (const request of requests)
            sink.write(WatchResponse.create({ created: request !== null }));
        } finally {
          leave(context.signal.reason);
        }
      },
    });
    const request = httpRequest(`${url}/v3/watch`, { method: "POST", agent: false });
    request.on("error", () => undefined);
    const arrived = new Promise<IncomingMessage>((resolve) => request.on("response", resolve));
    request.write('{"create_request":{}}');
    const response = await arrived;
    response.on("error", () => undefined);
    const first = await new Promise<Buffer>((resolve) => response.once("data", resolve));
    assert.equal(first.toString(), '{"result":{"created":true}}\n');
    request.write('{"create_request":{}}');
    await new Promise<Buffer>((resolve) => response.once("data", resolve));
    request.destroy();
    assert.match(String(await gone), /context canceled/);
  });

  test("a stream that fails says so in a line, or as a whole if nothing was sent", async () => {
    const { url } = await serveHttp({
      keepAlive: async (requests, _context, sink) => {
        for await (const request of requests) {
          if (request !== null && "id" in request && request.id === 2n)
            throw new RpcError(RpcCode.unavailable, "no leader");
          sink.write(LeaseKeepAliveResponse.create({ ttl: 1 }));
        }
      },
    });
    const late = await ask(`${url}/v3/lease/keepalive`, "POST", '{"ID":1}{"ID":2}');
    assert.equal(late.status, 200);
    const error = { code: 14, message: "no leader", details: [], grpc_code: 14, http_code: 503 };
    assert.deepEqual(JSON.parse(late.text.split("\n")[1] ?? ""), { error });
    const early = await ask(`${url}/v3/lease/keepalive`, "POST", '{"ID":2}');
    assert.equal(early.status, 503);
    assert.equal((JSON.parse(early.text) as { error: string }).error, "no leader");
  });

  test("passes metadata on, believes no certificate, and knows deadlines", async () => {
    const seen: unknown[] = [];
    const note = (context: CallContext): void => {
      seen.push(
        context.via,
        context.metadata("authorization"),
        context.metadata("hasleader"),
        context.timeoutMs,
      );
      seen.push(context.certificateName, context.metadata("host"), context.path);
    };
    const { url } = await serveHttp({
      range: (_request, context) => {
        note(context);
        return RangeResponse.create();
      },
    });
    await ask(`${url}/v3/kv/range`, "POST", "{}", {
      Authorization: "token-1",
      "Grpc-Metadata-HasLeader": "true",
      "Grpc-Timeout": "3S",
    });
    assert.deepEqual(seen, ["gateway", "token-1", "true", 3000, null, null, "/etcdserverpb.KV/Range"]);
  });

  test("is unavailable until the front is open", async () => {
    const refusal = new RpcError(RpcCode.unavailable, "etcdserver: server is starting");
    const { url, front } = await serveHttp({}, { front: { refusal } });
    const early = await ask(`${url}/v3/kv/range`, "POST", "{}");
    assert.match(`${early.status} ${early.text}`, /^503 .*"etcdserver: server is starting"/);
    front.open();
    assert.equal((await ask(`${url}/v3/kv/range`, "POST", "{}")).status, 200);
  });

  test("can be turned off", async () => {
    const { url } = await serveHttp({}, { parts: { gateway: null } });
    const answer = await ask(`${url}/v3/kv/range`, "POST", "{}");
    assert.match(`${answer.status} ${answer.text}`, /^404 .*turned off/);
  });

  test("cuts off a client that stops within its body", async () => {
    const { url } = await serveHttp({}, { front: { limits: { requestMs: 30 } } });
    const request = httpRequest(`${url}/v3/kv/range`, {
      method: "POST",
      headers: { "content-length": "100" },
      agent: false,
    });
    request.write("{");
    const ended = await new Promise<string>((resolve) => {
      request.on("error", () => resolve("closed"));
      request.on("response", (response) => resolve(String(response.statusCode)));
    });
    assert.ok(ended === "closed" || ended === "504", ended);
  });
});

function kvOf(key: string, value: Uint8Array) {
  return { key: Buffer.from(key), createRevision: 0, modRevision: 0, version: 0, value, lease: 0n };
}

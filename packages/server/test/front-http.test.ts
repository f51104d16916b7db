import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HealthSource } from "../src/front/health-checks.ts";
import { OriginGuard } from "../src/front/origin-guard.ts";
import { Profiles } from "../src/front/profiles.ts";
import { TestClient } from "./front-client.ts";
import { closeLater, serve } from "./front-fixture.ts";
import { ask, serveHttp } from "./front-http-fixture.ts";

describe("one port", () => {
  test("serves HTTP/1.1, gRPC, and HTTP/2 that is no gRPC", async () => {
    const { url, client } = await serveHttp();
    assert.equal((await ask(`${url}/version`)).text, '{"etcdserver":"3.6.0"}');
    assert.equal((await client.send("/etcdserverpb.KV/Range", Buffer.alloc(5))).code, 0);
    const stream = client.session.request({ ":path": "/version" });
    stream.setEncoding("utf8");
    let text = "";
    for await (const piece of stream) text += piece as string;
    assert.equal(text, '{"etcdserver":"3.6.0"}');
  });

  test("several URLs, and metrics on their own", async () => {
    const { front } = await serveHttp(
      {},
      { front: { urls: ["http://127.0.0.1:0", "http://127.0.0.1:0"], metricsUrls: ["http://127.0.0.1:0"] } },
    );
    assert.equal(front.urls.length, 2);
    for (const url of front.urls) assert.equal((await ask(`${url}/health`)).status, 200);
    const [metrics = ""] = front.metricsUrls;
    assert.equal((await ask(`${metrics}/health`)).status, 200);
    assert.match(
      (await ask(`${metrics}/metrics`)).headers["content-type"] ?? "",
      /^text\/plain; version=0\.0\.4/,
    );
    assert.equal((await ask(`${metrics}/v3/kv/range`, "POST", "{}")).status, 404);
    const client = new TestClient(metrics);
    closeLater(() => client.close());
    assert.equal((await client.send("/etcdserverpb.KV/Range", Buffer.alloc(5))).headers[":status"], 404);
  });

  test("answers what it does not have, by name", async () => {
    const { url } = await serveHttp();
    const missing = await ask(`${url}/v3/nope?x=1`);
    assert.equal(`${missing.status} ${missing.text}`, "404 there is nothing at /v3/nope\n");
    const wrongType = await ask(`${url}/etcdserverpb.KV/Range`, "POST", "{}");
    assert.equal(wrongType.status, 415);
    for (const path of ["/health", "/metrics", "/version"]) {
      const wrong = await ask(`${url}${path}`, "POST", "{}");
      assert.equal(`${wrong.status} ${wrong.headers.allow} ${wrong.headers.connection}`, "405 GET close");
    }
    assert.match((await ask(url)).text, /Quorate/);
    assert.equal((await ask(`${url}/debug/pprof/`)).status, 404);
  });

  test("counts requests by a few names", async () => {
    const { url, seen } = await serveHttp();
    await ask(`${url}/health`);
    await ask(`${url}/secret-path`);
    await ask(`${url}/v3/kv/range`, "POST", "{}");
    await ask(`${url}/health`, "PROPFIND");
    assert.deepEqual(seen, [
      "/health GET 200",
      "other GET 404",
      "/etcdserverpb.KV/Range POST 200",
      "/health other 405",
    ]);
  });

  test("a URL that is taken, or is none, is named with the remedy", async () => {
    const { url } = await serveHttp();
    await assert.rejects(serve({}, { urls: [url] }), (error: Error) => {
      assert.ok(error.message.startsWith(`cannot listen on ${url}: the port is in use; `), error.message);
      return true;
    });
    for (const bad of ["nope", "ftp://127.0.0.1:1", "http://127.0.0.1", "http://127.0.0.1:1/path"]) {
      await assert.rejects(
        serve({}, { urls: [bad] }),
        /^Error: cannot listen on ".*": .*; give http:\/\/host:port/,
      );
    }
    await assert.rejects(serve({}, { urls: ["https://127.0.0.1:0"] }), /needs a certificate and a key/);
  });
});

describe("health", () => {
  const cases: readonly [string, Partial<HealthSource>, string, number, string][] = [
    ["all is well", {}, "/health", 200, '{"health":"true","reason":""}'],
    ["an alarm", { alarms: ["NOSPACE"] }, "/health", 503, '{"health":"false","reason":"ALARM NOSPACE"}'],
    [
      "an alarm of no interest",
      { alarms: ["NOSPACE"] },
      "/health?exclude=NOSPACE",
      200,
      '{"health":"true","reason":""}',
    ],
    ["no leader", { hasLeader: false }, "/health", 503, '{"health":"false","reason":"RAFT NO LEADER"}'],
    [
      "no leader, but stale reads do",
      { hasLeader: false },
      "/health?serializable=true",
      200,
      '{"health":"true","reason":""}',
    ],
    [
      "reads fail",
      { readLinearizable: () => Promise.reject(new Error("etcdserver: request timed out")) },
      "/health",
      503,
      '{"health":"false","reason":"RANGE ERROR:etcdserver: request timed out"}',
    ],
    ["alive", {}, "/livez", 200, "ok\n"],
    [
      "alive without a leader",
      { hasLeader: false, readLinearizable: () => Promise.reject(new Error("x")) },
      "/livez",
      200,
      "ok\n",
    ],
    [
      "ready, at length",
      {},
      "/readyz?verbose",
      200,
      "[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n[+]non_learner ok\nok\n",
    ],
    [
      "not ready",
      { readLinearizable: () => Promise.reject(new Error("etcdserver: no leader")), isLearner: true },
      "/readyz",
      503,
      "[+]data_corruption ok\n[+]serializable_read ok\n[-]linearizable_read failed: etcdserver: no leader\n[-]non_learner failed: this member is a learner\n",
    ],
    ["not ready, of no interest", { isLearner: true }, "/readyz?exclude=non_learner", 200, "ok\n"],
    [
      "one check",
      { alarms: ["CORRUPT"] },
      "/readyz/data_corruption",
      503,
      "[-]data_corruption failed: alarm activated: CORRUPT\n",
    ],
    [
      "one check of another kind",
      {},
      "/livez/data_corruption",
      404,
      "there is nothing at /livez/data_corruption\n",
    ],
    ["starting, alive", { refusal: "the server is starting" }, "/livez", 200, "ok\n"],
    [
      "starting, not ready",
      { refusal: "the server is starting" },
      "/readyz",
      503,
      "[-]serving failed: the server is starting\n",
    ],
  ];
  for (const [what, source, path, status, text] of cases) {
    test(what, async () => {
      const { url } = await serveHttp({}, { source });
      const answer = await ask(url + path);
      assert.equal(`${answer.status} ${answer.text}`, `${status} ${text}`);
    });
  }
});

describe("browsers", () => {
  test("any origin, by default", async () => {
    const { url } = await serveHttp();
    const preflight = await ask(`${url}/v3/kv/range`, "OPTIONS", null, { origin: "http://a.example" });
    assert.equal(preflight.status, 200);
    assert.equal(preflight.headers["access-control-allow-origin"], "*");
    assert.match(preflight.headers["access-control-allow-headers"] ?? "", /authorization/);
  });

  test("origins on a list", async () => {
    const { url } = await serveHttp({}, { parts: { origins: new OriginGuard(["http://a.example"], []) } });
    const good = await ask(`${url}/version`, "GET", null, { origin: "http://a.example" });
    assert.equal(good.headers["access-control-allow-origin"], "http://a.example");
    const bad = await ask(`${url}/version`, "GET", null, { origin: "http://b.example" });
    assert.equal(bad.headers["access-control-allow-origin"], undefined);
  });

  test("only names on the list are answered to, against DNS rebinding", async () => {
    const { url } = await serveHttp({}, { parts: { origins: new OriginGuard([], ["etcd.example"]) } });
    const status = async (host: string): Promise<number> =>
      (await ask(`${url}/version`, "GET", null, { host })).status;
    assert.equal(await status("etcd.example:2379"), 200);
    assert.equal(await status("ETCD.example"), 200);
    assert.equal(await status("127.0.0.1:2379"), 200);
    assert.equal(await status("[::1]:2379"), 200);
    assert.equal(await status("evil.example"), 421);
  });
});

describe("profiles", () => {
  test("of processor and heap, in forms that tools open", async () => {
    const { url } = await serveHttp({}, { parts: { profiles: new Profiles() } });
    assert.match((await ask(`${url}/debug/pprof/`)).text, /cpuprofile/);
    const cpu = JSON.parse((await ask(`${url}/debug/pprof/profile?seconds=0.05`)).text) as object;
    assert.ok("nodes" in cpu && "timeDeltas" in cpu);
    const heap = JSON.parse((await ask(`${url}/debug/pprof/heap?seconds=0.05`)).text) as object;
    assert.ok("head" in heap);
    assert.equal((await ask(`${url}/debug/pprof/profile?seconds=nope`)).status, 400);
  });
});

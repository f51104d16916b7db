import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { kvService, leaseService, watchService } from "@quorate/etcd-api";
import type { Server } from "../src/start-server.ts";
import { answerOf, TestClient } from "./front-client.ts";
import { closeLater } from "./front-fixture.ts";
import { freePort, singleSettings, startTestServer } from "./front-server-fixture.ts";

const { put, range } = kvService.methods;
const bytes = (text: string): Buffer => Buffer.from(text);

function clientOf(server: Server): TestClient {
  const client = new TestClient(server.urls[0] as string);
  closeLater(() => client.close());
  return client;
}

describe("a server", () => {
  test("serves, stops, and has its data when it starts again", async () => {
    const settings = await singleSettings();
    const first = await startTestServer(settings);
    assert.equal((await clientOf(first).call(put, { key: bytes("k"), value: bytes("v") })).code, 0);
    await first.stop();
    await first.stop();
    const second = await startTestServer(settings);
    const answer = answerOf(range, await clientOf(second).call(range, { key: bytes("k") }));
    assert.equal(Buffer.from(answer.kvs[0]?.value ?? []).toString(), "v");
    await second.stop();
  });

  test("ends streams as unavailable when it stops, and answers no more", async () => {
    const server = await startTestServer(await singleSettings());
    const client = clientOf(server);
    const watch = client.open(watchService.methods.watch.path);
    watch.send(watchService.methods.watch, {
      requestUnion: { case: "createRequest", value: { ...noWatch, key: bytes("k") } },
    });
    await watch.has(1);
    const [url = ""] = server.urls;
    await server.stop();
    const { code, message } = await watch.ended;
    assert.equal(`${code} ${message}`, "14 etcdserver: server stopped");
    await assert.rejects(fetch(`${url}/health`));
  });

  test("exports the metrics that dashboards want", async () => {
    const server = await startTestServer(await singleSettings({ listenMetricsUrls: ["http://127.0.0.1:0"] }));
    const client = clientOf(server);
    await client.call(put, { key: bytes("k"), value: bytes("v") });
    await client.call(range, {});
    const call = client.open(leaseService.methods.leaseKeepAlive.path);
    call.send(leaseService.methods.leaseKeepAlive, { id: 5n });
    await call.has(1);
    call.stream.end();
    await call.ended;
    const text = await (await fetch(`${server.metricsUrls[0]}/metrics`)).text();
    for (const name of metricNames) assert.match(text, new RegExp(`^${name}[ {]`, "m"), name);
    assert.match(
      text,
      /^grpc_server_handled_total\{grpc_type="unary",grpc_service="etcdserverpb.KV",grpc_method="Range",grpc_code="InvalidArgument"\} 1$/m,
    );
    assert.match(text, /^grpc_server_started_total\{grpc_type="bidi_stream",.*LeaseKeepAlive"\} 1$/m);
    assert.match(text, /^etcd_server_has_leader 1$/m);
  });

  test("answers probes, version and gateway from the member", async () => {
    const server = await startTestServer(await singleSettings());
    const [url = ""] = server.urls;
    const get = async (path: string): Promise<string> => (await fetch(url + path)).text();
    assert.equal(await get("/health"), '{"health":"true","reason":""}');
    assert.equal(await get("/readyz"), "ok\n");
    const version = JSON.parse(await get("/version")) as Record<string, string>;
    assert.match(version["etcdserver"] ?? "", /^\d+\.\d+\.\d+$/);
    assert.match(version["etcdcluster"] ?? "", /^\d+\.\d+\.\d+$/);
    const post = async (path: string, body: object): Promise<unknown> =>
      (await fetch(url + path, { method: "POST", body: JSON.stringify(body) })).json();
    await post("/v3/kv/put", { key: "Zm9v", value: "YmFy" });
    const { kvs } = (await post("/v3/kv/range", { key: "Zm9v" })) as { kvs: { value: string }[] };
    assert.equal(kvs[0]?.value, "YmFy");
  });
});

const noWatch = {
  key: new Uint8Array(0),
  rangeEnd: new Uint8Array(0),
  startRevision: 0,
  progressNotify: false,
  filters: [],
  prevKv: false,
  watchId: 0n,
  fragment: false,
};

const metricNames = [
  "etcd_server_has_leader",
  "etcd_server_leader_changes_seen_total",
  "etcd_server_proposals_failed_total",
  "etcd_server_proposals_committed_total",
  "etcd_server_proposals_applied_total",
  "etcd_server_proposals_pending",
  "etcd_server_quota_backend_bytes",
  "etcd_mvcc_db_total_size_in_bytes",
  "etcd_mvcc_db_total_size_in_use_in_bytes",
  "etcd_disk_wal_fsync_duration_seconds_bucket",
  "etcd_disk_backend_commit_duration_seconds_bucket",
  "etcd_network_client_grpc_sent_bytes_total",
  "etcd_network_client_grpc_received_bytes_total",
  "grpc_server_started_total",
  "grpc_server_handled_total",
  "grpc_server_handling_seconds_bucket",
  "process_resident_memory_bytes",
  "process_cpu_usage",
  "raft_election_attempts_total",
  "raft_leader_changes_total",
  "raft_election_duration_seconds_bucket",
  "event_loop_delay_seconds",
  "queue_size",
];

describe("a start that fails", () => {
  test("because the port is in use says so, before anything is written", async () => {
    const taken = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => taken.listen(port, "127.0.0.1", resolve));
    closeLater(() => new Promise((resolve) => taken.close(resolve)));
    const settings = await singleSettings({ listenClientUrls: [`http://127.0.0.1:${port}`] });
    await assert.rejects(startTestServer(settings), (error: Error) => {
      assert.match(error.message, /^cannot listen on http:\/\/127\.0\.0\.1:\d+: the port is in use; stop/);
      return true;
    });
    assert.deepEqual(await readdir(settings.dataDir), []);
  });

  test("names settings that cannot be", async () => {
    const [first, second] = [await freePort(), await freePort()].map((port) => `http://127.0.0.1:${port}`);
    const tls = { certFile: "c", keyFile: "k", caFile: null, clientCertAuth: true, crlFile: null };
    const more = {
      allowedCn: [],
      allowedHostnames: [],
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.3",
      cipherSuites: [],
    } as const;
    const cases: readonly [Parameters<typeof singleSettings>[0], RegExp][] = [
      [{ listenPeerUrls: [first as string, second as string] }, /listened for at one address only/],
      [{ listenPeerUrls: [] }, /no URL to listen on for members/],
      [{ peerTls: { ...tls, ...more } }, /TLS between members needs the file of their authorities/],
      [{ forceNewCluster: true }, /cannot be forced/],
      [{ listenClientUrls: ["https://127.0.0.1:0"] }, /needs a certificate and a key/],
    ];
    for (const [changes, expected] of cases) {
      await assert.rejects(startTestServer(await singleSettings(changes)), (error: Error) => {
        assert.match(error.message, expected);
        return true;
      });
    }
  });

  test("leaves nothing that listens", async () => {
    const port = await freePort();
    const settings = await singleSettings({
      listenClientUrls: [`http://127.0.0.1:${port}`],
      listenPeerUrls: [],
    });
    await assert.rejects(startTestServer(settings));
    await assert.rejects(fetch(`http://127.0.0.1:${port}/health`));
  });
});

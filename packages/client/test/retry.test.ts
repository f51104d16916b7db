/**
 * What is sent again and what is not, with a proxy that breaks connections; signing in again.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, suite, test } from "node:test";
import { WatchCreateRequest, WatchRequest, watchService } from "@quorate/etcd-api";
import { connect, createClient } from "../src/index.ts";
import { type EtcdCluster, noEtcd, startEtcd } from "./etcd.ts";
import { Proxy } from "./proxy.ts";

suite("trying again", { skip: noEtcd }, () => {
  let etcd: EtcdCluster;
  let proxy: Proxy;
  before(async () => {
    etcd = await startEtcd();
    proxy = new Proxy(etcd.endpoints[0] ?? "");
    await proxy.start();
  });
  after(async () => {
    await proxy.stop();
    await etcd.stop();
  });

  test("a write is not sent again when its answer was lost, and says that nobody knows", async () => {
    await using client = await connect({ endpoints: [proxy.url] });
    await client.put("once", "");
    proxy.cutsLeft = 1;
    await assert.rejects(client.put("once", "again"), { code: "unavailable", outcome: "unknown" });
    assert.equal((await client.get("once"))?.version, 2, "it did happen, once");
  });

  test("a write that says that it may be is sent again, and so are reads", async () => {
    await using client = await connect({ endpoints: [proxy.url] });
    await client.put("twice", "");
    proxy.cutsLeft = 1;
    await client.put("twice", "again", { repeatable: true });
    assert.equal((await client.get("twice"))?.version, 3, "it happened twice");
    proxy.cutsLeft = 2;
    assert.equal((await client.get("twice"))?.text(), "again");
    assert.equal(proxy.cutsLeft, 0);
    proxy.cutsLeft = 1;
    assert.ok((await client.txn().commit()).succeeded);
    await client.get("twice");
    proxy.cutsLeft = 1;
    await assert.rejects(client.get("twice", { once: true }), { code: "unavailable" });
  });

  test("a write that could not be sent yet waits for a connection", async () => {
    const late = new Proxy(etcd.endpoints[0] ?? "");
    await late.start();
    await using client = await connect({ endpoints: [late.url] });
    await client.put("late", "1");
    await late.stop();
    // Reading finds out that the connection is gone.
    await assert.rejects(client.get("late", { timeoutMs: 200 }), { code: "unavailable" });
    await assert.rejects(client.put("late", "2", { timeoutMs: 100 }), {
      code: "unavailable",
      outcome: "refused",
    });
    const write = client.put("late", "3");
    await late.start();
    await write;
    assert.equal((await client.get("late"))?.version, 2);
    await client.close();
    await late.stop();
  });

  test("an endpoint that is down is passed over", async () => {
    await using client = createClient({
      endpoints: ["http://127.0.0.1:1", proxy.url],
      random: () => 0,
    });
    await client.put("over", "1");
    assert.equal(client.endpoint, proxy.url);
    await assert.rejects(client.put("over", "2", { endpoint: "http://127.0.0.1:1", timeoutMs: 100 }), {
      code: "unavailable",
      outcome: "refused",
    });
    const statuses = await client.maintenance.statuses({ timeoutMs: 500 });
    assert.deepEqual(
      statuses.map(({ status, error }) => [status?.version !== undefined, error?.code]),
      [
        [false, "unavailable"],
        [true, undefined],
      ],
    );
  });
});

suite("other calls", { skip: noEtcd }, () => {
  test("cluster and maintenance", async (t) => {
    const etcd = await startEtcd(3);
    t.after(() => etcd.stop());
    await using client = await connect({ endpoints: etcd.endpoints });
    const members = await client.cluster.members();
    assert.deepEqual(members.map(({ name }) => name).toSorted(), ["m0", "m1", "m2"]);
    const { leader } = await client.maintenance.status();
    const successor = members.find(({ id }) => id !== leader);
    assert.ok(successor !== undefined);
    await client.maintenance.moveLeader(successor.id);
    let size = 0;
    for await (const { blob } of client.maintenance.snapshot()) size += blob.length;
    assert.equal(size % 512, 32);
    for await (const _ of client.maintenance.snapshot()) break;
    await client.maintenance.defragment({ endpoint: client.endpoint });
    assert.ok((await client.maintenance.hashKv()).hash > 0);
    assert.deepEqual(await client.maintenance.alarms(), []);
  });

  test("signs in, and again when the server has forgotten", async (t) => {
    const etcd = await startEtcd();
    t.after(() => etcd.stop());
    const root = { username: "root", password: "secret" };
    await using admin = await connect({ endpoints: etcd.endpoints, credentials: root });
    await admin.auth.addUser("root", "secret");
    await admin.auth.addRole("root");
    await admin.auth.grantRole("root", "root");
    await admin.auth.addUser("reader", "r");
    await admin.auth.addRole("reading");
    await admin.auth.grantPermission("reading", "read", { prefix: "r/" });
    await admin.auth.grantRole("reader", "reading");
    await admin.auth.enable();
    await admin.put("r/1", "one");
    const credentials = { username: "reader", password: "r" };
    await using reader = await connect({ endpoints: etcd.endpoints, credentials });
    assert.equal((await reader.get("r/1"))?.text(), "one");
    await assert.rejects(reader.put("r/1", "two"), { code: "permission-denied", outcome: "refused" });
    await assert.rejects(reader.get("x"), { code: "permission-denied" });
    const wrong = { endpoints: etcd.endpoints, credentials: { username: "reader", password: "?" } };
    await assert.rejects(connect(wrong), { code: "unauthenticated" });
    await using nobody = await connect({ endpoints: etcd.endpoints });
    await assert.rejects(nobody.get("r/1"), { code: "unauthenticated" });
    const watch = reader.watch({ prefix: "r/" });
    await watch.started;
    await etcd.members[0]?.kill();
    etcd.members[0]?.start();
    // Tokens were in the memory of the server that is gone.
    await admin.put("r/1", "three", { timeoutMs: 20_000, repeatable: true });
    for await (const { keyValue } of watch.events()) {
      assert.equal(keyValue.text(), "three");
      break;
    }
    await assert.rejects(
      async () => {
        for await (const _ of reader.watch({ prefix: "x/" })) break;
      },
      { code: "permission-denied" },
    );
  });
});

suite("whole answers", { skip: noEtcd }, () => {
  test("a stream both ways shows every message", async (t) => {
    const etcd = await startEtcd();
    t.after(() => etcd.stop());
    await using client = await connect({ endpoints: etcd.endpoints });
    const { endpoint, stream } = await client.rpcDuplex(watchService.methods.watch);
    assert.equal(endpoint, etcd.endpoints[0]);
    const key = new TextEncoder().encode("k");
    const value = WatchCreateRequest.create({ key });
    stream.send(WatchRequest.create({ requestUnion: { case: "createRequest", value } }));
    const seen = [];
    for await (const { created, events, header } of stream) {
      seen.push([created, events.length, header !== null]);
      if (created) await client.put("k", "v");
      else stream.cancel();
    }
    assert.deepEqual(seen, [
      [true, 0, true],
      [false, 1, true],
    ]);
  });

  test("a closed client leaves nothing that would keep the process", async (t) => {
    const etcd = await startEtcd();
    t.after(() => etcd.stop());
    const program = `
      import { connect } from ${JSON.stringify(new URL("../src/index.ts", import.meta.url).href)};
      const client = await connect({ endpoints: ${JSON.stringify([...etcd.endpoints, "http://127.0.0.1:1"])} });
      const lock = await client.lock("l");
      const watch = client.watch({ prefix: "" });
      const reading = (async () => { for await (const _ of watch); })();
      await watch.started;
      void client.lock("l").catch(() => {});
      await client.close();
      await reading;
      console.log("closed", lock.signal.aborted);
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program]);
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => output.push(text));
    }
    const [code] = (await once(child, "close")) as [number | null];
    assert.deepEqual([code, output.join("")], [0, "closed true\n"]);
  });
});

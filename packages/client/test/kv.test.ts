/**
 * Keys and transactions against etcd.
 */

import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { kvService, RangeRequest } from "@quorate/etcd-api";
import { type Client, ClientError, compare, connect, op } from "../src/index.ts";
import { type EtcdCluster, noEtcd, startEtcd } from "./etcd.ts";

suite("keys", { skip: noEtcd }, () => {
  let client: Client;
  let etcd: EtcdCluster;
  before(async () => {
    etcd = await startEtcd();
    client = await connect({ endpoints: etcd.endpoints });
  });
  after(async () => {
    await client.close();
    await etcd.stop();
  });

  test("what is put is got, with its revisions", async () => {
    assert.equal(await client.get("kv/a"), null);
    const first = await client.put("kv/a", "one");
    const second = await client.put("kv/a", new Uint8Array([0, 255]), { withPrevious: true });
    assert.equal(second.previous?.text(), "one");
    assert.equal(second.revision, first.revision + 1);
    const found = await client.get("kv/a");
    assert.deepEqual(
      [
        found?.keyText(),
        [...(found?.value ?? [])],
        found?.createRevision,
        found?.modRevision,
        found?.version,
      ],
      ["kv/a", [0, 255], first.revision, second.revision, 2],
    );
    assert.equal((await client.get("kv/a", { revision: first.revision }))?.text(), "one");
  });

  test("a range is sorted, cut and counted", async () => {
    for (const key of ["b", "a", "c"]) await client.put(`range/${key}`, JSON.stringify({ key }));
    const all = await client.range(
      { prefix: "range/" },
      { limit: 2, sortBy: "createRevision", order: "descending" },
    );
    assert.deepEqual(
      [all.keyValues.map((found) => found.json()), all.count, all.more],
      [[{ key: "c" }, { key: "a" }], 3, true],
    );
    assert.equal(await client.count({ from: "range/a", to: "range/c" }), 2);
    assert.deepEqual((await client.delete({ prefix: "range/" }, { withPrevious: true })).previous.length, 3);
    assert.deepEqual(await client.getAll("range/"), []);
  });

  test("pages are of one revision, whatever is written between them", async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `page/${String(index).padStart(2, "0")}`);
    for (const key of keys) await client.put(key, "old");
    const seen: string[] = [];
    for await (const found of client.iterate({ prefix: "page/" }, { pageSize: 4 })) {
      if (seen.length % 4 === 0) await client.put(`page/${seen.length}x`, "new");
      await client.put(found.keyText(), "new");
      seen.push(`${found.keyText()} ${found.text()}`);
    }
    assert.deepEqual(
      seen,
      keys.map((key) => `${key} old`),
    );
  });

  test("a transaction does one side, and tells each result in its type", async () => {
    const txn = (expected: number) =>
      client
        .txn()
        .if(compare.version("txn/k").equals(expected))
        .do(op.put("txn/k", "v"), op.get("txn/k"))
        .else(op.range({ prefix: "txn/" }))
        .commit();
    const done = await txn(0);
    assert.ok(done.succeeded);
    const [put, got] = done.results;
    assert.equal(put.revision, done.revision);
    assert.equal(got?.text(), "v");
    const refused = await txn(0);
    assert.ok(!refused.succeeded);
    assert.equal(refused.results[0].count, 1);
  });

  test("a transaction in a transaction", async () => {
    const inner = client
      .txn()
      .if(compare.missing("nest/k"))
      .do(op.put("nest/k", "inner"))
      .else(op.get("nest/k"));
    const outer = () => client.txn().do(inner.nested(), op.delete("nest/other")).commit();
    const first = await outer();
    assert.ok(first.succeeded && first.results[0].succeeded);
    const second = await outer();
    assert.ok(second.succeeded && !second.results[0].succeeded);
    assert.equal(second.results[0].results[0]?.text(), "inner");
    assert.equal(second.results[1].deleted, 0);
  });

  test("errors have a code, etcd's words and an outcome", async () => {
    await assert.rejects(client.put("", "x"), (error: unknown) => {
      assert.ok(error instanceof ClientError);
      assert.deepEqual(
        [error.code, error.outcome, error.grpcCode, error.serverText, error.endpoint],
        ["invalid", "refused", 3, "etcdserver: key is not provided", client.endpoints[0]],
      );
      return true;
    });
    await assert.rejects(client.get("kv/a", { revision: 1_000_000 }), { code: "future-revision" });
    await assert.rejects(client.put("kv/x", "y", { lease: 4711n }), { code: "lease-not-found" });
    const { revision } = await client.put("kv/b", "1");
    await client.compact(revision);
    await assert.rejects(client.get("kv/b", { revision: revision - 1 }), { code: "compacted" });
    await assert.rejects(client.get("kv/b", { endpoint: "http://127.0.0.1:1" }), { code: "invalid" });
  });

  test("any call can be made whole", async () => {
    const request = RangeRequest.create({ key: new TextEncoder().encode("kv/none") });
    const { header, count } = await client.rpc(kvService.methods.range, request);
    assert.ok(header !== null && header.clusterId > 0n && header.raftTerm > 0);
    assert.equal(count, 0);
  });

  test("a signal ends a call, a closed client takes none", async () => {
    await assert.rejects(client.get("a", { signal: AbortSignal.abort() }), {
      code: "canceled",
      outcome: "refused",
    });
    const other = await connect({ endpoints: client.endpoints });
    const pending = assert.rejects(other.get("a"), { code: "closed" });
    await other.close();
    await pending;
    await assert.rejects(other.get("a"), { code: "closed" });
  });

  test("connecting to nobody says why, in time", async () => {
    const options = { endpoints: ["http://127.0.0.1:1"], dialTimeoutMs: 300 };
    await assert.rejects(connect(options), (error: unknown) => {
      assert.ok(error instanceof ClientError);
      assert.deepEqual([error.code, error.outcome], ["unavailable", "refused"]);
      assert.match(error.message, /ECONNREFUSED/);
      return true;
    });
  });
});

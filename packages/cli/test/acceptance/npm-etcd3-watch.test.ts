/**
 * The npm package etcd3, as it is, on a node with TLS: watchers, and what becomes of them and of leases when the server is
 * killed and started again.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { EtcdError, type IKeyValue } from "etcd3";
import { Seen, type TlsNode, withNodes } from "./npm-etcd3-node.ts";

withNodes("watches", {
  "a watcher is told of puts and deletes, with what was before": eventsOfOneKey,
  "a watcher of a prefix, a range or one kind of event is told just that": filters,
  "a watcher that begins in the past is told everything since": history,
  "a cancelled watcher hears nothing more, the others do": cancellation,
  "many watchers of one client each hear their own": concurrentWatchers,
  "a transaction is one message": transactionEvents,
  "a watcher whose past was compacted is told so": compactedHistory,
  "watchers go on where they were when the server was killed": resumption,
});

async function eventsOfOneKey(node: TlsNode): Promise<void> {
  const client = node.connect();
  const watcher = await client.watch().key("one").withPreviousKV().create();
  const told: string[] = [];
  const text = (kv: IKeyValue | undefined): string => kv?.value.toString() ?? "nothing";
  watcher.on("put", (kv, before) => told.push(`${text(before)} → ${text(kv)}`));
  const deleted = new Promise<void>((resolve) => {
    watcher.on("delete", ({ key }, before) => {
      told.push(`${key.toString()} was ${text(before)}`);
      resolve();
    });
  });
  await client.put("one").value("1");
  await client.put("one/more").value("not watched");
  await client.put("one").value("2");
  const { header } = await client.delete().key("one");
  await deleted;
  assert.deepEqual(told, ["nothing → 1", "1 → 2", "one was 2"]);
  assert.equal(Number(watcher.lastRevision()), Number(header.revision) + 1);
  await watcher.cancel();
}

async function filters(node: TlsNode): Promise<void> {
  const client = node.connect();
  const all = await Seen.of(client.watch().prefix("f/"));
  const range = await Seen.of(client.watch().inRange({ start: "f/a", end: "f/c" }));
  const puts = await Seen.of(client.watch().prefix("f/").only("put"));
  const deletes = await Seen.of(client.watch().prefix("f/").only("delete"));
  for (const key of ["a", "b", "c"]) await client.put(`f/${key}`).value(key);
  await client.delete().prefix("f/");
  await client.put("f/a").value("end");
  await client.delete().key("f/a");

  const end = ["put f/a=end", "delete f/a"];
  const [putAb, putC] = [["put f/a=a", "put f/b=b"], ["put f/c=c"]];
  const [deleteAb, deleteC] = [["delete f/a", "delete f/b"], ["delete f/c"]];
  assert.deepEqual(await all.until(8), [...putAb, ...putC, ...deleteAb, ...deleteC, ...end]);
  assert.deepEqual(await range.until(6), [...putAb, ...deleteAb, ...end]);
  assert.deepEqual(await puts.until(4), [...putAb, ...putC, "put f/a=end"]);
  assert.deepEqual(await deletes.until(4), [...deleteAb, ...deleteC, "delete f/a"]);
  for (const { watcher } of [all, range, puts, deletes]) await watcher.cancel();
}

async function history(node: TlsNode): Promise<void> {
  const client = node.connect();
  await client.put("past").value("1");
  const { header } = await client.put("past").value("2");
  await client.delete().key("past");
  const seen = await Seen.of(client.watch().key("past").startRevision(header.revision));
  await client.put("past").value("3");
  assert.deepEqual(await seen.until(3), ["put past=2", "delete past", "put past=3"]);
  await seen.watcher.cancel();
}

async function cancellation(node: TlsNode): Promise<void> {
  const client = node.connect();
  const [gone, stays] = [await Seen.of(client.watch().key("c")), await Seen.of(client.watch().key("c"))];
  await client.put("c").value("1");
  await Promise.all([gone.until(1), stays.until(1)]);
  const ended = once(gone.watcher, "end");
  await gone.watcher.cancel();
  await ended;
  await client.put("c").value("2");
  assert.deepEqual(await stays.until(2), ["put c=1", "put c=2"]);
  assert.deepEqual(gone.events, ["put c=1"]);
  await stays.watcher.cancel();
  const again = await Seen.of(client.watch().key("c"));
  await client.put("c").value("3");
  assert.deepEqual(await again.until(1), ["put c=3"]);
  await again.watcher.cancel();
}

async function concurrentWatchers(node: TlsNode): Promise<void> {
  const client = node.connect();
  const keys = Array.from({ length: 50 }, (_, position) => `w/${position}`);
  const watchers = await Promise.all(keys.map((key) => Seen.of(client.watch().key(key))));
  const everything = await Seen.of(client.watch().prefix("w/"));
  for (const round of [1, 2]) await Promise.all(keys.map((key) => client.put(key).value(round).exec()));
  for (const [position, seen] of watchers.entries()) {
    const key = keys[position];
    assert.deepEqual(await seen.until(2), [`put ${key}=1`, `put ${key}=2`]);
  }
  await everything.until(2 * keys.length);
  const inOrder = everything.revisions.toSorted((one, other) => one - other);
  assert.deepEqual(everything.revisions, inOrder);
  assert.equal(new Set(everything.revisions).size, 2 * keys.length);
  await Promise.all([...watchers, everything].map(({ watcher }) => watcher.cancel()));
}

async function transactionEvents(node: TlsNode): Promise<void> {
  const client = node.connect();
  await client.put("t/a").value("old");
  const watcher = await client.watch().prefix("t/").create();
  const message = new Promise<readonly string[]>((resolve) => {
    watcher.on("data", ({ events }) => resolve(events.map(({ type, kv }) => `${type} ${kv.key.toString()}`)));
  });
  await client
    .if("t/a", "Value", "==", "old")
    .then(...[client.delete().key("t/a"), client.put("t/b").value("new"), client.put("t/c").value("new")])
    .commit();
  assert.deepEqual(await message, ["Delete t/a", "Put t/b", "Put t/c"]);
  await watcher.cancel();
}

async function compactedHistory(node: TlsNode): Promise<void> {
  const client = node.connect();
  const first = (await client.put("compacted").value("1")).header.revision;
  const { header } = await client.put("compacted").value("2");
  await client.kv.compact({ revision: header.revision });
  const watcher = client.watch().key("compacted").startRevision(first).watcher();
  const error = await new Promise((resolve) => watcher.once("error", resolve));
  assert.ok(error instanceof EtcdError, String(error));
  assert.match(error.message, /^Watcher canceled: /);
}

async function resumption(node: TlsNode): Promise<void> {
  // Late enough that the package meets the new server and does not give the address up for five seconds.
  const watchBackoff = { duration: 2_000, next: () => watchBackoff } as const;
  const client = node.connect({ faultHandling: { watchBackoff } });
  const lease = client.lease(600, { autoKeepAlive: false });
  await lease.put("resume/leased").value("0");
  const prefix = await Seen.of(client.watch().prefix("resume/"));
  const single = await Seen.of(client.watch().key("resume/a"));
  await client.put("resume/a").value("1");
  await Promise.all([prefix.until(1), single.until(1)]);

  const disconnected = once(prefix.watcher, "disconnected");
  await node.kill();
  await disconnected;
  await node.restart();
  const writer = node.connect();
  assert.deepEqual(await writer.getAll().prefix("resume/").strings(), {
    "resume/a": "1",
    "resume/leased": "0",
  });
  await writer.put("resume/b").value("2");
  await writer.put("resume/a").value("3");
  await writer.delete().key("resume/a");
  const after = ["put resume/b=2", "put resume/a=3", "delete resume/a"];
  assert.deepEqual(await prefix.until(4), ["put resume/a=1", ...after]);
  assert.deepEqual(await single.until(3), ["put resume/a=1", "put resume/a=3", "delete resume/a"]);
  await writer.leaseClient.leaseRevoke({ ID: await lease.grant() });
  assert.deepEqual((await prefix.until(5)).slice(4), ["delete resume/leased"]);
  await prefix.watcher.cancel();
  await single.watcher.cancel();
}

/**
 * The npm package etcd3, as it is, on a node with TLS: keys and values, transactions, namespaces, the calls for operators,
 * and that it knows our errors for what they are.
 */

import assert from "node:assert/strict";
import { TestAuthority } from "@quorate/transport/test-certificates";
import {
  type Etcd3,
  EtcdLeaseInvalidError,
  EtcdRoleNotFoundError,
  EtcdUserNotFoundError,
  GRPCDeadlineExceededError,
  GRPCFailedPreconditionError,
  GRPCInvalidArgumentError,
  GRPCNotFoundError,
  GRPCOutOfRangeError,
  GRPCUnavailableError,
  STMConflictError,
} from "etcd3";
import { Seen, type TlsNode, withNodes } from "./npm-etcd3-node.ts";
import { freePorts } from "./process-cluster.ts";

withNodes("keys, transactions, errors", {
  "a value is read as text, number, JSON or bytes": valuesOfAllKinds,
  "many keys are read by prefix and range, sorted and limited": rangesOfKeys,
  "an old revision is read until it is compacted": oldRevisions,
  "a put gives the previous value, and can touch": previousValues,
  "a delete takes a key, a range or a prefix": deletions,
  "a transaction takes one branch or the other": branches,
  "a software transaction begins anew when others wrote": softwareTransactions,
  "counting in software transactions loses nothing": countingTransactions,
  "a namespace keeps to itself": namespaces,
  "the cluster and the node tell about themselves": operatorCalls,
  "errors have the classes that the package has for them": errorClasses,
  "a client that does not trust the authority, or finds nobody, is told so": unreachable,
});

async function valuesOfAllKinds(node: TlsNode): Promise<void> {
  const client = node.connect();
  const bytes = Buffer.from([0, 255, 128, 10]);
  const { header } = await client.put("kinds/text").value("schön");
  await client.put("kinds/number").value(42.5);
  await client.put("kinds/json").value(JSON.stringify({ a: [1, null] }));
  await client.put("kinds/empty").value("");
  await client.put(Buffer.from([1, 0, 2])).value(bytes);

  assert.equal(await client.get("kinds/text"), "schön");
  assert.equal(await client.get("kinds/text").string("base64"), Buffer.from("schön").toString("base64"));
  assert.equal(await client.get("kinds/number").number(), 42.5);
  assert.deepEqual(await client.get("kinds/json").json(), { a: [1, null] });
  assert.equal(await client.get("kinds/empty").string(), "");
  assert.deepEqual(await client.get(Buffer.from([1, 0, 2])).buffer(), bytes);
  assert.equal(await client.get("kinds/none"), null);
  assert.equal(await client.get("kinds/none").buffer(), null);
  assert.equal(await client.get("kinds/empty").exists(), true);
  assert.equal(await client.get("kinds/none").exists(), false);

  const { kvs, count, more } = await client.get("kinds/text").exec();
  assert.deepEqual([count, more], ["1", false]);
  assert.deepEqual(kvs, [
    {
      key: Buffer.from("kinds/text"),
      value: Buffer.from("schön"),
      create_revision: header.revision,
      mod_revision: header.revision,
      version: "1",
      lease: "0",
    },
  ]);
}

async function rangesOfKeys(node: TlsNode): Promise<void> {
  const client = node.connect();
  for (const [key, value] of [
    ["a", "3"],
    ["c", "1"],
    ["b", "2"],
  ] as const) {
    await client.put(`many/${key}`).value(value);
  }
  await client.put("many/a").value("4");
  const all = () => client.getAll().prefix("many/");

  assert.deepEqual(await all().strings(), { "many/a": "4", "many/b": "2", "many/c": "1" });
  assert.deepEqual(await all().numbers(), { "many/a": 4, "many/b": 2, "many/c": 1 });
  assert.deepEqual(await all().json(), { "many/a": 4, "many/b": 2, "many/c": 1 });
  assert.deepEqual((await all().buffers())["many/b"], Buffer.from("2"));
  assert.deepEqual(
    await all().keyBuffers(),
    ["many/a", "many/b", "many/c"].map((key) => Buffer.from(key)),
  );
  assert.equal(await all().count(), 3);
  assert.equal(await all().serializable(true).count(), 3);
  const inRange = client.getAll().inRange({ start: "many/a", end: "many/c" });
  assert.deepEqual(await inRange.keys(), ["many/a", "many/b"]);

  const orders = [
    ["Key", ["a", "b", "c"]],
    ["Value", ["c", "b", "a"]],
    ["Create", ["a", "c", "b"]],
    ["Mod", ["c", "b", "a"]],
    ["Version", ["b", "c", "a"]],
  ] as const;
  for (const [target, expected] of orders) {
    const found = await all().sort(target, "Ascend").keys();
    // Both have version 1, and nothing says which comes first.
    if (target === "Version") found.splice(0, 2, ...found.slice(0, 2).sort());
    assert.deepEqual(
      found,
      expected.map((key) => `many/${key}`),
      target,
    );
  }
  assert.deepEqual(await all().sort("Value", "Descend").limit(1).keys(), ["many/a"]);
  const { more, count } = await all().limit(2).exec();
  assert.deepEqual([more, count], [true, "3"]);

  const [b] = (await client.get("many/b").exec()).kvs;
  assert.ok(b !== undefined);
  assert.deepEqual(await all().minModRevision(b.mod_revision).keys(), ["many/a", "many/b"]);
  assert.deepEqual(await all().maxModRevision(b.mod_revision).keys(), ["many/b", "many/c"]);
  assert.deepEqual(await all().minCreateRevision(b.mod_revision).keys(), ["many/b"]);
  assert.deepEqual(
    await all()
      .maxCreateRevision(Number(b.mod_revision) - 1)
      .keys(),
    ["many/a", "many/c"],
  );
}

async function oldRevisions(node: TlsNode): Promise<void> {
  const client = node.connect();
  const first = (await client.put("old").value("one")).header.revision;
  const second = (await client.put("old").value("two")).header.revision;
  assert.equal(await client.get("old").revision(first).string(), "one");
  await client.kv.compact({ revision: second, physical: true });
  await assert.rejects(
    client.get("old").revision(first).string(),
    isError(GRPCOutOfRangeError, /required revision has been compacted/),
  );
  await assert.rejects(
    client
      .get("old")
      .revision(Number(second) + 1000)
      .string(),
    isError(GRPCOutOfRangeError, /required revision is a future revision/),
  );
  assert.equal(await client.get("old").revision(second).string(), "two");
}

async function previousValues(node: TlsNode): Promise<void> {
  const client = node.connect();
  await client.put("previous").value("one");
  const previous = await client.put("previous").value("two").getPrevious();
  assert.deepEqual([previous.key.toString(), previous.value.toString()], ["previous", "one"]);
  await client.put("previous").touch();
  const [touched] = (await client.get("previous").exec()).kvs;
  assert.deepEqual([touched?.value.toString(), touched?.version], ["two", "3"]);
  const lease = client.lease(600, { autoKeepAlive: false });
  await lease.put("previous").value("three");
  await client.put("previous").value("four").ignoreLease();
  const [kept] = (await client.get("previous").exec()).kvs;
  assert.deepEqual([kept?.value.toString(), kept?.lease], ["four", await lease.grant()]);
  await lease.revoke();
}

async function deletions(node: TlsNode): Promise<void> {
  const client = node.connect();
  const fill = () =>
    Promise.all(["a", "b", "c", "d"].map((key) => client.put(`gone/${key}`).value(key).exec()));
  const left = async () => (await client.getAll().prefix("gone/").keys()).join();
  await fill();
  assert.equal((await client.delete().key("gone/a")).deleted, "1");
  assert.equal((await client.delete().key("gone/a")).deleted, "0");
  assert.equal(await left(), "gone/b,gone/c,gone/d");
  const taken = await client.delete().inRange({ start: "gone/b", end: "gone/d" }).getPrevious();
  assert.deepEqual(
    taken.map(({ value }) => value.toString()),
    ["b", "c"],
  );
  assert.equal(await left(), "gone/d");
  await fill();
  assert.equal((await client.delete().prefix("gone/")).deleted, "4");
  assert.equal(await left(), "");
}

async function branches(node: TlsNode): Promise<void> {
  const client = node.connect();
  const { header } = await client.put("txn").value("one");
  const taken = await client
    .if("txn", "Value", "==", "one")
    .and("txn", "Version", "==", 1)
    .and("txn", "Create", "<", Number(header.revision) + 1)
    .and("txn", "Mod", ">", Number(header.revision) - 1)
    .and("txn", "Lease", "==", 0)
    .and("txn", "Value", "!=", "zero")
    .and("txn/none", "Create", "==", 0)
    .then(...[client.get("txn"), client.put("txn").value("two"), client.put("txn/other").value("x")])
    .else(client.delete().key("txn"))
    .commit();
  assert.equal(taken.succeeded, true);
  assert.deepEqual(
    taken.responses.map((response) => "response_range" in response),
    [true, false, false],
  );
  assert.equal(taken.responses[0]?.response_range.kvs[0]?.value.toString(), "one");
  const keys = (await client.getAll().prefix("txn").exec()).kvs;
  assert.deepEqual(
    keys.map(({ mod_revision: revision }) => revision),
    [taken.header.revision, taken.header.revision],
    "both writes are one revision",
  );

  const other = await client
    .if("txn", "Value", "==", "one")
    .then(client.put("txn").value("three"))
    .else(client.delete().prefix("txn"), client.get("txn"))
    .commit();
  assert.equal(other.succeeded, false);
  assert.equal(other.responses[0]?.response_delete_range.deleted, "2");
  assert.deepEqual(other.responses[1]?.response_range.kvs, [], "a transaction sees its own writes");
}

async function softwareTransactions(node: TlsNode): Promise<void> {
  const client = node.connect();
  await client.put("stm/a").value("1");
  let tries = 0;
  const result = await client.stm().transact(async (tx) => {
    tries += 1;
    const value = Number(await tx.get("stm/a"));
    if (tries === 1) await client.put("stm/a").value("10");
    await tx.put("stm/a").value(value + 1);
    await tx.put("stm/b").value("new");
    await tx.delete().key("stm/none");
    assert.equal(await tx.get("stm/a"), String(value + 1), "it reads what it wrote");
    return value;
  });
  assert.deepEqual([tries, result], [2, 10]);
  assert.deepEqual(await client.getAll().prefix("stm/").strings(), { "stm/a": "11", "stm/b": "new" });
  const conflict = client.stm({ retries: 0 }).transact(async (tx) => {
    await tx.get("stm/a");
    await client.put("stm/a").value("12");
    await tx.put("stm/a").value("13");
  });
  await assert.rejects(conflict, STMConflictError);
  assert.equal(await client.get("stm/a"), "12");
}

async function countingTransactions(node: TlsNode): Promise<void> {
  const [one, other] = [node.connect(), node.connect()];
  // SerializableSnapshot, Serializable, RepeatableReads: those that promise it.
  for (const level of [0, 1, 2]) {
    const key = `count/${level}`;
    await one.put(key).value(0);
    const options = { isolation: level, retries: 1000 };
    const add = (client: Etcd3) =>
      client.stm(options).transact(async (tx) => {
        await tx.put(key).value(Number(await tx.get(key)) + 1);
      });
    await Promise.all([one, other, one, other, one, other].map(add));
    assert.equal(await one.get(key).number(), 6);
  }
}

async function namespaces(node: TlsNode): Promise<void> {
  const client = node.connect();
  const inner = client.namespace("outer/").namespace("inner/");
  const seen = await Seen.of(inner.watch().prefix(""));
  await client.put("outer/x").value("outside");
  await inner.put("x").value("inside");
  const lease = inner.lease(600, { autoKeepAlive: false });
  await lease.put("leased").value("y");
  await inner.if("x", "Value", "==", "inside").then(inner.put("x").value("changed")).commit();
  assert.deepEqual(await seen.until(3), ["put x=inside", "put leased=y", "put x=changed"]);
  assert.deepEqual(await inner.getAll().strings(), { x: "changed", leased: "y" });
  assert.equal(await client.get("outer/inner/x"), "changed");
  await inner.delete().all();
  await lease.revoke();
  await seen.watcher.cancel();
  assert.deepEqual(await client.getAll().prefix("outer/").strings(), { "outer/x": "outside" });
}

async function operatorCalls(node: TlsNode): Promise<void> {
  const client = node.connect();
  const { members, header } = await client.cluster.memberList({});
  assert.deepEqual(
    members.map((member) => [member.name, member.clientURLs, member.isLearner]),
    [[node.name, [node.url], false]],
  );
  assert.equal(members[0]?.ID, header.member_id);
  const status = await client.maintenance.status();
  assert.equal(status.leader, header.member_id);
  assert.match(status.version, /^3\.\d+\.\d+/);
  assert.ok(Number(status.dbSize) > 0 && Number(status.raftIndex) > 0 && Number(status.raftTerm) > 0);
  assert.equal(status.raftIndex, status.raftAppliedIndex);
  assert.deepEqual(status.errors, []);
  assert.deepEqual((await client.maintenance.alarm({ action: "Get" })).alarms, []);
  await client.maintenance.defragment();

  // Not hashKV: the package looks for it under a name that its own gRPC client does not give it.
  const { hash } = await client.maintenance.hash();
  assert.ok(Number(hash) > 0);

  const snapshot = await client.maintenance.snapshot();
  const bytes = await new Promise<number>((resolve, reject) => {
    let total = 0;
    snapshot.on("data", ({ blob }) => (total += blob.length));
    snapshot.on("error", reject);
    snapshot.on("end", () => resolve(total));
  });
  assert.ok(bytes > 0);
}

async function errorClasses(node: TlsNode): Promise<void> {
  const client = node.connect();
  const put = (key: string) => client.put(key).value("x");
  const lease = client.leaseClient;
  const { ID } = await lease.leaseGrant({ TTL: 600 });
  const twice = client.if("e", "Create", "==", 0).then(put("e"), put("e"));
  const tooLarge = Buffer.alloc(1_700_000);
  const refusals: readonly (readonly [() => Promise<unknown>, ErrorClass, RegExp])[] = [
    [() => put("e").lease("123456789").exec(), EtcdLeaseInvalidError, /requested lease not found/],
    [() => lease.leaseRevoke({ ID: "123456789" }), EtcdLeaseInvalidError, /lease not found/],
    [() => lease.leaseGrant({ ID, TTL: 600 }), GRPCFailedPreconditionError, /lease already exists/],
    [() => put("").exec(), GRPCInvalidArgumentError, /key is not provided/],
    [() => twice.commit(), GRPCInvalidArgumentError, /duplicate key given in txn request/],
    [() => client.put("e").value(tooLarge).exec(), GRPCInvalidArgumentError, /request is too large/],
    [() => client.put("e/none").touch(), GRPCInvalidArgumentError, /key not found/],
    [() => client.cluster.memberRemove({ ID: "1" }), GRPCNotFoundError, /member not found/],
    [() => client.role("none").delete(), EtcdRoleNotFoundError, /role name not found/],
    [() => client.user("none").delete(), EtcdUserNotFoundError, /user name not found/],
    [() => client.auth.authEnable(), GRPCFailedPreconditionError, /root user does not exist/],
  ];
  for (const [call, kind, message] of refusals) await assert.rejects(call, isError(kind, message));
  await lease.leaseRevoke({ ID });
  assert.deepEqual([await client.getUsers(), await client.getRoles()], [[], []]);
  const late = node.connect().get("e").options({ deadline: 1 });
  await assert.rejects(late.string(), GRPCDeadlineExceededError);
}

async function unreachable(node: TlsNode): Promise<void> {
  const [port] = await freePorts(1);
  const nobody = node.connect({ hosts: `https://127.0.0.1:${port}` });
  await assert.rejects(nobody.get("x").string(), GRPCUnavailableError);
  const rootCertificate = Buffer.from(new TestAuthority("somebody else").cert);
  const stranger = node.connect({ credentials: { rootCertificate } });
  await assert.rejects(stranger.get("x").string(), GRPCUnavailableError);
}

type ErrorClass = abstract new (...parameters: never[]) => Error;

/** For `assert.rejects`: an error of just this class with such a message. */
function isError(kind: ErrorClass, message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof kind, `${String(error)} is no ${kind.name}`);
    assert.match(error.message, message);
    return true;
  };
}

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import {
  decode,
  encode,
  kvService,
  leaseService,
  type Method,
  maintenanceService,
  watchService,
} from "@quorate/etcd-api";
import { Etcd3 } from "etcd3";
import type { Server } from "../src/start-server.ts";
import { closeLater } from "./front-fixture.ts";
import { singleSettings, startTestServer } from "./front-server-fixture.ts";

const { put, range } = kvService.methods;
const bytes = (text: string): Buffer => Buffer.from(text);
let server: Server;
let address = "";

before(async () => {
  server = await startTestServer(await singleSettings());
  address = new URL(server.urls[0] as string).host;
});

function codecs<Request extends object, Response extends object>(method: Method<Request, Response>) {
  return {
    serialize: (message: Request) => Buffer.from(encode(method.request, message)),
    deserialize: (received: Buffer) => decode(method.response, received),
  };
}

/** A unary call by grpc-js; its answer, or the error. */
function unary<Request extends object, Response extends object>(
  client: Client,
  method: Method<Request, Response>,
  fields: Partial<Request>,
  deadlineMs = 10_000,
): Promise<Response | ServiceError> {
  const { serialize, deserialize } = codecs(method);
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      method.path,
      serialize,
      deserialize,
      method.request.create(fields),
      new Metadata(),
      { deadline: Date.now() + deadlineMs },
      (error, response) => resolve(error ?? (response as Response)),
    );
  });
}

describe("@grpc/grpc-js", () => {
  const connectClient = (): Client => {
    const client = new Client(address, credentials.createInsecure());
    closeLater(() => client.close());
    return client;
  };

  test("puts, gets, and is told errors with their codes", async () => {
    const client = connectClient();
    const value = Buffer.alloc(1_000_000, 3);
    const stored = await unary(client, put, { key: bytes("big"), value });
    assert.ok(!(stored instanceof Error));
    const got = await unary(client, range, { key: bytes("big") });
    assert.ok(!(got instanceof Error) && Buffer.from(got.kvs[0]?.value ?? []).equals(value));
    const failed = (await unary(client, range, {})) as ServiceError;
    assert.equal(failed.code, status.INVALID_ARGUMENT);
    assert.equal(failed.details, "etcdserver: key is not provided");
    const large = (await unary(client, put, {
      key: bytes("k"),
      value: Buffer.alloc(3_000_000),
    })) as ServiceError;
    assert.equal(large.code, status.RESOURCE_EXHAUSTED);
    assert.match(large.details, /received message larger than max \(30000\d\d vs\. 2097152\)/);
  });

  test("reads a stream, and talks both ways", async () => {
    const client = connectClient();
    const { serialize, deserialize } = codecs(maintenanceService.methods.snapshot);
    const stream = client.makeServerStreamRequest(
      maintenanceService.methods.snapshot.path,
      serialize,
      deserialize,
      {},
    );
    const chunks: unknown[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    assert.ok(chunks.length >= 2);

    const { leaseKeepAlive } = leaseService.methods;
    const alive = codecs(leaseKeepAlive);
    const duplex = client.makeBidiStreamRequest(leaseKeepAlive.path, alive.serialize, alive.deserialize);
    duplex.write({ id: 123n });
    const [first] = await new Promise<unknown[]>((resolve) => duplex.once("data", (...got) => resolve(got)));
    assert.equal((first as { id: bigint }).id, 123n);
    duplex.end();
    await new Promise((resolve) => duplex.on("end", resolve));
  });

  test("cancels a watch", async () => {
    const client = connectClient();
    const { watch } = watchService.methods;
    const { serialize, deserialize } = codecs(watch);
    const duplex = client.makeBidiStreamRequest(watch.path, serialize, deserialize);
    const ended = new Promise<ServiceError>((resolve) => duplex.on("error", resolve));
    duplex.cancel();
    assert.equal((await ended).code, status.CANCELLED);
  });
});

describe("the npm etcd3 client", () => {
  const connectClient = (): Etcd3 => {
    const client = new Etcd3({ hosts: server.urls[0] as string });
    closeLater(() => client.close());
    return client;
  };

  test("puts, gets, deletes, and makes transactions", async () => {
    const client = connectClient();
    await client.put("e3/a").value("1");
    await client.put("e3/b").value("2");
    assert.deepEqual(await client.getAll().prefix("e3/").strings(), { "e3/a": "1", "e3/b": "2" });
    const { succeeded } = await client
      .if("e3/a", "Value", "==", "1")
      .then(client.put("e3/a").value("3"))
      .else(client.get("e3/b"))
      .commit();
    assert.equal(succeeded, true);
    assert.equal(await client.get("e3/a").string(), "3");
    await client.delete().prefix("e3/");
    assert.equal(await client.get("e3/a").string(), null);
  });

  test("watches", async () => {
    const client = connectClient();
    const watcher = await client.watch().prefix("w3/").create();
    const seen = new Promise<string>((resolve) =>
      watcher.on("put", ({ value }) => resolve(value.toString())),
    );
    await client.put("w3/x").value("seen");
    assert.equal(await seen, "seen");
    await watcher.cancel();
  });

  test("holds leases and locks", async () => {
    const client = connectClient();
    const lease = client.lease(30);
    await lease.put("l3/x").value("leased");
    assert.equal((await client.get("l3/x").exec()).kvs[0]?.lease, await lease.grant());
    await lease.revoke();
    assert.equal(await client.get("l3/x").string(), null);
    assert.equal(await client.lock("job").do(() => "done"), "done");
  });
});

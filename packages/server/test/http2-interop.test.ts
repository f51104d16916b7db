import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { type ClientDuplexStream, credentials, Metadata, makeGenericClientConstructor } from "@grpc/grpc-js";
import {
  clusterService,
  decode,
  encode,
  kvService,
  leaseService,
  Member,
  MemberListResponse,
  type Method,
  maintenanceService,
  PutResponse,
  RangeResponse,
  ResponseHeader,
  SnapshotResponse,
  StatusResponse,
} from "@quorate/etcd-api";
import { RpcCode, RpcError } from "../src/rpc/rpc-error.ts";
import { frameOf } from "./front-client.ts";
import { closeLater, serve } from "./front-fixture.ts";
import { toyRouter } from "./front-toy.ts";

const run = promisify(execFile);
const { range, put } = kvService.methods;
const { snapshot } = maintenanceService.methods;
const { leaseKeepAlive } = leaseService.methods;

function missing(command: string): string | false {
  const isThere = spawnSync("sh", ["-c", `command -v ${command}`]).status === 0;
  return isThere ? false : `${command} is not installed`;
}

function grpcClient(url: string) {
  const Client = makeGenericClientConstructor({}, "test");
  const client = new Client(url.replace("http://", ""), credentials.createInsecure());
  closeLater(() => client.close());
  const to = <Request extends object>(method: Method<Request>) => {
    return (fields: Partial<Request>): Buffer =>
      Buffer.from(encode(method.request, method.request.create(fields)));
  };
  const from = <Response extends object>(method: Method<never, Response> | Method<object, Response>) => {
    return (bytes: Buffer): Response => decode(method.response, bytes);
  };
  const unary = <Request extends object>(method: Method<Request>, fields: Partial<Request>) => {
    return new Promise<object>((resolve, reject) => {
      client.makeUnaryRequest(
        method.path,
        to(method),
        from(method as unknown as Method),
        fields,
        (error, value) => {
          if (error === null && value !== undefined) resolve(value);
          else reject(error ?? new Error("nothing"));
        },
      );
    });
  };
  return { client, to, from, unary };
}

describe("@grpc/grpc-js", () => {
  test("makes unary calls, many at a time, small and large", async () => {
    const { url } = await serve({
      put: (request) =>
        PutResponse.create({ prevKv: { ...kv, value: (request as { value: Uint8Array }).value } }),
    });
    const { unary } = grpcClient(url);
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, limit) => unary(range, { limit: limit + 1 })),
    );
    assert.deepEqual(
      answers.map((answer) => (answer as RangeResponse).count),
      Array.from({ length: 500 }, (_, at) => at + 1),
    );
    const value = new Uint8Array(1_500_000).map((_, at) => at % 251);
    const large = (await unary(put, { key: new Uint8Array(1), value })) as PutResponse;
    assert.deepEqual(Buffer.from(large.prevKv?.value ?? []), Buffer.from(value));
  });

  test("reads streams and speaks on both sides", async () => {
    const { url } = await serve();
    const { client, to, from } = grpcClient(url);
    const chunks: object[] = [];
    const stream = client.makeServerStreamRequest(
      snapshot.path,
      to(snapshot),
      from(snapshot),
      {},
      new Metadata(),
    );
    for await (const chunk of stream) chunks.push(chunk as object);
    assert.equal(chunks.length, 10);
    const duplex = client.makeBidiStreamRequest(
      leaseKeepAlive.path,
      to(leaseKeepAlive),
      from(leaseKeepAlive),
      new Metadata(),
    ) as ClientDuplexStream<object, { id: bigint }>;
    for (const id of [1n, 2n, 3n]) {
      duplex.write({ id });
      const [answer] = (await once(duplex, "data")) as [{ id: bigint }];
      assert.equal(answer.id, id);
    }
    const status = once(duplex, "status");
    duplex.end();
    assert.equal(((await status) as [{ code: number }])[0].code, 0);
  });

  test("gets errors with their texts, before and after messages", async () => {
    const { url } = await serve({
      range: () => Promise.reject(new RpcError(RpcCode.outOfRange, "beyond – ünï")),
      snapshot: async (_request, _context, sink) => {
        sink.write(SnapshotResponse.create({ remainingBytes: 1 }));
        throw new RpcError(RpcCode.dataLoss, "torn");
      },
    });
    const { client, to, from, unary } = grpcClient(url);
    await assert.rejects(unary(range, {}), { code: 11, details: "beyond – ünï" });
    const stream = client.makeServerStreamRequest(
      snapshot.path,
      to(snapshot),
      from(snapshot),
      {},
      new Metadata(),
    );
    const chunks: object[] = [];
    await assert.rejects(
      async () => {
        for await (const chunk of stream) chunks.push(chunk as object);
      },
      { code: 15, details: "torn" },
    );
    assert.equal(chunks.length, 1);
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

test("h2load's requests all succeed", { skip: missing("h2load") }, async () => {
  const { url } = await serve({ range: async () => RangeResponse.create({ count: 1 }) });
  const directory = mkdtempSync(join(tmpdir(), "quorate-h2load-"));
  try {
    const file = join(directory, "body");
    writeFileSync(file, frameOf(new Uint8Array(0)));
    const load = ["-n", "5000", "-c", "10", "-m", "20", "-t", "1", "-d", file];
    const { stdout } = await run("h2load", [
      ...load,
      "-H",
      "content-type: application/grpc",
      url + range.path,
    ]);
    assert.match(stdout, /5000 succeeded, 0 failed, 0 errored/);
    assert.match(stdout, /5000 2xx/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("etcdctl finds the members of a cluster and dials their URLs", {
  skip: missing("etcdctl"),
}, async () => {
  const router = toyRouter();
  const urls: string[] = [];
  router.unary(clusterService.methods.memberList, () =>
    MemberListResponse.create({ members: [Member.create({ id: 7n, name: "one", clientURLs: urls })] }),
  );
  // It dials such a URL, and sends it whole as `:authority`.
  router.unary(maintenanceService.methods.status, () =>
    StatusResponse.create({ header: ResponseHeader.create({ memberId: 7n }), version: "3.5.0", leader: 7n }),
  );
  const { url } = await serve({}, { router });
  urls.push(url);
  const { stdout } = await run("etcdctl", ["--endpoints", url, "endpoint", "status", "--cluster"], {
    env: { ...process.env, ETCDCTL_API: "3" },
  });
  assert.ok(stdout.startsWith(`${url}, `) && stdout.includes("3.5.0"), stdout);
});

/**
 * Every bad input is answered as etcd answers it, and the server goes on. The table on the right is what etcd 3.4 says; when
 * it is installed the test asks it again.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { connect, type TlsOptions } from "@quorate/client";
import { TestAuthority } from "@quorate/transport/test-certificates";
import { findLeader } from "../../bench/leader.ts";
import { badInputs } from "./bad-inputs.ts";
import { entry, freePorts, isInstalled, ProcessCluster } from "./process-cluster.ts";

/** The answers of both, but for the differences below. */
const answers: Readonly<Record<string, string>> = {
  "put without a key": "3 etcdserver: key is not provided",
  "put of a value beyond the request limit": "3 etcdserver: request is too large",
  "put of a key beyond the message limit": "8 grpc: received message larger than max (3000005 vs. 2097152)",
  "put that keeps a value that is not there": "3 etcdserver: key not found",
  "put with an unknown lease": "5 etcdserver: requested lease not found",
  "transaction of 129 operations": "3 etcdserver: too many operations in txn request",
  "transaction that puts a key twice": "3 etcdserver: duplicate key given in txn request",
  "transaction with an empty operation": "3 etcdserver: key not found",
  "range without a key": "3 etcdserver: key is not provided",
  "range with a negative limit": "OK",
  "range at a negative revision": "OK",
  "range at a future revision": "11 etcdserver: mvcc: required revision is a future revision",
  "compaction of the future": "11 etcdserver: mvcc: required revision is a future revision",
  "compaction of a negative revision": "11 etcdserver: mvcc: required revision has been compacted",
  "lease for three hundred years": "11 etcdserver: too large lease TTL",
  "lease twice with the same ID": "OK, then 9 etcdserver: lease already exists",
  "revoke an unknown lease": "5 etcdserver: requested lease not found",
  "remove an unknown member": "5 etcdserver: member not found",
  "promote an unknown member": "5 etcdserver: member not found",
  "update an unknown member": "5 etcdserver: member not found",
  "add a member with a bad URL": "3 etcdserver: given member URLs are invalid",
  "add a member without a URL": "3 etcdserver: given member URLs are invalid",
  "move the leadership to nobody": "9 etcdserver: bad leader transferee",
  "hash of a future revision": "11 etcdserver: mvcc: required revision is a future revision",
  "two watches with one ID":
    'id 5 created true canceled false at 0 ""; id -1 created true canceled true at 0 "mvcc: duplicate watch ID provided on the WatchStream"',
  "watch of an empty range": 'id -1 created true canceled true at 0 "mvcc: watcher range is empty"',
  "bytes that are no message": "13 grpc",
  "unknown method": "12 unknown method Nothing for service etcdserverpb.KV",
  "unknown service": "12 unknown service nobody.Here",
  "garbage instead of a preface": "closed",
  "HTTP/2 frame of an impossible length": "closed",
  "HTTP/2 headers that are no HPACK": "closed",
  "gateway: body that is no JSON": "400",
  "gateway: unknown path": "404",
  "gateway: put without a key": "400 etcdserver: key is not provided",
  "health by the wrong method": "405",
};

/** Where later releases of etcd answer otherwise than 3.4, or we refuse what it passes over. */
const differences: Readonly<Record<string, { readonly etcd: string; readonly quorate: string }>> = {
  "range in an unknown order": { etcd: "OK", quorate: "3 etcdserver: invalid sort option" },
  // etcd 3.4 writes the alarm down and panics on some of them.
  "alarm of an unknown kind": {
    etcd: "OK",
    quorate: "3 etcdserver: a field of the request has a value that is not defined",
  },
  "watch from a negative revision": {
    etcd: 'id 0 created true canceled false at 0 ""',
    quorate: 'id -1 created true canceled true at 0 "etcdserver: mvcc: required revision has been compacted"',
  },
  // A connection error by RFC 9113 §5.1; Go's library lets it pass.
  "HTTP/2 data for a stream that was never opened": { etcd: "left open", quorate: "closed" },
};

const flags = ["--heartbeat-interval", "100", "--election-timeout", "1000"];

for (const kind of ["etcd", "quorate"] as const) {
  const skip =
    kind === "quorate" || isInstalled("etcd") ? false : "etcd is not installed (Debian's etcd-server)";
  describe(`bad inputs to ${kind}`, { skip, timeout: 120_000 }, () => {
    let cluster: ProcessCluster;
    let leader = "";
    before(async () => {
      cluster = await ProcessCluster.start(kind, { flags });
      ({ leader } = await findLeader(cluster));
    });
    after(() => cluster.stop());
    for (const { title, send } of badInputs) {
      test(title, async () => {
        assert.equal(await send(leader), differences[title]?.[kind] ?? answers[title]);
      });
    }
    test("and after all that, every member runs and answers", async () => {
      for (const { name, clientUrl, child } of cluster.members) {
        assert.ok(child !== null, `${name} ended`);
        await using client = await connect({ endpoints: [clientUrl] });
        await client.put("after", "all");
        assert.equal((await client.get("after"))?.text(), "all");
      }
    });
  });
}

describe("bad inputs to quorate's quota, certificates and cluster", { timeout: 120_000 }, () => {
  test("a full quota refuses writes, lets deletes and reads pass, and is disarmed", async () => {
    const cluster = await ProcessCluster.start("quorate", {
      members: 1,
      flags: ["--quota-backend-bytes", "2000000"],
    });
    try {
      await using client = await connect({ endpoints: cluster.members.map(({ clientUrl }) => clientUrl) });
      const fill = async (): Promise<void> => {
        for (let count = 0; count < 200; count++) await client.put(`full/${count}`, "x".repeat(50_000));
      };
      await assert.rejects(fill(), /mvcc: database space exceeded/);
      await assert.rejects(client.put("small", "x"), /mvcc: database space exceeded/);
      assert.equal((await client.maintenance.alarms()).length, 1);
      assert.ok((await client.get("full/0")) !== null);
      const { revision } = await client.delete({ prefix: "full/" });
      await client.compact(revision, { physical: true });
      await client.maintenance.disarm();
      await client.put("small", "x");
      assert.equal((await client.get("small"))?.text(), "x");
    } finally {
      await cluster.stop();
    }
  });

  test("bad certificates are refused, good ones are served", async () => {
    const directory = mkdtempSync(join(tmpdir(), "quorate-tls-"));
    const authority = new TestAuthority("quorate test");
    const stranger = new TestAuthority("stranger");
    const issue = (from: TestAuthority, name: string): { cert: string; key: string } =>
      from.issue({ commonName: name, addresses: ["127.0.0.1"] });
    const server = issue(authority, "server");
    const file = (name: string, content: string): string => {
      writeFileSync(join(directory, name), content);
      return join(directory, name);
    };
    const cluster = await ProcessCluster.start("quorate", {
      members: 1,
      clientScheme: "https",
      flags: [
        ...["--cert-file", file("server.pem", server.cert), "--key-file", file("server.key", server.key)],
        ...["--trusted-ca-file", file("ca.pem", authority.cert), "--client-cert-auth"],
      ],
    });
    try {
      const endpoints = cluster.members.map(({ clientUrl }) => clientUrl);
      const tryWith = async (tls: TlsOptions): Promise<string> => {
        try {
          await using client = await connect({ endpoints, tls, dialTimeoutMs: 2000, requestTimeoutMs: 2000 });
          await client.put("tls", "works");
          return (await client.get("tls"))?.text() ?? "nothing";
        } catch {
          return "refused";
        }
      };
      const good = issue(authority, "client");
      const bad = issue(stranger, "client");
      assert.equal(await tryWith({ ca: authority.cert, certificate: good.cert, key: good.key }), "works");
      assert.equal(await tryWith({ ca: authority.cert }), "refused");
      assert.equal(await tryWith({ ca: authority.cert, certificate: bad.cert, key: bad.key }), "refused");
      assert.equal(await tryWith({ ca: stranger.cert, certificate: good.cert, key: good.key }), "refused");
    } finally {
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });

  test("a member of another cluster is refused with the reason", async () => {
    const cluster = await ProcessCluster.start("quorate", { members: 1 });
    const [clientPort, peerPort] = await freePorts(2);
    const [known] = cluster.members;
    const dataDir = mkdtempSync(join(tmpdir(), "quorate-other-"));
    const child = spawn(
      process.execPath,
      [
        ...[entry, "serve", "--name", "other", "--data-dir", dataDir],
        ...["--listen-client-urls", `http://127.0.0.1:${clientPort}`],
        ...["--advertise-client-urls", `http://127.0.0.1:${clientPort}`],
        ...["--listen-peer-urls", `http://127.0.0.1:${peerPort}`],
        ...["--initial-advertise-peer-urls", `http://127.0.0.1:${peerPort}`],
        ...["--initial-cluster", `m1=${known?.peerUrl},other=http://127.0.0.1:${peerPort}`],
        ...["--initial-cluster-state", "existing", "--initial-cluster-token", "another cluster"],
      ],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    let output = "";
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    try {
      const [code] = (await once(child, "exit")) as [number | null];
      assert.equal(code, 1, output);
      assert.match(output, /token|cluster/i);
    } finally {
      child.kill("SIGKILL");
      await cluster.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

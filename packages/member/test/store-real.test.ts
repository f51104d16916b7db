/** A store member on a real disk: LMDB, the log, and what a restart finds. */

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { putRequest, rangeRequest } from "@quorate/store";
import type { StoreMember } from "../src/store-member/assemble-store-member.ts";
import { startStoreMember } from "../src/store-member/node.ts";
import { bytesOf, responseOf, textOf } from "./virtual-store.ts";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

test("a store member comes back with its keys, leases and revision", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "quorate-store-member-"));
  const start = async (): Promise<StoreMember> =>
    startStoreMember({ name: "a", dataDir, peers: { a: `127.0.0.1:${await freePort()}` } });
  let member = await start();
  try {
    const granted = responseOf(await member.grantLease(0n, 60));
    assert.equal(granted.kind, "lease-grant");
    const lease = granted.kind === "lease-grant" ? granted.id : 0n;
    for (let count = 0; count < 20; count++) {
      responseOf(
        await member.execute(putRequest({ key: bytesOf(`key ${count}`), value: bytesOf("old"), lease })),
      );
    }
    responseOf(await member.compact(10, true));
    const hash = await member.hashKv(0);
    await member.stop();
    assert.ok(existsSync(join(dataDir, "state", "data.mdb")) && existsSync(join(dataDir, "log")));
    member = await start();
    assert.deepEqual(await member.hashKv(0), hash);
    const read = await member.range(rangeRequest({ key: bytesOf("key 7") }), "linearizable");
    assert.ok(read.ok && read.response.revision === 21);
    assert.equal(textOf(read.response.kvs[0]?.value ?? bytesOf("")), "old");
    const kept = await member.keepLeaseAlive(lease);
    assert.equal(kept.ttlSeconds, 60);
    await member.defragment();
    const { dbSizeBytes, dbInUseBytes, leases, isLeader } = member.status();
    assert.ok(dbSizeBytes >= dbInUseBytes && dbInUseBytes > 0);
    assert.ok(leases === 1 && isLeader);
  } finally {
    await member.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

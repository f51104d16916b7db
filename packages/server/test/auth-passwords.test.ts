/**
 * The thread that passwords are hashed on.
 */

import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { passwordJobsMax, WorkerThread } from "../src/auth/password-desk.ts";
import { runPasswordJob } from "../src/auth/password-job.ts";

const cost = 4;

describe("passwords", () => {
  const thread = new WorkerThread(cost);
  after(() => thread.close());

  it("are hashed with the cost that was asked for, and never twice alike", async () => {
    const job = { kind: "hash", password: "pw", cost } as const;
    const [one, other] = await Promise.all([thread.run(job), thread.run(job)]);
    assert.match(String(one), /^\$2b\$04\$.{53}$/);
    assert.notEqual(one, other);
  });

  it("are compared, with etcd's hashes too", async () => {
    const hash = String(await thread.run({ kind: "hash", password: "größe", cost }));
    for (const [password, stored, isRight] of [
      ["größe", hash, true],
      ["große", hash, false],
      ["", hash, false],
      ["größe", null, false],
      // Made by another implementation, with its prefix.
      ["U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", true],
      ["U*V", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", false],
    ] as const)
      assert.equal(await thread.run({ kind: "verify", password, hash: stored, cost }), isRight, password);
  });

  it("of 73 bytes are never right, though bcrypt would not see the last", () => {
    const hash = String(runPasswordJob({ kind: "hash", password: "x".repeat(72), cost }));
    const verify = (password: string) => runPasswordJob({ kind: "verify", password, hash, cost });
    assert.deepEqual([verify("x".repeat(72)), verify("x".repeat(73))], [true, false]);
  });

  it("beyond the bound are refused at once", async () => {
    const job = { kind: "verify", password: "x", hash: null, cost } as const;
    const asked = Array.from({ length: passwordJobsMax + 1 }, () => thread.run(job).catch(String));
    const told = await Promise.all(asked);
    assert.equal(told.filter((each) => each === false).length, passwordJobsMax);
    assert.match(String(told.at(-1)), /too many requests/);
  });

  it("that cannot be hashed fail alone", async () => {
    const broken = { kind: "verify", password: 1 as unknown as string, hash: "$2b$04$x", cost } as const;
    await assert.rejects(thread.run(broken));
    assert.equal(await thread.run({ kind: "verify", password: "x", hash: null, cost }), false);
  });

  it("are refused when the thread is closed, also those that wait", async () => {
    const another = new WorkerThread(cost);
    const job = { kind: "verify", password: "x", hash: null, cost } as const;
    const waiting = another.run(job).catch(String);
    another.close();
    assert.match(String(await waiting), /server stopped/);
    await assert.rejects(another.run(job), { message: "etcdserver: server stopped" });
  });
});

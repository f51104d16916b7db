import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openPlan, type PlanRequest, portsFrom } from "../src/cluster/cluster-plan.ts";
import { CommandError } from "../src/command-error.ts";
import { scratch } from "./serve-process.ts";

const request = (dataDir: string, more: Partial<PlanRequest> = {}): PlanRequest => ({
  dataDir,
  members: null,
  basePort: null,
  ...more,
});

async function refusal(wanted: PlanRequest): Promise<string> {
  try {
    await openPlan(wanted);
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
  throw new Error("it was not refused");
}

async function occupy(context: TestContext): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  context.after(() => server.close());
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

test("ports are those of etcd's Procfile, or pairs from another base", () => {
  assert.deepEqual(portsFrom(2379, 3), [
    [2379, 2380],
    [22379, 22380],
    [32379, 32380],
  ]);
  assert.deepEqual(portsFrom(2379, 6).at(-1), [62379, 62380]);
  assert.deepEqual(portsFrom(7000, 3), [
    [7000, 7001],
    [7002, 7003],
    [7004, 7005],
  ]);
  for (const [base, members] of [
    [2379, 9],
    [65517, 9],
  ] as const)
    assert.ok(
      portsFrom(base, members)
        .flat()
        .every((port) => port <= 65535),
    );
});

test("a plan is made once, and comes back", async (context) => {
  const dir = join(scratch(context), "data");
  const plan = await openPlan(request(dir, { basePort: 0, members: 5 }));
  assert.deepEqual(
    plan.members.map(({ name }) => name),
    ["m1", "m2", "m3", "m4", "m5"],
  );
  assert.equal(new Set(plan.members.flatMap(({ clientPort, peerPort }) => [clientPort, peerPort])).size, 10);
  assert.match(plan.token, /^local-[0-9a-f]{12}$/);
  for (const again of [{}, { members: 5 }, { basePort: 0 }, { basePort: plan.members[0]?.clientPort ?? 0 }]) {
    const { token, members } = await openPlan(request(dir, again));
    assert.deepEqual({ token, members }, plan);
  }
});

test("what contradicts a plan is refused", async (context) => {
  const dir = join(scratch(context), "data");
  const plan = await openPlan(request(dir, { basePort: 0 }));
  assert.equal(
    await refusal(request(dir, { members: 5 })),
    `--members 5: ${dir} holds a cluster of 3; leave --members out, choose another --data-dir, or remove the directory`,
  );
  assert.equal(
    await refusal(request(dir, { basePort: 7000 })),
    `--base-port 7000: the cluster in ${dir} has ports from ${plan.members[0]?.clientPort}, which its members know each other by; leave --base-port out, or choose another --data-dir`,
  );
});

test("ports in use are named, with what to do", async (context) => {
  const taken = await occupy(context);
  const dir = join(scratch(context), "data");
  assert.equal(
    await refusal(request(dir, { basePort: taken, members: 1 })),
    `port ${taken} is in use, perhaps by an etcd or another local cluster: stop what uses them, or let free ones be chosen with --base-port 0`,
  );
  const plan = await openPlan(request(dir, { basePort: 0 }));
  const file = join(dir, "cluster.json");
  const moved = readFileSync(file, "utf8").replace(String(plan.members[1]?.peerPort), String(taken));
  writeFileSync(file, moved);
  assert.equal(
    await refusal(request(dir)),
    `port ${taken} is in use, perhaps by an etcd or another local cluster: the cluster in ${dir} is bound to them; stop what uses them, or give another --data-dir`,
  );
});

test("a directory that holds something else is left alone", async (context) => {
  const dir = scratch(context);
  writeFileSync(join(dir, "letter.txt"), "dear");
  assert.equal(
    await refusal(request(dir)),
    `${dir} is not empty and holds no local cluster; choose another --data-dir`,
  );
  for (const text of [
    "{}",
    '{"version":2}',
    '{"version":1,"token":"a","members":[{"name":"../x","clientPort":1,"peerPort":2}]}',
  ]) {
    writeFileSync(join(dir, "cluster.json"), text);
    assert.equal(
      await refusal(request(dir)),
      `${dir}/cluster.json is not the plan of a local cluster; choose another --data-dir`,
    );
  }
  writeFileSync(join(dir, "cluster.json"), "{");
  assert.match(
    await refusal(request(dir)),
    /cluster\.json cannot be read: .*; remove the directory to begin anew$/,
  );
});

test("numbers that cannot be are refused", async () => {
  assert.equal(
    await refusal(request("x", { members: 0 })),
    "--members 0: it must be from 1 to 9; 3 and 5 are usual",
  );
  assert.equal(
    await refusal(request("x", { basePort: 65534 })),
    "--base-port 65534: it must leave room for all members below 65535; 0 chooses free ports",
  );
});

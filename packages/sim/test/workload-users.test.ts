/** Administrators and users in a cluster that has its troubles: some are allowed, some denied, all of it rightly. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeAttributed, putRequest } from "@quorate/store";
import { allCheckers } from "../src/check/all-checkers.ts";
import type { Checker } from "../src/check/checker.ts";
import type { Fault, Plan } from "../src/plan/plan.ts";
import { swarmPlan } from "../src/plan/swarm.ts";
import { runPlan } from "../src/run/campaign.ts";
import { AuthUser } from "../src/workload/auth-user.ts";
import { Client } from "../src/workload/client.ts";
import { bytesOf } from "../src/workload/kv-request.ts";
import { World } from "../src/world/world.ts";

const kill = (number: number, atMs: number): Fault => ({
  id: `f${number}`,
  atMs,
  durationMs: 600,
  selector: number % 2 === 0 ? { mode: "x-role", value: "leader" } : { mode: "one" },
  kind: "pod-kill",
  losesPower: number % 2 === 0,
  keepsUnsyncedPercent: 50,
});

const plan: Plan = {
  ...swarmPlan(5, { hasFaults: false, members: 3, safetyMs: 8000 }),
  topology: "mesh",
  latency: { minUs: 200, meanUs: 500 },
  diskUs: { minUs: 500, meanUs: 1500 },
  settings: { limits: { snapshotEntries: 30, catchUpEntries: 10, catchUpBytes: 0, laggardBytesMax: 4000 } },
  workload: {
    kind: "kv",
    clients: 6,
    thinkMs: 60,
    keys: 4,
    parameters: {
      auth: 2,
      readers: 2,
      leases: 1,
      bursts: 1,
      watchers: 1,
      compacts: true,
      sessionsPercent: 50,
    },
  },
  faults: [
    ...[1, 2, 3, 4].map((number) => kill(number, 1500 * number)),
    // Only a snapshot brings it back.
    ...[2000, 5000].map(
      (atMs, position): Fault => ({
        id: `x${position + 1}`,
        atMs,
        durationMs: 2000,
        selector: { mode: "x-names", value: ["c"] },
        kind: "network-partition",
        direction: "both",
      }),
    ),
  ],
};

/** Counts what reads were told, and what commands of users came to. */
function tally(counts: Map<string, number>): Checker {
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  return {
    id: "tally",
    title: "counts",
    kinds: ["permission-told", "applied"],
    see(observation) {
      if (observation.kind === "permission-told") count(`read ${observation.code}`);
      if (observation.kind !== "applied" || observation.entry.data.length === 0) return null;
      const { outcome, data } = observation.entry;
      const { command, principal } = decodeAttributed(data);
      if (principal?.kind === "user") count(`${command.kind} ${outcome?.ok === false ? outcome.code : ""}`);
      return null;
    },
  };
}

test("what users are told is right, whatever the administrators change and whoever dies", async () => {
  const counts = new Map<string, number>();
  const checkers = [...allCheckers, () => tally(counts)];
  const { verdict, coverage, hash } = await runPlan(plan, { checkers, searches: true });
  assert.deepEqual(verdict, { kind: "pass" });
  for (const mark of ["store auth-changed", "store auth-token", "store restored", "auth-state"])
    assert.ok((coverage.get(mark) ?? 0) > 0, mark);
  for (const what of ["read ", "put ", "txn "])
    for (const code of ["", "permission-denied", "auth-revision-old"])
      assert.ok((counts.get(`${what}${code}`) ?? 0) > 0, `${what}${code}`);
  assert.equal((await runPlan(plan, { checkers: allCheckers, searches: true })).hash, hash);
});

test("without administrators there are no users", async () => {
  const { auth: _, ...parameters } = plan.workload.parameters;
  const { verdict, coverage } = await runPlan(
    { ...plan, workload: { ...plan.workload, parameters } },
    { checkers: allCheckers },
  );
  assert.deepEqual(verdict, { kind: "pass" });
  for (const mark of ["store auth-changed", "auth-state", "permission-asked", "command-told"])
    assert.equal(coverage.get(mark) ?? 0, 0, mark);
});

test("a flavour of the swarm has administrators, and directs nothing else at them", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { workload, members, faults } = swarmPlan(seed, { flavour: "changing-permissions" });
    assert.ok(Number(workload.parameters["auth"]) > 0 && Number(workload.parameters["readers"]) > 0);
    const plain = swarmPlan(seed, { flavour: null });
    assert.equal(members, plain.members);
    assert.ok(faults.every(({ id }) => plain.faults.some((fault) => fault.id === id)));
    assert.equal(plain.workload.parameters["auth"], undefined);
  }
});

test("a token is of the revision at which it was handed out; who has an old one signs in again", async () => {
  const world = new World({ ...plan, members: 1, faults: [] });
  world.start();
  await world.time.run(2_000_000, () => false);
  const storeMember = world.machines.values().next().value?.process?.running?.storeMember ?? null;
  assert.ok(storeMember !== null);
  const passwordHash = bytesOf("h");
  let isDone = false;
  const steps = async (): Promise<void> => {
    for (const name of ["root", "u1", "u2", "u3", "u4"])
      await storeMember.execute({ kind: "auth-user-add", name, passwordHash, noPassword: false });
    await storeMember.execute({ kind: "auth-user-grant-role", name: "root", role: "root" });
    await storeMember.execute({ kind: "auth-enable" });
    const client = new Client(world, 1, "client");
    const users = Array.from({ length: 40 }, (_, number) => new AuthUser(world, "client", number));
    const holder = users.find(({ needsToken }) => needsToken);
    assert.ok(holder !== undefined);
    assert.equal(holder.principalAt(storeMember), null);
    await holder.signIn(client, 1000);
    const { revision } = storeMember.auth.view;
    assert.deepEqual(holder.principalAt(storeMember), {
      kind: "user",
      name: holder.name,
      authRevision: revision,
    });
    assert.equal(holder.needsToken, false);
    const root = { kind: "user", name: "root", authRevision: revision } as const;
    await storeMember.execute({ kind: "auth-role-add", name: "r" }, { principal: root });
    const put = putRequest({ key: bytesOf("k/0"), value: bytesOf("1") });
    const outcome = await storeMember.execute(put, { principal: holder.principalAt(storeMember) });
    assert.ok(!outcome.ok && outcome.code === "auth-revision-old");
    holder.note(outcome.code);
    assert.equal(holder.needsToken, true);
    await holder.signIn(client, 1000);
    assert.equal(storeMember.auth.view.authorizeUser(holder.principalAt(storeMember)), null);
    isDone = true;
  };
  const done = steps();
  await world.time.run(world.time.nowUs + 5_000_000, () => isDone);
  await done;
});

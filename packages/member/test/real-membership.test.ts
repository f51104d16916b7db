/**
 * Membership over real sockets: a cluster of one grows to three while it works, and a dead member is replaced.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { RealCluster, type RealMember } from "./real-process.ts";

/** Asks for a change until it is done: while a leader is being found, any member may say that there is none. */
async function change(cluster: RealCluster, at: RealMember, path: string): Promise<void> {
  const reply = await at.ask("POST", path, 60_000);
  assert.equal(reply.status, 200, `${path}: ${JSON.stringify(reply.body)}\n${at.tail()}`);
  await cluster.leader([at]);
}

function votersOf(body: unknown): readonly string[] {
  const { config, peers } = body as {
    readonly config: { readonly voters: readonly number[]; readonly learners: readonly number[] };
    readonly peers: readonly { readonly id: number; readonly name: string }[];
  };
  assert.deepEqual(config.learners, []);
  return config.voters.map((id) => peers.find((peer) => peer.id === id)?.name ?? String(id)).toSorted();
}

test("one member grows to three, and a dead one is replaced", async (t) => {
  const cluster = await RealCluster.make(t, ["a"]);
  const first = cluster.member("a");
  first.start();
  await cluster.leader();
  for (let count = 1; count <= 3; count++) assert.equal(await cluster.add1("default"), count);

  for (const name of ["b", "c"]) {
    const joining = await cluster.add(name, ["a"], { args: ["--join"] });
    joining.start();
    await change(cluster, first, `/members/add?name=${name}&address=${cluster.address(name)}`);
  }
  await cluster.leader();
  assert.deepEqual(votersOf((await first.ask("GET", "/status")).body), ["a", "b", "c"]);
  assert.equal((await cluster.agreement()).get("default"), 3);

  // Two of three go on; and whoever leads them replaces the dead one in one call.
  await cluster.member("b").kill();
  const alive = [first, cluster.member("c")];
  await cluster.leader(alive);
  assert.equal(await cluster.add1("default", alive), 4);
  const fourth = await cluster.add("d", ["a", "c"], { args: ["--join"] });
  fourth.start();
  await change(cluster, first, `/members/replace?old=b&name=d&address=${cluster.address("d")}`);
  const now = [...alive, fourth];
  await cluster.leader(now);
  assert.deepEqual(votersOf((await fourth.ask("GET", "/status")).body), ["a", "c", "d"]);
  assert.equal(await cluster.add1("default", [fourth]), 5);
  assert.equal((await cluster.agreement(now)).get("default"), 5);

  // The new one counts: with another of the three gone, the rest still decides.
  await cluster.member("c").kill();
  await cluster.leader([first, fourth]);
  assert.equal(await cluster.add1("default", [first, fourth]), 6);
});

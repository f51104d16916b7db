/** A member that was added by its address finds out who it is, joins, says its name, and gets its vote. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type LookedUp, lookUp, MemberError, type NewMember, newMemberId } from "../src/index.ts";
import { VirtualCluster } from "./virtual-cluster.ts";
import type { HostSettings, VirtualHost } from "./virtual-host.ts";

/** What `member add` knows: an address, and an ID that was drawn for it. */
function atAddress(name: string, nonce = 1): NewMember {
  const addresses = [`${name}:7000`];
  return { id: newMemberId("quorate", addresses, nonce), addresses };
}

type Asking = {
  readonly addresses?: readonly string[];
  readonly timeoutMs?: number;
  readonly others?: readonly string[];
};

/** Has somebody at `self` ask the members of the cluster; `others` name hosts that answer as another cluster would. */
function ask(cluster: VirtualCluster, self: string, asking: Asking = {}): Promise<LookedUp> {
  const { addresses = ["a:7000", "b:7000", "c:7000"], timeoutMs = 0, others = [] } = asking;
  return lookUp({
    addresses,
    self: [`${self}:7000`],
    timeoutMs,
    clock: {
      now: () => cluster.clock.nowMs,
      setTimer: (callback, delayMs) => {
        const timer = cluster.clock.at(delayMs, callback);
        return () => {
          timer.isCancelled = true;
        };
      },
    },
    ask: async (address, question) => {
      const host = cluster.hosts.get(address.split(":")[0] ?? "");
      if (host === undefined) return { ok: false, isOtherCluster: false, text: "nobody there" };
      if (others.includes(host.name)) return { ok: false, isOtherCluster: true, text: "cluster 1 is not 2" };
      try {
        return { ok: true, bytes: await cluster.network.inquire(host.id, question) };
      } catch (error) {
        return { ok: false, isOtherCluster: false, text: error instanceof Error ? error.message : "" };
      }
    },
  });
}

/** Starts somebody who knows its address only. */
async function join(
  cluster: VirtualCluster,
  name: string,
  settings: HostSettings = {},
): Promise<VirtualHost> {
  const { id, members } = await cluster.run(ask(cluster, name));
  const host = cluster.addHost(name, { ...settings, id, join: true, peers: members });
  host.start();
  return host;
}

function assertError(error: Error, code: string, pattern: RegExp): void {
  assert.ok(error instanceof MemberError, String(error));
  assert.deepEqual([error.code, error.definite], [code, true], error.message);
  assert.match(error.message, pattern);
}

const clientUrls = ["http://d:2379", "http://d.example:2379"];

test("added by address, a member looks itself up, joins, publishes, and gets its vote", async () => {
  const cluster = await VirtualCluster.started();
  const [follower] = cluster.followers();
  assert.ok(follower);
  await cluster.propose("a", "before");
  const added = atAddress("d");
  await cluster.run(follower.running.addMember(added, { as: "voter-later" }));
  const lead = await cluster.leader();
  const listed = lead.running.members().find(({ id }) => id === added.id);
  assert.deepEqual(listed, { ...added, name: "", clientUrls: [], awaitsVote: true });
  assert.ok(lead.running.status().config.learners.includes(added.id));

  const fourth = await join(cluster, "d", { clientUrls });
  assert.equal(fourth.id, added.id);
  const isVoter = (): boolean => lead.running.status().config.voters.includes(fourth.id);
  assert.ok(await cluster.clock.until(isVoter, 10_000), cluster.describe());
  await cluster.propose("d", "after");
  const isNamed = (): boolean => lead.running.members().some(({ name }) => name === "d");
  assert.ok(await cluster.clock.until(isNamed, 10_000));
  assert.deepEqual(await cluster.converged(), ["before", "after"]);
  for (const { running } of cluster.hosts.values()) {
    const known = running.members().find(({ id }) => id === added.id);
    assert.deepEqual(known, { ...added, name: "d", clientUrls, awaitsVote: false });
  }
  assert.equal(lead.running.history().at(-1)?.by, "leader");
});

test("two that wait for each other's start both get in, one after the other", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  for (const name of ["d", "e"])
    await cluster.run(lead.running.addMember(atAddress(name), { as: "voter-later" }));
  // The second is never asked whether it knows the first: it has no vote to have lost.
  const fourth = await join(cluster, "d");
  const has = (host: VirtualHost) => (): boolean => lead.running.status().config.voters.includes(host.id);
  assert.ok(await cluster.clock.until(has(fourth), 10_000), cluster.describe());
  const fifth = await join(cluster, "e");
  assert.ok(await cluster.clock.until(has(fifth), 10_000), cluster.describe());
});

test("the wish for a vote outlives the leader, and a restart from a snapshot", async () => {
  for (let seed = 1; seed <= 4; seed++) {
    const cluster = await VirtualCluster.started({ seed });
    const lead = await cluster.leader();
    await cluster.run(lead.running.addMember(atAddress("d"), { as: "voter-later" }));
    await cluster.advance(100);
    for (const { running } of cluster.hosts.values()) await cluster.run(running.snapshot());
    for (const host of cluster.hosts.values()) host.kill();
    cluster.startAll();
    await cluster.ready();
    const joiner = await join(cluster, "d");
    const first = await cluster.leader();
    first.kill();
    const next = await cluster.leader(first);
    const isVoter = (): boolean => next.running.status().config.voters.includes(joiner.id);
    assert.ok(await cluster.clock.until(isVoter, 20_000), cluster.describe());
    assert.deepEqual(
      next.running
        .members()
        .map(({ awaitsVote }) => awaitsVote)
        .includes(true),
      false,
    );
  }
});

test("who waits for its vote is not taken out however long it takes, and removal ends the wish", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits: { changeTimeoutMs: 1000 } } });
  const lead = await cluster.leader();
  const added = atAddress("d");
  await cluster.run(lead.running.addMember(added, { as: "voter-later" }));
  await cluster.advance(60_000);
  const again = await cluster.leader();
  assert.equal(again.running.members().find(({ id }) => id === added.id)?.awaitsVote, true);
  await cluster.run(again.running.removeMember(added.id));
  assert.equal(again.running.members().length, 3);
  await cluster.converged();
});

test("the address of a removed member is given to a new one, which the links then prefer", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  const first = atAddress("d", 1);
  await cluster.run(lead.running.addMember(first, { as: "voter-later" }));
  const old = await join(cluster, "d", { clientUrls });
  const isVoter = (id: number) => (): boolean => lead.running.status().config.voters.includes(id);
  assert.ok(await cluster.clock.until(isVoter(old.id), 10_000), cluster.describe());
  await cluster.converged();
  await cluster.run(lead.running.removeMember(old.id));
  const second = atAddress("d", 2);
  assert.notEqual(second.id, first.id);
  await cluster.run(lead.running.addMember(second, { as: "voter-later" }));
  old.kill();
  cluster.hosts.delete("d");
  // At once: the old one's parting moment is not over.
  const fresh = await join(cluster, "d", { clientUrls });
  assert.equal(fresh.id, second.id);
  assert.ok(await cluster.clock.until(isVoter(fresh.id), 10_000), cluster.describe());
  await cluster.propose("d", "again");
  await cluster.converged();
  const found = await cluster.run(ask(cluster, "d"));
  assert.equal(found.id, second.id);
});

test("a member that lost its data is not let in again, though it finds its ID", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  await cluster.run(lead.running.addMember(atAddress("d"), { as: "voter-later" }));
  const joiner = await join(cluster, "d");
  const isVoter = (): boolean => lead.running.status().config.voters.includes(joiner.id);
  assert.ok(await cluster.clock.until(isVoter, 10_000), cluster.describe());
  await cluster.converged();
  await cluster.advance(500);
  joiner.kill();
  joiner.wipe();
  const found = await cluster.run(ask(cluster, "d"));
  assert.equal(found.id, joiner.id);
  joiner.start();
  assert.ok(await cluster.clock.until(() => joiner.failure !== null, 10_000));
  assert.match(joiner.failure?.message ?? "", /its disk is empty/);
});

test("a restarted member publishes only what has changed", async () => {
  const cluster = await VirtualCluster.started({ settings: { clientUrls: ["http://one:1"] } });
  const published = (name: string): readonly string[] | undefined =>
    cluster
      .member("a")
      .members()
      .find((member) => member.name === name)?.clientUrls;
  assert.ok(
    await cluster.clock.until(() => ["a", "b", "c"].every((name) => published(name)?.length === 1), 10_000),
  );
  await cluster.converged();
  await cluster.advance(1000);
  const end = cluster.member("a").status().lastIndex;
  const [host] = cluster.followers();
  assert.ok(host);
  host.kill();
  host.start();
  await cluster.ready();
  await cluster.advance(3000);
  const before = cluster.member("a").status();
  assert.ok(before.lastIndex <= end + 1, `${before.lastIndex} entries instead of ${end}`);
  host.kill();
  host.start({ clientUrls: ["http://two:2"] });
  await cluster.ready();
  const isNew = (): boolean =>
    [...cluster.hosts.values()].every(({ running }) =>
      running.members().some(({ id, clientUrls: urls }) => id === host.id && urls[0] === "http://two:2"),
    );
  assert.ok(await cluster.clock.until(isNew, 10_000));
});

test("a name that another has is not taken; what to do is said once", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  await cluster.run(lead.running.addMember(atAddress("d"), { as: "voter-later" }));
  const { id, members } = await cluster.run(ask(cluster, "d"));
  const host = cluster.addHost("d", { id, join: true, peers: members });
  host.program = async (settings, seams) => {
    const { assembleMember } = await import("../src/assemble.ts");
    return assembleMember({ ...settings, name: "a" }, seams);
  };
  host.start();
  await cluster.advance(20_000);
  const refused = cluster.events.of("membership").filter(({ event }) => event.step === "publish");
  assert.equal(refused.length, 1);
  assert.match(refused[0]?.event.message ?? "", /is called a already/);
  assert.equal(lead.running.members().find((member) => member.id === id)?.name, "");
});

test("a look-up that finds nothing says what to do", async () => {
  const cluster = await VirtualCluster.started();
  const failed = (self: string, asking: Asking = {}): Promise<Error> =>
    cluster.rejection(ask(cluster, self, asking));
  assertError(
    await failed("d"),
    "member-not-found",
    /knows nobody at d:7000; its members are .*a \(\d+\) at a:7000/,
  );
  assertError(
    await failed("d", { others: ["a", "b", "c"] }),
    "wrong-cluster",
    /a:7000: cluster 1 is not 2.*tokens/,
  );
  assertError(await failed("d", { others: ["a"] }), "member-not-found", /Add this member first/);
  const nowhere = failed("d", { addresses: ["x:1", "y:1"], timeoutMs: 1000 });
  assertError(await nowhere, "unreachable", /x:1: nobody there; y:1: nobody there/);
  assertError(await failed("d", { addresses: ["d:7000"] }), "invalid", /at least one other/);
  for (const { running } of cluster.hosts.values()) running.isolate(true);
  assertError(await failed("d"), "unreachable", /answers no inquiries/);
});

test("a look-up waits until it is added, and only the present owner of an address is found", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  const pending = ask(cluster, "d", { timeoutMs: 10_000 });
  await cluster.advance(1000);
  await cluster.run(lead.running.addMember(atAddress("d", 1), { as: "learner" }));
  assert.equal((await cluster.run(pending)).id, atAddress("d", 1).id);
  // A member that is cut off does not answer from what it knew before.
  const [stale] = cluster.followers();
  assert.ok(stale);
  cluster.cutOff(stale);
  await cluster.run(lead.running.removeMember(atAddress("d", 1).id));
  await cluster.run(lead.running.addMember(atAddress("d", 2), { as: "learner" }));
  const alone = cluster.rejection(ask(cluster, "d", { addresses: [`${stale.name}:7000`] }));
  assertError(await alone, "unreachable", /cannot tell who its members are/);
  assert.equal((await cluster.run(ask(cluster, "d"))).id, atAddress("d", 2).id);
});

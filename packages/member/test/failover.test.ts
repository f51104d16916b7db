/** Fail-over: a leader dies, and nothing that was acknowledged is lost or doubled. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemberError } from "../src/index.ts";
import { text } from "./tally.ts";
import { electionTimeoutMs, VirtualCluster } from "./virtual-cluster.ts";

test("a leader that dies under load loses nothing acknowledged and doubles nothing", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  const acknowledged: string[] = [];
  const refused: string[] = [];
  let sent = 0;
  const load = (): void => {
    for (const { name, member, isUp } of cluster.hosts.values()) {
      if (!isUp || member === null) continue;
      const value = `${name} ${sent++}`;
      member.propose(text(value)).then(
        () => acknowledged.push(value),
        (error: unknown) => {
          if (error instanceof MemberError && error.definite) refused.push(value);
        },
      );
    }
    if (sent < 900) cluster.clock.at(3, load);
  };
  load();
  await cluster.advance(300);
  lead.crash();
  await cluster.advance(1000);
  lead.start();
  await cluster.advance(6000);
  const texts = await cluster.converged();
  assert.equal(new Set(texts).size, texts.length, "something was applied twice");
  for (const value of acknowledged) assert.ok(texts.includes(value), `${value} was acknowledged and lost`);
  for (const value of refused)
    assert.ok(!texts.includes(value), `${value} was refused definitely and applied`);
  assert.ok(acknowledged.length > 600, `only ${acknowledged.length} acknowledged`);
});

test("the first write after the leader's death comes within three election timeouts", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const cluster = await VirtualCluster.started({ seed });
    const lead = await cluster.leader();
    await cluster.propose(lead.name, "before");
    lead.crash();
    const [survivor] = cluster.up();
    assert.ok(survivor);
    const call = survivor.running.propose(text("after"));
    const isDone = call.then(() => true);
    let done = false;
    void isDone.then(() => {
      done = true;
    });
    const inTime = await cluster.clock.until(() => done, 3 * electionTimeoutMs);
    assert.ok(inTime, `seed ${seed}: ${cluster.describe()}`);
  }
});

test("the minority side of a partition acknowledges nothing", async () => {
  const cluster = await VirtualCluster.started({ names: ["a", "b", "c", "d", "e"] });
  const lead = await cluster.leader();
  const [partner] = cluster.followers();
  assert.ok(partner);
  cluster.cutOff(lead, partner);
  const inMinority = [lead, partner].map((host) =>
    cluster.rejection(host.running.propose(text(`minority ${host.name}`), { timeoutMs: 10_000 })),
  );
  await cluster.advance(2000);
  const other = cluster.followers().find((host) => host !== partner && host !== lead);
  assert.ok(other);
  await cluster.propose(other.name, "majority");
  cluster.heal();
  const errors = await Promise.all(inMinority.map((call) => call));
  for (const error of errors) assert.ok(error instanceof MemberError);
  const texts = await cluster.converged();
  assert.deepEqual(
    texts.filter((value) => value.startsWith("majority")),
    ["majority"],
  );
  for (const [position, error] of errors.entries()) {
    const value = `minority ${[lead, partner][position]?.name}`;
    if ((error as MemberError).definite) assert.ok(!texts.includes(value));
  }
});

test("all members crash at once and come back with everything acknowledged", async () => {
  const cluster = await VirtualCluster.started();
  for (let count = 0; count < 20; count++)
    await cluster.propose("abc"[count % 3] as string, `value ${count}`);
  for (const host of cluster.hosts.values()) host.crash();
  cluster.startAll();
  await cluster.ready();
  assert.deepEqual(
    await cluster.converged(),
    Array.from({ length: 20 }, (_, count) => `value ${count}`),
  );
});

/** Sessions: every command takes effect once, whatever is lost on the way. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemberError } from "../src/index.ts";
import { text } from "./tally.ts";
import { VirtualCluster } from "./virtual-cluster.ts";

test("a session's commands take effect once, in order, while answers are lost", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const cluster = await VirtualCluster.started({ seed });
    const { random } = cluster;
    const sessions = await cluster.run(
      Promise.all([...cluster.hosts.values()].map(({ running }) => running.openSession())),
    );
    cluster.loses = ({ kind }) => (kind === "request" || kind === "response") && random.once(5);
    const calls = sessions.flatMap((session, position) =>
      Array.from({ length: 10 }, (_, count) =>
        session.propose(text(`${position} ${count}`), { timeoutMs: 30_000 }),
      ),
    );
    await cluster.run(Promise.all(calls), 300_000);
    const texts = await cluster.converged();
    assert.equal(texts.length, 30, `seed ${seed}`);
    for (let position = 0; position < 3; position++) {
      const mine = texts.filter((value) => value.startsWith(`${position} `));
      assert.deepEqual(
        mine,
        Array.from({ length: 10 }, (_, count) => `${position} ${count}`),
      );
    }
  }
});

test("a session survives changes of leader", async () => {
  const cluster = await VirtualCluster.started();
  const [home] = cluster.followers();
  assert.ok(home);
  const session = await cluster.run(home.running.openSession());
  const calls = Array.from({ length: 200 }, (_, count) =>
    session.propose(text(`${count}`), { timeoutMs: 60_000 }),
  );
  for (let round = 0; round < 3; round++) {
    await cluster.advance(100);
    const lead = await cluster.leader();
    if (lead === home) break;
    lead.crash();
    await cluster.leader(lead);
    lead.start();
    await cluster.clock.until(() => lead.member !== null, 2000);
  }
  const results = await cluster.run(Promise.all(calls), 100_000);
  const texts = await cluster.converged();
  assert.deepEqual(
    texts,
    Array.from({ length: 200 }, (_, count) => `${count}`),
  );
  assert.deepEqual(
    results,
    Array.from({ length: 200 }, (_, count) => count + 1),
  );
});

test("a command that may have been executed is not called definitely undone by a later, refused try", async () => {
  const cluster = await VirtualCluster.started();
  const lead = await cluster.leader();
  const [home, third] = cluster.followers();
  assert.ok(home && third);
  const session = await cluster.run(home.running.openSession());
  // The command reaches the leader, whose answer and log do not come back; then nobody can be reached.
  cluster.cutOneWay(lead, home);
  cluster.cutOneWay(third, home);
  const call = cluster.rejection(session.propose(text("executed"), { timeoutMs: 8000 }));
  await cluster.advance(100);
  cluster.cutOff(home);
  const error = await call;
  assert.ok(error instanceof MemberError);
  assert.equal(lead.machine.texts.includes("executed"), true);
  assert.equal(error.definite, false, `${error.code}: ${error.message}`);
});

test("at the bound the session used least recently is evicted, on all members alike", async () => {
  const cluster = await VirtualCluster.started({ settings: { limits: { sessionsMax: 3 } } });
  const member = cluster.member("a");
  const first = await cluster.run(member.openSession());
  const second = await cluster.run(member.openSession());
  const third = await cluster.run(member.openSession());
  await cluster.run(first.propose(text("first is used")));
  const fourth = await cluster.run(member.openSession());
  const error = await cluster.rejection(second.propose(text("never")));
  assert.ok(error instanceof MemberError);
  assert.deepEqual([error.code, error.definite], ["session-expired", true]);
  await cluster.run(Promise.all([first, third, fourth].map((session) => session.propose(text("lives")))));
  assert.equal((await cluster.converged()).includes("never"), false);
});

test("a closed session executes nothing more", async () => {
  const cluster = await VirtualCluster.started();
  const session = await cluster.run(cluster.member("b").openSession());
  await cluster.run(session.propose(text("one")));
  await cluster.run(session.close());
  const error = await cluster.rejection(session.propose(text("two")));
  assert.ok(error instanceof MemberError);
  assert.deepEqual([error.code, error.definite], ["session-expired", true]);
  assert.deepEqual(await cluster.converged(), ["one"]);
});

test("the session table is part of the snapshot: a repeated command is recognized behind it", async () => {
  const cluster = await VirtualCluster.started({
    settings: { limits: { snapshotEntries: 20, catchUpEntries: 2 } },
  });
  const [home] = cluster.followers();
  const lead = await cluster.leader();
  assert.ok(home);
  const session = await cluster.run(home.running.openSession());
  await cluster.run(session.propose(text("before")));
  // The command is executed, but home hears nothing of it until the log is gone and a snapshot has replaced it.
  cluster.cutOneWay(lead, home);
  for (const other of cluster.followers()) if (other !== home) cluster.cutOneWay(other, home);
  const call = session.propose(text("once"), { timeoutMs: 60_000 });
  await cluster.advance(50);
  cluster.cutOff(home);
  for (let count = 0; count < 60; count++) await cluster.propose(lead.name, `more ${count}`);
  await cluster.advance(500);
  cluster.heal();
  assert.equal(await cluster.run(call), 2);
  assert.ok(cluster.events.of("snapshot-restored", home.name).length > 0);
  const texts = await cluster.converged();
  assert.equal(texts.filter((value) => value === "once").length, 1);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, makeMessage, Role } from "../src/index.ts";
import { Cluster } from "./cluster.ts";
import { Member, makeDisk } from "./member.ts";

const plain = { preVote: false, checkQuorum: false };

function follower(settings = {}): Member {
  return new Member(1, makeDisk({ voters: [1, 2, 3] }), { ...plain, ...settings });
}

describe("terms (Raft §5.1)", () => {
  const types = [
    MessageType.MsgApp,
    MessageType.MsgAppResp,
    MessageType.MsgHeartbeat,
    MessageType.MsgHeartbeatResp,
    MessageType.MsgVoteResp,
    MessageType.MsgTimeoutNow,
  ];

  for (const role of [Role.follower, Role.candidate, Role.leader]) {
    test(`§5.1: a message of a higher term makes a member in role ${role} a follower of that term`, () => {
      for (const type of types) {
        const cluster = new Cluster({ settings: plain });
        const member = cluster.get(1);
        if (role === Role.candidate) member.node.campaign();
        if (role === Role.leader) cluster.elect(1);
        assert.equal(member.node.status().role, role);
        const before = member.node.status().term;
        member.node.step(makeMessage(type, { to: 1, from: 2, term: before + 5 }));
        // Being told to take over, it campaigns from the new term.
        const expected =
          type === MessageType.MsgTimeoutNow ? [Role.candidate, before + 6] : [Role.follower, before + 5];
        assert.deepEqual([member.node.status().role, member.node.status().term], expected);
      }
    });
  }

  test("§5.1: a follower learns from a higher term whom to follow only if the sender leads it", () => {
    const leads: number[] = [];
    for (const type of [MessageType.MsgApp, MessageType.MsgHeartbeat, MessageType.MsgAppResp]) {
      const member = follower();
      member.receive(type, { from: 2, term: 7, index: 1, logTerm: 1 });
      leads.push(member.node.status().lead);
    }
    assert.deepEqual(leads, [2, 2, 0]);
  });

  test("§5.1: a message of a lower term changes nothing and is not answered", () => {
    const member = follower();
    member.receive(MessageType.MsgHeartbeat, { from: 2, term: 5 });
    const before = member.node.status();
    for (const type of types) {
      assert.deepEqual(member.receive(type, { from: 3, term: 4, index: 1, logTerm: 1, commit: 1 }), []);
    }
    assert.deepEqual(member.node.status(), before);
    assert.equal(member.eventsOf("lower-term-ignored").length, types.length);
  });

  test("§5.1: the vote is cleared when the term rises, and only then", () => {
    const member = follower();
    member.receive(MessageType.MsgVote, { from: 2, term: 3, index: 9, logTerm: 2 });
    assert.equal(member.durableHardState().vote, 2);
    member.receive(MessageType.MsgHeartbeat, { from: 3, term: 3 });
    assert.equal(member.durableHardState().vote, 2);
    member.receive(MessageType.MsgHeartbeat, { from: 3, term: 4 });
    assert.deepEqual([member.durableHardState().term, member.durableHardState().vote], [4, 0]);
  });
});

describe("leader election (Raft §5.2)", () => {
  test("§5.2: a member starts as follower and stays one while it hears a leader", () => {
    const member = follower();
    assert.equal(member.node.status().role, Role.follower);
    for (let tick = 0; tick < 100; tick++) {
      member.node.tick();
      member.receive(MessageType.MsgHeartbeat, { from: 2, term: 1 });
    }
    assert.deepEqual([member.node.status().role, member.node.status().term], [Role.follower, 1]);
  });

  test("§5.2: without a leader it raises its term, votes for itself and asks everybody", () => {
    const member = follower();
    member.node.setRandomizedElectionTicks(10);
    for (let tick = 0; tick < 9; tick++) member.node.tick();
    assert.deepEqual(member.drain(), []);
    member.node.tick();
    const asked = member.drain();
    assert.deepEqual(
      asked.map(({ type, to, term, index, logTerm }) => ({ type, to, term, index, logTerm })),
      [2, 3].map((to) => ({ type: MessageType.MsgVote, to, term: 2, index: 1, logTerm: 1 })),
    );
    assert.deepEqual(member.durableHardState(), { term: 2, vote: 1, commit: 1 });
    assert.equal(member.node.status().role, Role.candidate);
  });

  test("§5.2: a candidate that wins nothing starts over in a new term after a timeout", () => {
    const member = follower();
    member.node.campaign();
    member.drain();
    member.node.setRandomizedElectionTicks(10);
    for (let tick = 0; tick < 10; tick++) member.node.tick();
    assert.deepEqual(
      member.drain().map(({ term }) => term),
      [3, 3],
    );
  });

  test("§5.2: a leader sends heartbeats every heartbeatTicks, and only then", () => {
    const cluster = new Cluster({ settings: { ...plain, heartbeatTicks: 3 } });
    const leader = cluster.elect(1);
    const sent: number[] = [];
    for (let tick = 0; tick < 9; tick++) {
      leader.node.tick();
      sent.push(leader.drain().filter(({ type }) => type === MessageType.MsgHeartbeat).length);
    }
    assert.deepEqual(sent, [0, 0, 2, 0, 0, 2, 0, 0, 2]);
  });

  const cases = [
    { size: 1, grants: 0, refusals: 0, role: Role.leader },
    { size: 3, grants: 0, refusals: 0, role: Role.candidate },
    { size: 3, grants: 1, refusals: 0, role: Role.leader },
    { size: 3, grants: 1, refusals: 1, role: Role.leader },
    { size: 3, grants: 0, refusals: 1, role: Role.candidate },
    { size: 3, grants: 0, refusals: 2, role: Role.follower },
    { size: 4, grants: 1, refusals: 1, role: Role.candidate },
    { size: 4, grants: 1, refusals: 2, role: Role.follower },
    { size: 5, grants: 1, refusals: 2, role: Role.candidate },
    { size: 5, grants: 2, refusals: 0, role: Role.leader },
    { size: 5, grants: 1, refusals: 3, role: Role.follower },
    { size: 5, grants: 0, refusals: 3, role: Role.follower },
  ];
  for (const { size, grants, refusals, role } of cases) {
    test(`§5.2: of ${size} members, ${grants} others grant and ${refusals} refuse: role ${role}`, () => {
      const voters = Array.from({ length: size }, (_, position) => position + 1);
      const member = new Member(1, makeDisk({ voters }), plain);
      member.node.campaign();
      member.drain();
      for (let voter = 2; voter < 2 + grants + refusals; voter++) {
        member.receive(MessageType.MsgVoteResp, { from: voter, term: 2, reject: voter >= 2 + grants });
      }
      assert.equal(member.node.status().role, role);
    });
  }

  test("§5.2: the first answer of a voter stands; duplicates and changes of mind count for nothing", () => {
    const member = new Member(1, makeDisk({ voters: [1, 2, 3, 4, 5] }), plain);
    member.node.campaign();
    member.drain();
    for (let repeat = 0; repeat < 3; repeat++) {
      member.receive(MessageType.MsgVoteResp, { from: 2, term: 2 });
    }
    assert.equal(member.node.status().role, Role.candidate);
    for (let repeat = 0; repeat < 3; repeat++) {
      member.receive(MessageType.MsgVoteResp, { from: 3, term: 2, reject: true });
    }
    member.receive(MessageType.MsgVoteResp, { from: 3, term: 2, reject: false });
    assert.equal(member.node.status().role, Role.candidate);
    const tallies = member.eventsOf("votes-tallied").map(({ granted, refused }) => [granted, refused]);
    assert.deepEqual(tallies.at(-1), [2, 1]);
  });

  test("§5.2: votes of an earlier campaign do not count in a later one", () => {
    const member = follower();
    member.node.campaign();
    member.drain();
    member.node.campaign();
    member.drain();
    member.receive(MessageType.MsgVoteResp, { from: 2, term: 2 });
    assert.deepEqual([member.node.status().role, member.node.status().term], [Role.candidate, 3]);
  });

  test("§5.2: the own vote counts only when it is durable", () => {
    const member = new Member(1, makeDisk({ voters: [1] }), { ...plain, asyncStorageWrites: true });
    member.node.campaign();
    member.process();
    assert.equal(member.node.status().role, Role.candidate);
    member.runAppend();
    assert.equal(member.node.status().role, Role.leader);
  });

  test("§5.2: a candidate that hears the leader of its own term follows it and keeps its vote", () => {
    for (const type of [MessageType.MsgApp, MessageType.MsgHeartbeat]) {
      const member = follower();
      member.node.campaign();
      member.drain();
      member.receive(type, { from: 3, term: 2, index: 1, logTerm: 1 });
      const { role, lead, term, vote } = member.node.status();
      assert.deepEqual({ role, lead, term, vote }, { role: Role.follower, lead: 3, term: 2, vote: 1 });
    }
  });

  test("§5.2: a leader ignores an append of its own term", () => {
    const cluster = new Cluster({ settings: plain });
    const leader = cluster.elect(1);
    assert.deepEqual(leader.receive(MessageType.MsgApp, { from: 2, term: 2, index: 2, logTerm: 2 }), []);
    assert.equal(leader.node.status().role, Role.leader);
  });

  test("§5.2: election timeouts are drawn anew, over the whole window, and differ between members", () => {
    const drawn = new Set<number>();
    for (let seed = 1; seed <= 200; seed++) {
      const member = follower({ seed, electionTicks: 5, electionSpreadTicks: 4 });
      let ticks = 0;
      while (member.node.status().role === Role.follower) {
        member.node.tick();
        ticks++;
      }
      drawn.add(ticks);
    }
    assert.deepEqual(drawn, new Set([5, 6, 7, 8]));
  });

  test("§5.2: the window follows setElectionWindow from the next draw on, never below electionTicks", () => {
    const member = follower({ electionTicks: 5 });
    member.node.setElectionWindow(1, 0);
    member.receive(MessageType.MsgHeartbeat, { from: 2, term: 2 });
    let ticks = 0;
    while (member.node.status().role === Role.follower) {
      member.node.tick();
      ticks++;
    }
    assert.equal(ticks, 5);
    member.node.setElectionWindow(20, 1);
    member.receive(MessageType.MsgHeartbeat, { from: 2, term: 9 });
    for (ticks = 0; member.node.status().role === Role.follower; ticks++) member.node.tick();
    assert.equal(ticks, 20);
  });

  test("§5.2: a split vote is resolved by the next timeouts", () => {
    const cluster = new Cluster({ voters: [1, 2, 3, 4], settings: plain });
    cluster.get(1).node.campaign();
    cluster.get(2).node.campaign();
    cluster.filter = ({ from, to }) => (from <= 2 ? to === from + 2 : to === from - 2);
    cluster.settle();
    assert.equal(cluster.leader(), null);
    cluster.heal();
    cluster.tick(60);
    assert.notEqual(cluster.leader(), null);
  });
});

describe("who may campaign", () => {
  test("a learner never campaigns, however long it hears nobody", () => {
    const member = new Member(3, makeDisk({ voters: [1, 2], learners: [3] }), plain);
    for (let tick = 0; tick < 100; tick++) member.node.tick();
    member.node.campaign();
    assert.deepEqual(member.drain(), []);
    assert.equal(member.eventsOf("campaign-refused").at(-1)?.cause, "not-promotable");
  });

  test("a stranger never campaigns", () => {
    const member = new Member(9, makeDisk({ voters: [1, 2] }), plain);
    for (let tick = 0; tick < 100; tick++) member.node.tick();
    assert.equal(member.node.status().role, Role.follower);
  });

  test("a leader does not campaign", () => {
    const leader = new Cluster({ settings: plain }).elect(1);
    leader.node.campaign();
    assert.equal(leader.node.status().term, 2);
    assert.equal(leader.eventsOf("campaign-refused").at(-1)?.cause, "already-leader");
  });

  test("a singleton elects itself at once, with pre-vote too", () => {
    for (const preVote of [false, true]) {
      const member = new Member(1, makeDisk({ voters: [1] }), { preVote });
      member.node.campaign();
      member.drain();
      assert.equal(member.node.status().role, Role.leader);
    }
  });

  test("a learner votes when asked: the candidate may know a newer configuration", () => {
    const member = new Member(3, makeDisk({ voters: [1, 2], learners: [3] }), plain);
    const [reply] = member.receive(MessageType.MsgVote, { from: 1, term: 2, index: 1, logTerm: 1 });
    assert.deepEqual([reply?.type, reply?.reject], [MessageType.MsgVoteResp, false]);
  });
});

describe("ticks to the next event", () => {
  test("a follower counts to its election timeout, and only that tick begins a campaign", () => {
    const { node } = follower({ electionTicks: 10 });
    node.setRandomizedElectionTicks(13);
    assert.equal(node.ticksToEvent(), 13);
    assert.ok(node.tick(12).ok);
    assert.deepEqual([node.role, node.ticksToEvent()], [Role.follower, 1]);
    node.tick();
    assert.equal(node.role, Role.candidate);
  });

  test("a message of the leader moves the follower's next event away", () => {
    const member = follower({ electionTicks: 10 });
    member.node.setRandomizedElectionTicks(13);
    member.node.tick(9);
    member.receive(MessageType.MsgHeartbeat, { from: 2, term: 1 });
    assert.ok(member.node.ticksToEvent() >= 10);
  });

  test("a leader counts to its next heartbeat", () => {
    const cluster = new Cluster({ settings: { ...plain, electionTicks: 10, heartbeatTicks: 4 } });
    cluster.elect(1);
    const { node } = cluster.get(1);
    const ticks = node.ticksToEvent();
    assert.ok(ticks >= 1 && ticks <= 4);
    if (ticks > 1) node.tick(ticks - 1);
    assert.equal(node.hasReady(), false);
    node.tick();
    assert.equal(node.hasReady(), true);
  });

  test("for who cannot campaign there is none", () => {
    const member = new Member(3, makeDisk({ voters: [1, 2], learners: [3] }), plain);
    assert.equal(member.node.ticksToEvent(), Number.POSITIVE_INFINITY);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Message, MessageType, makeMessage, ProgressState, type ProgressView } from "../src/index.ts";
import { Cluster } from "./cluster.ts";
import { type Member, type MemberSettings } from "./member.ts";

const plain = { preVote: false, checkQuorum: false };

function progressOf(leader: Member, id: number): ProgressView {
  const progress = leader.node.status().progress.get(id);
  assert.ok(progress !== undefined);
  return progress;
}

/** Non-empty appends that a member has to send to 2 now. */
function appendsTo2(messages: readonly Message[]): Message[] {
  return messages.filter(
    ({ type, to, entries }) => type === MessageType.MsgApp && to === 2 && entries.length > 0,
  );
}

function proposeAndDrain(leader: Member, count: number, bytes = 10): Message[] {
  const outgoing: Message[] = [];
  for (let done = 0; done < count; done++) {
    leader.node.propose(new Uint8Array(bytes));
    outgoing.push(...leader.drain());
  }
  return outgoing;
}

function leaderOf(settings: MemberSettings): { cluster: Cluster; leader: Member } {
  const cluster = new Cluster({ settings: { ...plain, ...settings } });
  return { cluster, leader: cluster.elect(1) };
}

describe("probe (thesis §10.2.1)", () => {
  /** 2 is known to be unreachable, so it is probed. */
  function probing(): { cluster: Cluster; leader: Member } {
    const { cluster, leader } = leaderOf({});
    leader.node.reportUnreachable(2);
    assert.equal(progressOf(leader, 2).state, ProgressState.probe);
    return { cluster, leader };
  }

  test("sends one append with entries, then waits", () => {
    const { leader } = probing();
    assert.equal(appendsTo2(proposeAndDrain(leader, 5)).length, 1);
    assert.equal(progressOf(leader, 2).isPaused, true);
  });

  test("a heartbeat's answer lets one more through", () => {
    const { leader } = probing();
    proposeAndDrain(leader, 3);
    for (let round = 0; round < 3; round++) {
      const sent = leader.receive(MessageType.MsgHeartbeatResp, { from: 2, term: 2 });
      assert.equal(appendsTo2(sent).length, 1);
    }
  });

  test("an acknowledgement starts replication, with all that is owed", () => {
    const { leader } = probing();
    proposeAndDrain(leader, 3);
    const sent = leader.receive(MessageType.MsgAppResp, { from: 2, term: 2, index: 3 });
    assert.equal(progressOf(leader, 2).state, ProgressState.replicate);
    assert.deepEqual(
      appendsTo2(sent).flatMap(({ entries }) => entries.map(({ index }) => index)),
      [4, 5],
    );
  });

  test("a repeated acknowledgement of what was known starts replication too", () => {
    const { leader } = probing();
    leader.receive(MessageType.MsgAppResp, { from: 2, term: 2, index: 2 });
    assert.equal(progressOf(leader, 2).state, ProgressState.replicate);
  });
});

describe("replicate (thesis §10.2.1)", () => {
  test("sends on without waiting for answers", () => {
    const { leader } = leaderOf({});
    const sent = appendsTo2(proposeAndDrain(leader, 20));
    assert.deepEqual(
      sent.map(({ index }) => index),
      Array.from({ length: 20 }, (_, position) => position + 2),
    );
    assert.equal(progressOf(leader, 2).next, 23);
    assert.equal(progressOf(leader, 2).inflightCount, 20);
  });

  test("a rejection goes back to probing, from the last known match", () => {
    const { leader } = leaderOf({});
    proposeAndDrain(leader, 3);
    const sent = leader.receive(MessageType.MsgAppResp, {
      from: 2,
      term: 2,
      index: 4,
      reject: true,
      rejectHint: 3,
      logTerm: 2,
    });
    assert.deepEqual(
      appendsTo2(sent).map(({ index }) => index),
      [2],
    );
    assert.equal(progressOf(leader, 2).state, ProgressState.probe);
    assert.equal(leader.eventsOf("progress-decreased").length, 1);
    assert.equal(leader.eventsOf("append-rejected").at(-1)?.hintIndex, 3);
  });

  test("unreachable goes back to probing and forgets what was in flight", () => {
    const { leader } = leaderOf({});
    proposeAndDrain(leader, 3);
    leader.node.reportUnreachable(2);
    const { state, next, match, inflightCount } = progressOf(leader, 2);
    assert.deepEqual(
      { state, next, match, inflightCount },
      { state: ProgressState.probe, next: 3, match: 2, inflightCount: 0 },
    );
    assert.equal(leader.eventsOf("peer-unreachable").at(-1)?.peer, 2);
  });

  test("unreachable changes nothing for who is probed anyway, and is harmless on followers", () => {
    const { cluster, leader } = leaderOf({});
    leader.node.reportUnreachable(2);
    const before = progressOf(leader, 2);
    leader.node.reportUnreachable(2);
    assert.deepEqual(progressOf(leader, 2), before);
    assert.equal(cluster.get(2).node.reportUnreachable(3).ok, true);
    assert.equal(leader.node.reportUnreachable(77).ok, true);
    assert.equal(leader.eventsOf("progress-unknown").at(-1)?.peer, 77);
  });
});

describe("the window in messages", () => {
  test("holds at most inflightMessagesMax", () => {
    const { leader } = leaderOf({ inflightMessagesMax: 3 });
    assert.equal(appendsTo2(proposeAndDrain(leader, 10)).length, 3);
    assert.equal(progressOf(leader, 2).inflightFull, true);
  });

  test("an acknowledgement frees what it covers, and as much is sent", () => {
    const { leader } = leaderOf({ inflightMessagesMax: 3 });
    proposeAndDrain(leader, 10);
    const sent = appendsTo2(leader.receive(MessageType.MsgAppResp, { from: 2, term: 2, index: 4 }));
    // Two places were freed; the first append takes all that fits into a message.
    assert.deepEqual(
      sent.map(({ entries }) => entries.length),
      [7],
    );
    assert.equal(progressOf(leader, 2).inflightCount, 2);
  });

  test("an old acknowledgement frees nothing", () => {
    const { leader } = leaderOf({ inflightMessagesMax: 3 });
    proposeAndDrain(leader, 10);
    assert.deepEqual(leader.receive(MessageType.MsgAppResp, { from: 2, term: 2, index: 2 }), []);
    assert.equal(progressOf(leader, 2).inflightCount, 3);
  });

  test("full, each heartbeat's answer lets one empty append through, so that a loss is noticed", () => {
    const { leader } = leaderOf({ inflightMessagesMax: 2 });
    proposeAndDrain(leader, 5);
    for (let round = 0; round < 3; round++) {
      const sent = leader.receive(MessageType.MsgHeartbeatResp, { from: 2, term: 2 });
      assert.deepEqual(
        sent.map(({ type, to, entries }) => [type, to, entries.length]),
        [[MessageType.MsgApp, 2, 0]],
      );
      assert.equal(progressOf(leader, 2).inflightCount, 2);
    }
  });

  test("a follower that lost a full window catches up", () => {
    const { cluster, leader } = leaderOf({ inflightMessagesMax: 2 });
    cluster.isolate(2);
    for (let count = 0; count < 6; count++) cluster.propose(1, `${count}`);
    cluster.heal();
    cluster.tick(3);
    assert.deepEqual(cluster.get(2).appliedTexts(), ["0", "1", "2", "3", "4", "5"]);
    assert.equal(progressOf(leader, 2).inflightCount, 0);
  });

  test("the windows of a deposed leader do not survive into its next term", () => {
    const { cluster, leader } = leaderOf({ inflightMessagesMax: 2 });
    cluster.isolate(1);
    for (let count = 0; count < 4; count++) cluster.propose(1, `${count}`);
    leader.node.resign();
    cluster.heal();
    cluster.elect(1);
    assert.equal(progressOf(leader, 2).inflightCount, 0);
    assert.equal(cluster.get(2).appliedTexts().length, 4);
  });
});

describe("the window in bytes", () => {
  const settings = { inflightMessagesMax: 100, inflightBytesMax: 2000, messageBytesMax: 1000 };

  test("stops behind the message that crosses the limit", () => {
    const { leader } = leaderOf(settings);
    const sent = appendsTo2(proposeAndDrain(leader, 10, 900));
    assert.equal(sent.length, 3, "1800 bytes leave room for one more");
    assert.equal(progressOf(leader, 2).inflightFull, true);
  });

  test("small messages are limited by their number, large ones by their bytes", () => {
    const { leader } = leaderOf({ ...settings, inflightMessagesMax: 4 });
    assert.equal(appendsTo2(proposeAndDrain(leader, 10, 1)).length, 4);
    const { leader: other } = leaderOf({ ...settings, inflightMessagesMax: 4 });
    assert.equal(appendsTo2(proposeAndDrain(other, 10, 1000)).length, 2);
  });

  test("acknowledged bytes are free again", () => {
    const { leader } = leaderOf(settings);
    proposeAndDrain(leader, 10, 900);
    const sent = appendsTo2(leader.receive(MessageType.MsgAppResp, { from: 2, term: 2, index: 4 }));
    assert.equal(sent.length, 2);
    assert.equal(progressOf(leader, 2).inflightFull, true);
  });

  test("0 means no limit", () => {
    const { leader } = leaderOf({ ...settings, inflightBytesMax: 0 });
    assert.equal(appendsTo2(proposeAndDrain(leader, 10, 900)).length, 10);
  });

  test("empty appends take no place", () => {
    const { cluster, leader } = leaderOf(settings);
    cluster.tick(20);
    assert.equal(progressOf(leader, 2).inflightCount, 0);
  });

  test("a follower that lost a full byte window catches up", () => {
    const { cluster } = leaderOf(settings);
    cluster.isolate(2);
    for (let count = 0; count < 6; count++) cluster.propose(1, `${count}`.padEnd(900));
    cluster.heal();
    cluster.tick(3);
    assert.equal(cluster.get(2).appliedTexts().length, 6);
  });
});

describe("who is answered", () => {
  test("answers of members that left are refused before the core", () => {
    const { leader } = leaderOf({});
    const outcome = leader.node.step(
      makeMessage(MessageType.MsgAppResp, { to: 1, from: 9, term: 2, index: 2 }),
    );
    assert.equal(outcome.ok ? "" : outcome.code, "unknown-peer");
  });

  test("a leader does not send to itself", () => {
    const { leader } = leaderOf({});
    const sent = proposeAndDrain(leader, 3).concat(
      leader.receive(MessageType.MsgHeartbeatResp, { from: 2, term: 2 }),
    );
    assert.ok(sent.every(({ to }) => to !== 1));
  });
});

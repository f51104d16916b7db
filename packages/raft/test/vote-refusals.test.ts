import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Message, MessageType, makeMessage, Role, VoteRefusal } from "../src/index.ts";
import { Cluster } from "./cluster.ts";
import { Member, makeDisk } from "./member.ts";

const plain = { preVote: false, checkQuorum: false };

/** A voter at term 5 with a log that ends in (index 4, term 3). */
function voter(vote = 0): Member {
  const disk = makeDisk({ voters: [1, 2, 3], terms: [2, 3, 3], hardState: { term: 5, vote, commit: 1 } });
  return new Member(1, disk, plain);
}

function ask(member: Member, type: MessageType, fields: Partial<Message>): Message {
  const [reply, ...rest] = member.receive(type, { from: 2, term: 6, index: 4, logTerm: 3, ...fields });
  assert.ok(reply !== undefined && rest.length === 0, "one request, one reply");
  return reply;
}

describe("refused votes carry their reason (Raft §5.2, §5.4.1)", () => {
  test("alreadyVoted: another candidate has this term's vote", () => {
    const reply = ask(voter(3), MessageType.MsgVote, { term: 5 });
    assert.deepEqual([reply.reject, reply.refusal, reply.term], [true, VoteRefusal.alreadyVoted, 5]);
  });

  test("the same candidate gets the same vote again: its request or our answer was lost", () => {
    const reply = ask(voter(2), MessageType.MsgVote, { term: 5 });
    assert.deepEqual([reply.reject, reply.refusal], [false, VoteRefusal.none]);
  });

  test("leaderKnown: there is a leader of this term, though it was not voted for", () => {
    const member = voter();
    member.receive(MessageType.MsgHeartbeat, { from: 3, term: 5 });
    const reply = ask(member, MessageType.MsgVote, { term: 5 });
    assert.deepEqual([reply.reject, reply.refusal], [true, VoteRefusal.leaderKnown]);
  });

  test("staleTerm: a pre-vote below the own term is told so, a vote below it is not worth an answer", () => {
    const reply = ask(voter(), MessageType.MsgPreVote, { term: 4 });
    assert.deepEqual([reply.reject, reply.refusal, reply.term], [true, VoteRefusal.staleTerm, 5]);
    assert.deepEqual(voter().receive(MessageType.MsgVote, { from: 2, term: 4, index: 9, logTerm: 4 }), []);
  });

  const logs = [
    { index: 4, logTerm: 3, refusal: VoteRefusal.none, name: "equal logs" },
    { index: 5, logTerm: 3, refusal: VoteRefusal.none, name: "a longer log of the same term" },
    { index: 2, logTerm: 4, refusal: VoteRefusal.none, name: "a shorter log of a higher term" },
    { index: 3, logTerm: 3, refusal: VoteRefusal.logShorter, name: "a shorter log of the same term" },
    { index: 9, logTerm: 2, refusal: VoteRefusal.logTermBehind, name: "a longer log of a lower term" },
    { index: 4, logTerm: 2, refusal: VoteRefusal.logTermBehind, name: "an equally long log of a lower term" },
    { index: 0, logTerm: 0, refusal: VoteRefusal.logTermBehind, name: "an empty log" },
  ];
  for (const type of [MessageType.MsgVote, MessageType.MsgPreVote]) {
    for (const { index, logTerm, refusal, name } of logs) {
      test(`§5.4.1: message type ${type}, ${name}: refusal ${refusal}`, () => {
        const member = voter();
        const reply = ask(member, type, { index, logTerm });
        assert.deepEqual([reply.reject, reply.refusal], [refusal !== VoteRefusal.none, refusal]);
        const kind = refusal === VoteRefusal.none ? "vote-granted" : "vote-refused";
        const event = member.eventsOf(kind).at(-1);
        assert.deepEqual(
          [event?.candidate, event?.candidateLastIndex, event?.candidateLastTerm, event?.refusal],
          [2, index, logTerm, refusal],
        );
        assert.deepEqual([event?.lastIndex, event?.lastTerm], [4, 3]);
      });
    }
  }

  test("§5.4.1: a refused higher-term vote raises the term all the same, and the vote stays free", () => {
    const member = voter();
    ask(member, MessageType.MsgVote, { term: 8, index: 1, logTerm: 1 });
    assert.deepEqual(member.durableHardState(), { term: 8, vote: 0, commit: 1 });
    const reply = ask(member, MessageType.MsgVote, { from: 3, term: 8 });
    assert.equal(reply.reject, false);
  });

  test("a grant is durable before it is sent (Raft §5.2)", () => {
    const disk = makeDisk({ voters: [1, 2, 3] });
    const member = new Member(1, disk, { ...plain, asyncStorageWrites: true });
    member.node.step(voteRequest);
    assert.deepEqual(
      member.process().map(({ type }) => type),
      [],
    );
    assert.equal(disk.initialState().hardState.vote, 0);
    const replies = member.runAppend();
    assert.deepEqual(
      replies.map(({ type, to, reject }) => ({ type, to, reject })),
      [{ type: MessageType.MsgVoteResp, to: 2, reject: false }],
    );
    assert.deepEqual(disk.initialState().hardState, { term: 2, vote: 2, commit: 1 });
  });

  test("even a refusal waits for the disk: it may rest on a term that is not durable yet", () => {
    const disk = makeDisk({ voters: [1, 2, 3], terms: [1] });
    const member = new Member(1, disk, { ...plain, asyncStorageWrites: true });
    member.node.step(voteRequest);
    assert.deepEqual(member.process(), []);
    assert.deepEqual(
      member.runAppend().map(({ reject }) => reject),
      [true],
    );
  });
});

const voteRequest = makeMessage(MessageType.MsgVote, { to: 1, from: 2, term: 2, index: 1, logTerm: 1 });

describe("the candidate's tally", () => {
  test("counts voters of the configuration, each once, and hears the reasons", () => {
    const member = new Member(1, makeDisk({ voters: [1, 2, 3, 4, 5], learners: [6] }), plain);
    member.node.campaign();
    member.drain();
    member.receive(MessageType.MsgVoteResp, {
      from: 2,
      term: 2,
      reject: true,
      refusal: VoteRefusal.logShorter,
    });
    member.receive(MessageType.MsgVoteResp, { from: 6, term: 2 });
    member.receive(MessageType.MsgVoteResp, { from: 3, term: 2 });
    assert.deepEqual(
      member.eventsOf("votes-tallied").map(({ granted, refused }) => [granted, refused]),
      [
        [1, 0],
        [1, 1],
        [1, 1],
        [2, 1],
      ],
    );
    assert.equal(member.eventsOf("vote-received")[1]?.refusal, VoteRefusal.logShorter);
    assert.equal(member.node.status().role, Role.candidate, "a learner's grant is not counted");
  });

  test("a lost election ends the campaign at once: the candidate is a follower again", () => {
    const cluster = new Cluster({ settings: plain });
    const ahead = cluster.elect(1);
    cluster.isolate(3);
    cluster.propose(1, "x");
    cluster.heal();
    const behind = cluster.get(3);
    behind.node.campaign();
    cluster.settle();
    assert.equal(behind.node.status().role, Role.follower);
    assert.equal(ahead.node.status().role, Role.follower, "its term was lower than the campaign's");
    assert.deepEqual(
      behind.eventsOf("vote-received").map(({ from, granted }) => [from, granted]),
      [
        [3, true],
        [1, false],
        [2, false],
      ],
    );
  });

  test("answers of the wrong kind are not counted: a pre-vote's in a vote", () => {
    const member = new Member(1, makeDisk({ voters: [1, 2, 3] }), plain);
    member.node.campaign();
    member.drain();
    member.receive(MessageType.MsgPreVoteResp, { from: 2, term: 2 });
    assert.equal(member.node.status().role, Role.candidate);
  });
});

/**
 * The invariants of terms, votes and leaders: each fires on what contradicts it, and is quiet about what only looks like it.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, Role, VoteRefusal } from "@quorate/raft";
import { makeS1 } from "../src/check/s1-election-safety.ts";
import { makeS4 } from "../src/check/s4-leader-completeness.ts";
import { makeS7 } from "../src/check/s7-monotonic.ts";
import { makeS8 } from "../src/check/s8-vote-once.ts";
import { makeS9 } from "../src/check/s9-persist-before-send.ts";
import { makeS14 } from "../src/check/s14-message-term.ts";
import { makeS15 } from "../src/check/s15-elected-by-majority.ts";
import { entry, hard, replicated, Stage, snapshot, voters } from "./check-stage.ts";

describe("S1 election safety", () => {
  test("two leaders in a term", () => {
    const stage = new Stage(makeS1);
    assert.equal(stage.role(1, 5, Role.leader), null);
    assert.equal(stage.role(2, 5, Role.leader), "2 leads in term 5, and so did 1");
  });
  test("one that leads a term again after a crash", () => {
    const stage = new Stage(makeS1);
    stage.role(1, 5, Role.leader);
    stage.restart(1, hard(4), []);
    assert.equal(stage.role(1, 5, Role.leader), "1 leads in term 5 a second time");
  });
  test("candidates of a term, and leaders of different terms, are quiet", () => {
    const stage = new Stage(makeS1);
    assert.equal(stage.role(1, 5, Role.candidate), null);
    assert.equal(stage.role(2, 5, Role.leader), null);
    assert.equal(stage.role(1, 5, Role.follower), null);
    assert.equal(stage.role(1, 6, Role.leader), null);
  });
});

describe("S4 leader completeness", () => {
  test("a leader without a committed entry", () => {
    const stage = replicated(new Stage(makeS4), 2);
    stage.append(3, entry(1, 1));
    assert.equal(
      stage.role(3, 2, Role.leader),
      "3 leads in term 2, and its log (to 1) lacks what was committed up to 2",
    );
  });
  test("a leader whose log begins behind a snapshot of it is quiet", () => {
    const stage = replicated(new Stage(makeS4), 2);
    stage.see(3, { kind: "snapshot-installed", metadata: snapshot(2), hardState: hard(1) });
    assert.equal(stage.role(3, 2, Role.leader), null);
    assert.equal(stage.role(2, 3, Role.leader), null);
  });
});

describe("S7 monotonic positions", () => {
  const tick = (stage: Stage): string | null => stage.raft(1, 1, { kind: "leader-forgotten", lead: 0 });
  test("positions that fall or pass each other", () => {
    const stage = new Stage(makeS7);
    stage.view(1, { term: 5, commit: 4, applied: 3, lastIndex: 6 });
    assert.equal(tick(stage), null);
    stage.view(1, { term: 4 });
    assert.equal(tick(stage), "1 fell from term 5 to 4");
    stage.view(1, { term: 5, commit: 2 });
    assert.equal(tick(stage), "1 fell from commit 4 to 2");
    stage.view(1, { commit: 4, applied: 2 });
    assert.equal(tick(stage), "1 fell from applied 3 to 2");
    stage.view(1, { applied: 5 });
    assert.equal(tick(stage), "1 applied 5, and knows only 4 to be committed");
    stage.view(1, { applied: 3, commit: 7 });
    assert.equal(tick(stage), "1 has commit 7 beyond its log's end 6");
  });
  test("a restart that forgot a term that it answered in", () => {
    const stage = new Stage(makeS7);
    stage.send(1, 2, MessageType.MsgAppResp, { term: 7, index: 1 });
    assert.equal(stage.restart(1, hard(6), []), "1 came back with term 6, and had spoken of term 7");
  });
  test("a restart that forgot its snapshot, and a log that nothing stands before", () => {
    const stage = new Stage(makeS7);
    stage.see(1, { kind: "snapshot-installed", metadata: snapshot(8), hardState: hard(1) });
    assert.equal(
      stage.restart(1, hard(1), [entry(1, 1)]),
      "1 came back with a snapshot of 0, and had a durable one of 8",
    );
    assert.equal(
      stage.restart(2, hard(1), [entry(5, 1)]),
      "2 came back with a log from 5 on, and a snapshot of 0 only",
    );
  });
  test("a cut beyond what is applied", () => {
    const stage = new Stage(makeS7).view(1, { applied: 3, commit: 5, lastIndex: 5 });
    assert.equal(
      stage.see(1, { kind: "log-compacted", upTo: 4 }),
      "1 cut its log up to 4, and has applied 3",
    );
  });
  test("a campaign that is forgotten, and lower commit and applied after a restart, are quiet", () => {
    const stage = new Stage(makeS7);
    stage.view(1, { term: 6, commit: 4, applied: 4, lastIndex: 6 });
    tick(stage);
    stage.send(1, 2, MessageType.MsgVote, { term: 7 });
    stage.send(1, 2, MessageType.MsgPreVoteResp, { term: 9 });
    assert.equal(stage.restart(1, hard(6), [entry(1, 1)]), null);
    stage.view(1, { term: 6, commit: 2, applied: 1, lastIndex: 6 });
    assert.equal(tick(stage), null);
  });
});

describe("S8 one vote per term", () => {
  test("two candidates in one life", () => {
    const stage = new Stage(makeS8);
    assert.equal(grant(stage, 1, 2, 5), null);
    assert.equal(grant(stage, 1, 3, 5), "1 voted for 3 in term 5, and before that for 2");
  });
  test("itself and another one", () => {
    const stage = new Stage(makeS8);
    stage.role(1, 5, Role.candidate);
    assert.equal(grant(stage, 1, 3, 5), "1 voted for 3 in term 5, and before that for 1");
  });
  test("another one after a restart that forgot a vote that was sent", () => {
    const stage = new Stage(makeS8);
    grant(stage, 1, 2, 5);
    stage.send(1, 2, MessageType.MsgVoteResp, { term: 5 });
    assert.equal(
      stage.restart(1, hard(5), []),
      "1 voted for 2 in term 5, and came back with a vote for nobody",
    );
    assert.equal(grant(stage, 1, 3, 5), "1 voted for 3 in term 5, and before that for 2");
  });
  test("a vote that is taken back, or changed, as it is written", () => {
    for (const [vote, words] of [
      [0, "nobody"],
      [3, "3"],
    ] as const) {
      const stage = new Stage(makeS8);
      assert.equal(stage.write(1, hard(5, 2)), null);
      assert.equal(
        stage.write(1, hard(5, vote)),
        `1 takes back its vote for 2 in term 5, and writes one for ${words}`,
      );
      assert.equal(stage.write(1, hard(6)), null, "a new term has none");
    }
  });
  test("a vote that was lost before anybody heard of it does not bind; the same one may be repeated", () => {
    const stage = new Stage(makeS8);
    grant(stage, 1, 2, 5);
    assert.equal(stage.restart(1, hard(4), []), null);
    assert.equal(grant(stage, 1, 3, 5), null);
    assert.equal(stage.write(1, hard(5, 3)), null);
    assert.equal(stage.restart(1, hard(5, 3), []), null);
    assert.equal(grant(stage, 1, 3, 5), null);
  });
});

function grant(stage: Stage, node: number, candidate: number, candidateTerm: number): string | null {
  return stage.raft(node, candidateTerm, {
    ...{ kind: "vote-granted", type: MessageType.MsgVote, candidate, candidateTerm },
    ...{ candidateLastIndex: 1, candidateLastTerm: 1, vote: 0, refusal: VoteRefusal.none },
    ...{ leaseTicks: 0, lastIndex: 1, lastTerm: 1 },
  });
}

describe("S9 persist before send", () => {
  test("a vote, a term and an entry that are not on disk", () => {
    const stage = new Stage(makeS9);
    stage.write(1, hard(4));
    assert.equal(
      stage.send(1, 2, MessageType.MsgVoteResp, { term: 5 }),
      "1 sent a message of type 6 in term 5 with term 4 on disk",
    );
    stage.write(1, hard(5, 3));
    assert.equal(
      stage.send(1, 2, MessageType.MsgVoteResp, { term: 5 }),
      "1 granted its vote of term 5 to 2 with a vote for 3 on disk",
    );
    assert.equal(
      stage.send(1, 2, MessageType.MsgAppResp, { term: 5, index: 1 }),
      "1 acknowledged 1 with a log to 0 on disk",
    );
  });
  test("a leader whose own vote is not on disk", () => {
    const stage = new Stage(makeS9);
    stage.write(1, hard(4));
    assert.equal(
      stage.send(1, 2, MessageType.MsgApp, { term: 5 }),
      "1 sent a message of type 3 in term 5 with term 4 on disk",
    );
    stage.write(1, hard(5));
    assert.equal(
      stage.send(1, 2, MessageType.MsgHeartbeat, { term: 5 }),
      "1 sent a message of type 8 in term 5 as leader with a vote for nobody on disk",
    );
  });
  test("an acknowledgement of what the leader has otherwise", () => {
    const stage = new Stage(makeS9);
    stage.append(2, entry(1, 1), entry(2, 3));
    stage.role(2, 3, Role.leader);
    stage.store(1, hard(3, 2), entry(1, 1), entry(2, 2));
    assert.equal(stage.send(1, 2, MessageType.MsgAppResp, { term: 3, index: 1 }), null);
    assert.equal(
      stage.send(1, 2, MessageType.MsgAppResp, { term: 3, index: 2 }),
      "1 acknowledged 2 to 2, leader of term 3, whose log has something else up to there",
    );
  });
  test("requests for votes, refusals of appends, and what a later term was written over are quiet", () => {
    const stage = new Stage(makeS9);
    stage.store(1, hard(5, 3), entry(1, 5));
    assert.equal(stage.send(1, 2, MessageType.MsgVote, { term: 6 }), null);
    assert.equal(stage.send(1, 2, MessageType.MsgHeartbeatResp, { term: 6 }), null);
    assert.equal(stage.send(1, 2, MessageType.MsgAppResp, { term: 5, index: 9, reject: true }), null);
    assert.equal(stage.send(1, 2, MessageType.MsgAppResp, { term: 4, index: 3 }), null);
    assert.equal(stage.send(1, 2, MessageType.MsgVoteResp, { term: 4 }), null);
  });
});

describe("S14 message terms", () => {
  test("a term that the sender is not in", () => {
    const stage = new Stage(makeS14).view(1, { term: 3 });
    assert.equal(stage.send(1, 2, MessageType.MsgApp, { term: 4 }), "1 in term 3 sent a message of term 4");
    assert.equal(
      stage.send(1, 2, MessageType.MsgPreVote, { term: 5 }),
      "1 in term 3 sent a message of term 5",
    );
  });
  test("a pre-vote names the next term, its grant the asked one, late messages an older one", () => {
    const stage = new Stage(makeS14).view(1, { term: 3 });
    assert.equal(stage.send(1, 2, MessageType.MsgPreVote, { term: 4 }), null);
    assert.equal(stage.send(1, 2, MessageType.MsgPreVoteResp, { term: 9 }), null);
    assert.equal(stage.send(1, 2, MessageType.MsgAppResp, { term: 2 }), null);
  });
});

describe("S15 elected by a majority", () => {
  const { MsgVoteResp } = MessageType;
  const candidate = (): Stage => {
    const stage = new Stage(makeS15);
    stage.view(1, { config: voters([1, 2, 3, 4, 5]) });
    stage.write(1, hard(5, 1));
    return stage;
  };
  test("a leader with too few votes, of another term, for another, or refused", () => {
    const stage = candidate();
    stage.send(2, 1, MsgVoteResp, { term: 5 });
    stage.send(3, 1, MsgVoteResp, { term: 4 });
    stage.send(4, 2, MsgVoteResp, { term: 5 });
    stage.send(5, 1, MsgVoteResp, { term: 5, reject: true });
    assert.equal(
      stage.role(1, 5, Role.leader),
      "1 leads in term 5 with the votes of only 1, 2 of voters 1, 2, 3, 4, 5",
    );
  });
  test("a leader whose own vote is not on its disk", () => {
    const stage = new Stage(makeS15);
    stage.send(2, 1, MsgVoteResp, { term: 5 });
    assert.equal(
      stage.role(1, 5, Role.leader),
      "1 leads in term 5 with the votes of only 2 of voters 1, 2, 3",
    );
  });
  test("a leader of a joint configuration without one of its halves", () => {
    const stage = new Stage(makeS15);
    stage.view(1, { config: voters([1, 2, 3], { votersOutgoing: [1, 4, 5] }) });
    stage.write(1, hard(5, 1));
    stage.send(2, 1, MsgVoteResp, { term: 5 });
    assert.equal(
      stage.role(1, 5, Role.leader),
      "1 leads in term 5 with the votes of only 1 of voters 1, 4, 5",
    );
  });
  test("a majority is quiet, and so is who only campaigns", () => {
    const stage = candidate();
    assert.equal(stage.role(1, 5, Role.candidate), null);
    stage.send(2, 1, MsgVoteResp, { term: 5 });
    stage.send(4, 1, MsgVoteResp, { term: 5 });
    assert.equal(stage.role(1, 5, Role.leader), null);
  });
});

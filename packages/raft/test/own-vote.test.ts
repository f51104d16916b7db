/**
 * Nobody leads before its own vote is durable (Raft §5.2, with asynchronous writes). Found by simulation: a candidate won by
 * the others' votes while its own disk was slow, led, lost power, and was elected by the same voters in the same term again.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Message, Role } from "../src/index.ts";
import { Member, makeDisk, text } from "./member.ts";

const settings = { asyncStorageWrites: true, preVote: false, checkQuorum: false };

function give(messages: readonly Message[], to: Member): void {
  for (const message of messages) if (message.to === to.id) to.node.step(message);
}

function threeMembers(): readonly [Member, Member, Member] {
  const make = (id: number): Member => new Member(id, makeDisk({ voters: [1, 2, 3] }), settings);
  return [make(1), make(2), make(3)];
}

/** 1 campaigns with a disk that takes its time; 2 and 3 grant their votes. */
function campaignOnSlowDisk([slow, ...others]: readonly [Member, Member, Member]): void {
  slow.node.campaign();
  const requests = slow.process();
  for (const other of others) {
    give(requests, other);
    give(other.drain(), slow);
  }
}

test("the votes of all others make no leader; the own one, when it is durable, does", () => {
  const members = threeMembers();
  const [slow] = members;
  campaignOnSlowDisk(members);
  assert.equal(slow.node.role, Role.candidate);
  assert.equal(slow.durableHardState().term, 1);
  slow.drain();
  assert.equal(slow.node.role, Role.leader);
  const { term, vote } = slow.durableHardState();
  assert.deepEqual([term, vote], [2, 1]);
});

test("no two leaderships in one term: what is at an index of a term stays the same entry", () => {
  const members = threeMembers();
  const [slow, second, third] = members;
  const exchange = (rounds: number, others: readonly Member[]): void => {
    for (let round = 0; round < rounds; round++) {
      slow.node.tick();
      const sent = slow.drain();
      for (const other of others) {
        give(sent, other);
        give(other.drain(), slow);
      }
    }
  };
  campaignOnSlowDisk(members);
  slow.node.propose(text("X"));
  // What it sends before its disk has anything reaches 2 alone; then its power fails.
  for (let round = 0; round < 3; round++) {
    give(slow.process(), second);
    give(second.drain(), slow);
  }
  slow.restart();
  slow.node.campaign();
  give(slow.drain(), third);
  give(third.drain(), slow);
  exchange(2, [third]);
  slow.node.propose(text("Y"));
  exchange(8, [third]);
  exchange(8, [second, third]);
  for (const member of members) assert.deepEqual(member.appliedTexts(), ["Y"], `member ${member.id}`);
});

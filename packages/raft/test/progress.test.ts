import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Inflights } from "../src/inflights.ts";
import { Progress, ProgressState } from "../src/progress.ts";

function progress(match = 5, next = 6, countMax = 3): Progress {
  return new Progress(match, next, new Inflights(countMax, 0), false, true);
}

describe("progress (thesis §10.2.1)", () => {
  test("starts by probing, one append with entries at a time", () => {
    const probing = progress();
    assert.equal(probing.state, ProgressState.probe);
    probing.noteSent(0, 0);
    assert.equal(probing.isPaused(), false);
    probing.noteSent(2, 10);
    assert.deepEqual([probing.isPaused(), probing.next], [true, 6]);
  });

  test("replicating, next runs ahead until the window is full", () => {
    const replicating = progress();
    replicating.becomeReplicate();
    replicating.noteSent(2, 10);
    replicating.noteSent(1, 10);
    assert.deepEqual([replicating.next, replicating.isPaused()], [9, false]);
    replicating.noteSent(1, 10);
    assert.deepEqual([replicating.next, replicating.isPaused()], [10, true]);
    replicating.noteSent(0, 0);
    assert.equal(replicating.inflights.count, 3);
  });

  test("acknowledgements raise match and next, never lower them", () => {
    const acked = progress();
    assert.equal(acked.acknowledge(8), true);
    assert.deepEqual([acked.match, acked.next], [8, 9]);
    for (const old of [8, 3, 0]) assert.equal(acked.acknowledge(old), false);
    assert.deepEqual([acked.match, acked.next], [8, 9]);
    acked.becomeReplicate();
    acked.noteSent(5, 1);
    acked.acknowledge(10);
    assert.deepEqual([acked.match, acked.next], [10, 14]);
  });

  test("a rejection of a probe moves next back to the hint, but stays above match", () => {
    for (const { next, rejected, hint, isTaken, expected } of [
      { next: 11, rejected: 10, hint: 7, isTaken: true, expected: 8 },
      { next: 11, rejected: 10, hint: 20, isTaken: true, expected: 10 },
      { next: 11, rejected: 10, hint: 0, isTaken: true, expected: 6 },
      { next: 11, rejected: 9, hint: 7, isTaken: false, expected: 11 },
      { next: 11, rejected: 12, hint: 7, isTaken: false, expected: 11 },
    ]) {
      const probing = progress(5, next);
      probing.paused = true;
      assert.equal(probing.reject(rejected, hint), isTaken);
      assert.deepEqual([probing.next, probing.isPaused()], [expected, !isTaken]);
    }
  });

  test("a rejection while replicating goes back to match, unless it is old", () => {
    const replicating = progress();
    replicating.becomeReplicate();
    replicating.noteSent(4, 1);
    assert.equal(replicating.reject(5, 3), false);
    assert.equal(replicating.reject(8, 3), true);
    assert.equal(replicating.next, 6);
  });

  test("a snapshot pauses everything; behind it probing goes on", () => {
    const waiting = progress();
    waiting.becomeSnapshot(20);
    assert.deepEqual([waiting.isPaused(), waiting.next, waiting.pendingSnapshot], [true, 21, 20]);
    waiting.becomeProbe();
    assert.deepEqual([waiting.state, waiting.next, waiting.pendingSnapshot], [ProgressState.probe, 21, 0]);
    waiting.becomeSnapshot(30);
    waiting.acknowledge(40);
    waiting.becomeProbe();
    assert.equal(waiting.next, 41);
  });

  test("each change of state forgets pauses and what was in flight", () => {
    const changing = progress();
    changing.becomeReplicate();
    for (let count = 0; count < 3; count++) changing.noteSent(1, 1);
    changing.becomeProbe();
    assert.deepEqual([changing.inflights.count, changing.isPaused(), changing.next], [0, false, 6]);
  });

  test("the news of a commit is worth an append only if it is news", () => {
    const telling = progress();
    telling.becomeReplicate();
    telling.noteSent(3, 1);
    telling.sentCommit = 5;
    assert.equal(telling.wantsCommit(5), false);
    assert.equal(telling.wantsCommit(6), true);
    telling.sentCommit = 8;
    assert.equal(telling.wantsCommit(9), false, "all that was sent is known to be committed");
  });

  test("another role keeps what is known; the same role is the same object", () => {
    const voter = progress();
    voter.becomeReplicate();
    voter.noteSent(2, 7);
    voter.sentCommit = 4;
    assert.equal(voter.withRole(false), voter);
    const learner = voter.withRole(true);
    assert.deepEqual({ ...learner.view(), isLearner: false }, voter.view());
    assert.deepEqual([learner.isLearner, learner.sentCommit], [true, 4]);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { resolveConfig } from "../src/config.ts";
import { type RaftConfig, RawNode } from "../src/index.ts";
import { makeDisk } from "./member.ts";
import { SeededRandom } from "./seeded-random.ts";

function base(extra: Partial<RaftConfig> = {}): RaftConfig {
  const storage = makeDisk({ voters: [1, 2, 3] });
  return { id: 1, electionTicks: 10, heartbeatTicks: 1, storage, random: new SeededRandom(1), ...extra };
}

describe("defaults", () => {
  test("pre-vote and check-quorum are on, reads are safe, a removed leader steps down", () => {
    const { preVote, checkQuorum, readMode, stepDownOnRemoval, events } = resolveConfig(base());
    assert.deepEqual(
      { preVote, checkQuorum, readMode, stepDownOnRemoval, events },
      { preVote: true, checkQuorum: true, readMode: "safe", stepDownOnRemoval: true, events: null },
    );
  });

  test("limits", () => {
    const { messageBytesMax, applyBytesMax, inflightMessagesMax, inflightBytesMax, electionSpreadTicks } =
      resolveConfig(base());
    assert.deepEqual(
      { messageBytesMax, applyBytesMax, inflightMessagesMax, inflightBytesMax, electionSpreadTicks },
      {
        messageBytesMax: 1048576,
        applyBytesMax: 1048576,
        inflightMessagesMax: 256,
        inflightBytesMax: 0,
        electionSpreadTicks: 10,
      },
    );
  });

  test("the apply limit follows the message limit, the lease margin the election timeout", () => {
    assert.equal(resolveConfig(base({ messageBytesMax: 77 })).applyBytesMax, 77);
    assert.equal(resolveConfig(base({ electionTicks: 100 })).leaseMarginTicks, 12);
  });
});

describe("settings that cannot work are refused at construction, with the setting's name", () => {
  const bad: [Partial<RaftConfig>, RegExp][] = [
    [{ id: 0 }, /^id must/],
    [{ id: -1 }, /^id must/],
    [{ id: 1.5 }, /^id must/],
    [{ id: 2 ** 53 }, /^id must/],
    [{ electionTicks: 0 }, /^electionTicks must/],
    [{ electionTicks: Number.NaN }, /^electionTicks must/],
    [{ electionSpreadTicks: 0 }, /^electionSpreadTicks must/],
    [{ heartbeatTicks: 0 }, /^heartbeatTicks must/],
    [{ heartbeatTicks: Number.POSITIVE_INFINITY }, /^heartbeatTicks must/],
    [{ applied: -1 }, /^applied must/],
    [{ messageBytesMax: -1 }, /^messageBytesMax must/],
    [{ applyBytesMax: -1 }, /^applyBytesMax must/],
    [{ uncommittedBytesMax: 0 }, /^uncommittedBytesMax must/],
    [{ inflightMessagesMax: 0 }, /^inflightMessagesMax must/],
    [{ inflightBytesMax: -1 }, /^inflightBytesMax must/],
    [{ leaseMarginTicks: 1 }, /^leaseMarginTicks must/],
    [
      { electionTicks: 1, heartbeatTicks: 1 },
      /electionTicks \(1\) must be greater than heartbeatTicks \(1\)/,
    ],
    [{ electionTicks: 5, heartbeatTicks: 9 }, /must be greater than heartbeatTicks/],
    [
      { inflightBytesMax: 10, messageBytesMax: 11 },
      /inflightBytesMax \(10\) must be 0 or at least messageBytesMax/,
    ],
    [{ readMode: "lease", checkQuorum: false }, /lease needs checkQuorum/],
  ];
  for (const [settings, message] of bad) {
    test(
      JSON.stringify(settings, (_key, value: unknown) => (typeof value === "number" ? String(value) : value)),
      () => {
        assert.throws(
          () => new RawNode(base(settings)),
          (error: unknown) => {
            assert.ok(error instanceof Error);
            assert.deepEqual([error.name, "code" in error && error.code], ["RaftError", "config"]);
            assert.match(error.message, message);
            return true;
          },
        );
      },
    );
  }

  test("settings at their limits are taken", () => {
    assert.doesNotThrow(
      () => new RawNode(base({ electionTicks: 2, heartbeatTicks: 1, messageBytesMax: 0, applyBytesMax: 0 })),
    );
    assert.doesNotThrow(
      () => new RawNode(base({ inflightBytesMax: 10, messageBytesMax: 10, inflightMessagesMax: 1 })),
    );
    assert.doesNotThrow(
      () => new RawNode(base({ readMode: "lease", leaseMarginTicks: 2, id: Number.MAX_SAFE_INTEGER })),
    );
  });
});

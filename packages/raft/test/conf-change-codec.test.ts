import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  asV2,
  type ConfChange,
  type ConfChangeSingle,
  ConfChangeTransition,
  ConfChangeType,
  type ConfChangeV2,
  confChangeKind,
  decodeConfChange,
  decodeConfChangeV2,
  encodeConfChange,
  encodeConfChangeV2,
  isLeaveJoint,
  isSingleChange,
  leaveJointChange,
  noData,
  RaftError,
} from "../src/index.ts";

const bytes = fc.uint8Array({ maxLength: 300 });
const single: fc.Arbitrary<ConfChangeSingle> = fc.record(
  {
    type: fc.constantFrom(...Object.values(ConfChangeType)),
    nodeId: fc.oneof(fc.nat(), fc.maxSafeNat()),
  },
  { noNullPrototype: true },
);
const changeV1: fc.Arbitrary<ConfChange> = fc
  .tuple(single, bytes)
  .map(([change, context]) => ({ ...change, context }));
const changeV2: fc.Arbitrary<ConfChangeV2> = fc.record({
  transition: fc.constantFrom(...Object.values(ConfChangeTransition)),
  changes: fc.array(single, { maxLength: 6 }),
  context: bytes,
});
const options = { seed: 20260807, numRuns: 500 };

function plain<T extends { readonly context: Uint8Array }>(change: T) {
  return { ...change, context: [...change.context] };
}

describe("membership changes in the log (Raft §6)", () => {
  test("what is encoded is decoded again", () => {
    fc.assert(
      fc.property(changeV1, (change) => {
        assert.deepEqual(plain(decodeConfChange(encodeConfChange(change))), plain(change));
      }),
      options,
    );
    fc.assert(
      fc.property(changeV2, (change) => {
        assert.deepEqual(plain(decodeConfChangeV2(encodeConfChangeV2(change))), plain(change));
      }),
      options,
    );
  });

  test("any bytes are either a change or a typed error, never anything else", () => {
    for (const decode of [decodeConfChange, decodeConfChangeV2]) {
      fc.assert(
        fc.property(bytes, (data) => {
          try {
            decode(data);
          } catch (error) {
            assert.ok(error instanceof RaftError && error.code === "invariant", String(error));
          }
        }),
        { ...options, numRuns: 2000 },
      );
    }
  });

  test("a change that was cut off anywhere is a change or a typed error", () => {
    const change: ConfChangeV2 = {
      transition: 2,
      changes: [
        { type: 0, nodeId: 300 },
        { type: 3, nodeId: 2 ** 40 },
      ],
      context: Uint8Array.of(1, 2, 3),
    };
    const whole = encodeConfChangeV2(change);
    for (let length = 0; length < whole.length; length++) {
      try {
        assert.notDeepEqual(decodeConfChangeV2(whole.slice(0, length)), change);
      } catch (error) {
        assert.ok(error instanceof RaftError, String(error));
      }
    }
  });

  test("fixed bytes: the encoding is protobuf's and must not move", () => {
    const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex");
    assert.equal(hex(encodeConfChange({ type: 0, nodeId: 1, context: noData })), "10001801");
    assert.equal(
      hex(encodeConfChange({ type: 1, nodeId: 300, context: Uint8Array.of(7) })),
      "100118ac02220107",
    );
    const change: ConfChangeV2 = { transition: 1, changes: [{ type: 3, nodeId: 4 }], context: noData };
    assert.equal(hex(encodeConfChangeV2(change)), "0801120408031004");
    assert.equal(encodeConfChangeV2(leaveJointChange).length, 0);
  });

  test("unknown fields of a newer version are skipped; unknown wire types and values are errors", () => {
    assert.deepEqual(decodeConfChange(Uint8Array.of(0x18, 5, 0x78, 9)).nodeId, 5);
    for (const data of [
      Uint8Array.of(0x10, 9), // a change type that does not exist
      Uint8Array.of(0x15, 0, 0, 0, 0), // a fixed number
      Uint8Array.of(0x22, 5, 1), // a length beyond the end
      Uint8Array.of(0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f), // an unsafe number
      Uint8Array.of(0x18, 0x80), // a number without an end
    ]) {
      assert.throws(() => decodeConfChange(data), RaftError);
    }
    assert.throws(() => decodeConfChangeV2(Uint8Array.of(0x08, 7)), RaftError);
  });

  test("the old form means the same as the new form with one change", () => {
    fc.assert(
      fc.property(changeV1, (change) => {
        const { transition, changes, context } = asV2(change);
        assert.deepEqual(
          { transition, changes },
          { transition: 0, changes: [{ type: change.type, nodeId: change.nodeId }] },
        );
        assert.equal(context, change.context);
        assert.equal(isSingleChange(change), true);
      }),
      { ...options, numRuns: 50 },
    );
  });

  test("how a change is applied follows from its transition and its length", () => {
    const one = [{ type: 0, nodeId: 1 }] as const;
    const two = [...one, { type: 0, nodeId: 2 }] as const;
    const kindOf = (transition: ConfChangeTransition, changes: readonly ConfChangeSingle[]): string =>
      confChangeKind({ transition, changes, context: noData });
    assert.equal(kindOf(0, []), "leave-joint");
    assert.equal(kindOf(0, one), "simple");
    assert.equal(kindOf(0, two), "enter-joint-auto-leave");
    assert.equal(kindOf(1, one), "enter-joint-auto-leave");
    assert.equal(kindOf(1, []), "enter-joint-auto-leave");
    assert.equal(kindOf(2, one), "enter-joint");
    assert.equal(kindOf(2, []), "enter-joint");
    assert.equal(isLeaveJoint({ transition: 0, changes: [], context: Uint8Array.of(1) }), true);
  });
});

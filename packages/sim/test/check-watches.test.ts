/**
 * W1 to W7: each fires on deliveries that contradict it, and all are quiet about what a watch may do.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deleteRangeRequest, putRequest, txnRequest } from "@quorate/store";
import type { MakeChecker } from "../src/check/checker.ts";
import { makeW1 } from "../src/check/w1-filtered.ts";
import { makeW2 } from "../src/check/w2-ordered.ts";
import { makeW3 } from "../src/check/w3-unique.ts";
import { makeW4 } from "../src/check/w4-atomic.ts";
import { makeW5 } from "../src/check/w5-reliable.ts";
import { makeW6 } from "../src/check/w6-resumable.ts";
import { makeW7 } from "../src/check/w7-bookmarkable.ts";
import type { EventSeen, GroupSeen } from "../src/observe/client-observation.ts";
import { bytes, Stage } from "./check-stage.ts";

const put = (key: string, value: string) => putRequest({ key: bytes(key), value: bytes(value) });

/** Revisions: 2 a=1; 3 b=1 and a=2; 4 c=1; 5 a deleted; 6 b=2. */
const commands = [
  put("a", "1"),
  txnRequest({ success: [put("b", "1"), put("a", "2")] }),
  put("c", "1"),
  deleteRangeRequest({ key: bytes("a") }),
  put("b", "2"),
];

const event = (key: string, value: string, modRevision: number, createRevision = modRevision): EventSeen => ({
  ...{ type: "put", key, value, createRevision, modRevision },
  version: createRevision === modRevision ? 1 : 2,
});
const group = (revision: number, ...events: readonly EventSeen[]): GroupSeen => ({ revision, events });
const history: readonly GroupSeen[] = [
  group(2, event("a", "1", 2)),
  group(3, event("b", "1", 3), event("a", "2", 3, 2)),
  group(4, event("c", "1", 4)),
  group(5, { ...event("a", "", 5), type: "delete" }),
  group(6, event("b", "2", 6, 3)),
];
const at = (revision: number): GroupSeen => history[revision - 2] ?? group(revision);

type Options = {
  readonly start?: number;
  readonly key?: string;
  readonly rangeEnd?: string;
  readonly noDelete?: boolean;
  readonly resumes?: number;
};

/** A stage with the history, and watch 1 of a to b unless told otherwise. */
function opened(make: MakeChecker, options: Options = {}): Stage {
  const stage = new Stage(make);
  for (const [position, command] of commands.entries()) stage.apply(1, position + 2, command);
  open(stage, 1, options);
  return stage;
}

function open(stage: Stage, watch: number, options: Options): string | null {
  const { start = 2, key = "a", rangeEnd = "c", noDelete = false, resumes = 0 } = options;
  return stage.see(1, {
    ...{ kind: "watch-opened", watch, key, rangeEnd, startRevision: start },
    ...{ noPut: false, noDelete, resumes },
  });
}

function deliver(
  stage: Stage,
  groups: readonly GroupSeen[],
  through = groups.at(-1)?.revision ?? 0,
  watch = 1,
): string | null {
  return stage.see(1, { kind: "watch-delivered", watch, groups, throughRevision: through });
}

const progress = (stage: Stage, revision: number): string | null =>
  stage.see(1, { kind: "watch-progress", watch: 1, revision });

test("W1 filtered", () => {
  assert.equal(
    deliver(opened(makeW1), [at(2), at(3), at(4)]),
    "watch 1 of a–c at 1 delivered a put of c, which it did not ask for, at revision 4",
  );
  assert.equal(
    deliver(opened(makeW1, { noDelete: true }), [at(5)]),
    "watch 1 of a–c at 1 delivered a delete of a, which it did not ask for, at revision 5",
  );
  assert.equal(
    deliver(opened(makeW1, { start: 4 }), [at(3)]),
    "watch 1 of a–c at 1, from 4 on, delivered revision 3",
  );
});

test("W2 ordered", () => {
  const stage = opened(makeW2);
  deliver(stage, [at(3)]);
  assert.equal(deliver(stage, [at(2)]), "watch 1 of a–c at 1 delivered revision 2 after 3");
  assert.equal(
    deliver(opened(makeW2), [group(3, event("a", "1", 2))]),
    "watch 1 of a–c at 1 delivered a change of revision 2 with revision 3",
  );
});

test("W3 unique", () => {
  const stage = opened(makeW3);
  deliver(stage, [at(2), at(3)]);
  assert.equal(deliver(stage, [at(3)]), "watch 1 of a–c at 1 delivered the change of b at revision 3 twice");
  open(stage, 2, { start: 3, resumes: 1 });
  assert.equal(
    deliver(stage, [at(3)], 3, 2),
    "watch 2 of a–c at 1 delivered the change of b at revision 3 twice",
  );
});

test("W4 atomic", () => {
  const stage = opened(makeW4);
  assert.equal(
    deliver(stage, [group(3, event("b", "1", 3))]),
    "watch 1 of a–c at 1 delivered 1 of 2 changes of revision 3",
  );
  assert.equal(
    deliver(stage, [group(3, event("a", "2", 3, 2))]),
    "watch 1 of a–c at 1 delivered revision 3 in pieces",
  );
  assert.equal(deliver(opened(makeW4, { rangeEnd: "" }), [group(3, event("a", "2", 3, 2))]), null);
});

test("W5 reliable", () => {
  assert.equal(
    deliver(opened(makeW5), [at(2), at(5)]),
    "watch 1 of a–c at 1 delivered revision 5 after 2, and left out 3",
  );
  assert.equal(
    deliver(opened(makeW5), [at(2), group(3, event("b", "9", 3), event("a", "2", 3, 2))]),
    "watch 1 of a–c at 1 delivered b = 9 (version 1) at revision 3; committed there is b = 1 (version 1), a = 2 (version 2)",
  );
  assert.match(deliver(opened(makeW5), [group(9, event("a", "9", 9))]) ?? "", /committed there is nothing/);
});

test("W6 resumable", () => {
  assert.equal(
    deliver(opened(makeW6), [at(3)]),
    "watch 1 of a–c at 1 begins at 2, delivered 3 first, and left out 2",
  );
  const stage = opened(makeW6);
  deliver(stage, [at(2)], 2);
  open(stage, 2, { start: 3, resumes: 1 });
  assert.equal(
    deliver(stage, [at(5)], 5, 2),
    "watch 2 of a–c at 1, resumed after 2, begins at 3, delivered 5 first, and left out 3",
  );
  const ended = opened(makeW6);
  assert.equal(
    ended.see(1, { kind: "watch-ended", watch: 1, compactRevision: 3 }),
    "watch 1 of a–c at 1 ended by a compaction at 3; committed is one at none",
  );
  ended.apply(1, 7, { kind: "compaction", revision: 3 });
  assert.equal(ended.see(1, { kind: "watch-ended", watch: 1, compactRevision: 3 }), null);
  progress(ended, 2);
  assert.equal(
    ended.see(1, { kind: "watch-ended", watch: 1, compactRevision: 3 }),
    "watch 1 of a–c at 1 ended by a compaction at 3, and needed only what is from 3 on",
  );
});

test("W7 bookmarkable", () => {
  const stage = opened(makeW7);
  deliver(stage, [at(2)]);
  assert.equal(
    progress(stage, 4),
    "watch 1 of a–c at 1 was told to have everything up to 4, and was not given 3",
  );
  assert.equal(
    deliver(stage, [at(3)]),
    "watch 1 of a–c at 1 had everything up to 4, and delivered revision 3 then",
  );
  assert.equal(
    progress(opened(makeW7, { start: 7 }), 8),
    "watch 1 of a–c at 1 has everything up to 8; committed is 6",
  );
  assert.match(deliver(opened(makeW7), [at(2)], 3) ?? "", /was not given 3/);
});

describe("all are quiet", () => {
  const all: readonly MakeChecker[] = [makeW1, makeW2, makeW3, makeW4, makeW5, makeW6, makeW7];
  const each = (run: (make: MakeChecker) => void): void => {
    for (const make of all) run(make);
  };
  test("about a whole history, in batches, with bookmarks between", () =>
    each((make) => {
      const stage = opened(make);
      assert.equal(deliver(stage, [at(2), at(3)], 4), null);
      assert.equal(progress(stage, 4), null);
      assert.equal(deliver(stage, [at(5)]), null);
      assert.equal(deliver(stage, [at(6)]), null);
      assert.equal(progress(stage, 6), null);
    }));
  test("about one key without deletions, and all keys", () =>
    each((make) => {
      const one = opened(make, { rangeEnd: "", noDelete: true });
      assert.equal(deliver(one, [at(2), group(3, event("a", "2", 3, 2))], 6), null);
      assert.equal(deliver(opened(make, { rangeEnd: "\0" }), history), null);
    }));
  test("about a watch that goes on at another member, and one that begins in the future", () =>
    each((make) => {
      const stage = opened(make);
      deliver(stage, [at(2), at(3)], 4);
      open(stage, 2, { start: 5, resumes: 1 });
      assert.equal(deliver(stage, [at(5), at(6)], 6, 2), null);
      open(stage, 3, { start: 9 });
      stage.apply(1, 7, put("a", "7"));
      assert.equal(deliver(stage, [], 7, 3), null);
    }));
});

test("the book is complete for a checker that sees nothing else", () => {
  for (const make of [makeW1, makeW5, makeW7]) {
    const { shares = [] } = make();
    const kinds = new Set(shares.flatMap((memory) => memory.kinds ?? []));
    assert.ok(kinds.has("applied") && kinds.has("watch-opened"));
  }
});

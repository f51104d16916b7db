/**
 * V1 to V4: each fires on a healed core that does not come to rest, and is quiet about one that does.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Role } from "@quorate/raft";
import { putRequest } from "@quorate/store";
import { makeV1 } from "../src/check/v1-election.ts";
import { makeV2 } from "../src/check/v2-term-rests.ts";
import { makeV3 } from "../src/check/v3-nothing-pends.ts";
import { makeV4 } from "../src/check/v4-convergence.ts";
import { bytes, Stage, voters } from "./check-stage.ts";

function begun(make: ConstructorParameters<typeof Stage>[0]): Stage {
  const stage = new Stage(make).view(1, {}).view(2, {});
  stage.see(0, { kind: "liveness-begun", core: [1, 2], electWithinMs: 100 });
  return stage;
}

const later = (stage: Stage): Stage => {
  stage.nowUs += 200_000;
  return stage;
};

describe("V1 a healthy core elects", () => {
  test("nobody leads in time", () => {
    const stage = begun(makeV1);
    stage.role(1, 2, Role.candidate);
    assert.equal(later(stage).role(1, 3, Role.candidate), "nobody of 1, 2, healed, leads after 100 ms");
    assert.equal(
      later(begun(makeV1)).see(0, { kind: "liveness-ended" }),
      "nobody of 1, 2, healed, leads after 100 ms",
    );
  });
  test("one of the others who leads them is quiet, one who only did before is not", () => {
    const stage = begun(makeV1).view(1, { lead: 3, term: 4 }).view(3, { role: Role.leader, term: 4 });
    assert.equal(later(stage).see(0, { kind: "liveness-ended" }), null);
    const other = begun(makeV1).view(1, { lead: 3, term: 4 }).view(3, { role: Role.leader, term: 5 });
    assert.equal(
      later(other).see(0, { kind: "liveness-ended" }),
      "nobody of 1, 2, healed, leads after 100 ms",
    );
  });
  test("one that leads in time, or did before, is quiet", () => {
    const stage = begun(makeV1);
    stage.role(2, 2, Role.leader);
    assert.equal(later(stage).role(1, 3, Role.candidate), null);
    const other = new Stage(makeV1).view(1, { role: Role.leader }).view(2, {});
    other.see(0, { kind: "liveness-begun", core: [1, 2], electWithinMs: 100 });
    assert.equal(later(other).role(2, 1, Role.follower), null);
    assert.equal(other.see(0, { kind: "liveness-ended" }), null);
  });
});

describe("V2 the term comes to rest", () => {
  test("elections without an end", () => {
    const stage = later(begun(makeV2));
    for (let term = 2; term < 7; term++) assert.equal(stage.role(1 + (term % 2), term, Role.leader), null);
    assert.equal(
      stage.role(1, 7, Role.leader),
      "1, 2, healed, go on electing: leaders of terms 2, 3, 4, 5, 6, 7 since they should be at rest",
    );
  });
  test("no agreement in the end", () => {
    const stage = begun(makeV2).view(1, { term: 4, lead: 1 }).view(2, { term: 3, lead: 0 });
    assert.equal(
      stage.see(0, { kind: "liveness-ended" }),
      "1, 2, healed, are in terms 4, 3 and follow 1, nobody",
    );
  });
  test("agreement, and a machine that is no member, are quiet", () => {
    const stage = begun(makeV2).view(1, { term: 4, lead: 1 }).view(2, { term: 0, lead: 0 });
    stage.config(1, 5, voters([1]));
    assert.equal(stage.see(0, { kind: "liveness-ended" }), null);
  });
});

describe("V3 nothing stays pending", () => {
  test("a probe without an answer", () => {
    const stage = begun(makeV3);
    stage.see(1, { kind: "probe-called", probe: 1 });
    stage.see(2, { kind: "probe-called", probe: 2 });
    stage.see(1, { kind: "probe-answered", probe: 1 });
    assert.equal(stage.see(0, { kind: "liveness-ended" }), "no answer to probe 2 at 2");
  });
  test("answers in any order are quiet", () => {
    const stage = begun(makeV3);
    stage.see(1, { kind: "probe-called", probe: 1 });
    stage.see(2, { kind: "probe-called", probe: 2 });
    stage.see(2, { kind: "probe-answered", probe: 2 });
    stage.see(1, { kind: "probe-answered", probe: 1 });
    assert.equal(stage.see(0, { kind: "liveness-ended" }), null);
  });
});

describe("V4 states converge", () => {
  const put = putRequest({ key: bytes("k") });
  test("a log that is not applied to its end, and another state", () => {
    const stage = begun(makeV4).view(1, { applied: 3, lastIndex: 3 }).view(2, { applied: 2, lastIndex: 3 });
    stage.apply(1, 2, put, { digest: "aa" });
    stage.apply(2, 2, put, { digest: "aa" });
    assert.equal(
      stage.see(0, { kind: "liveness-ended" }),
      "the healed do not converge: 1 has applied 3 of 3, digest aa; 2 has applied 2 of 3, digest aa",
    );
    stage.view(2, { applied: 3 });
    assert.equal(stage.see(0, { kind: "liveness-ended" }), null);
    stage.see(2, { kind: "restored", index: 3, digest: "bb", by: "snapshot" });
    assert.match(stage.see(0, { kind: "liveness-ended" }) ?? "", /2 has applied 3 of 3, digest bb/);
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { backoffCeilingMs, backoffMs } from "../src/back-off.ts";

const limits = { backoffMinMs: 5, backoffBaseMs: 50, backoffMaxMs: 2000 };

describe("back-off", () => {
  it("has the floor and the doubling ceiling as its bounds, both reached", () => {
    for (let failures = 0; failures < 100; failures++) {
      const ceilingMs = Math.min(2000, 50 * 2 ** failures);
      assert.equal(backoffCeilingMs(failures, limits), ceilingMs);
      assert.equal(backoffMs(failures, limits, { below: () => 0 }), 5);
      assert.equal(backoffMs(failures, limits, { below: (bound) => bound - 1 }), ceilingMs);
    }
  });

  it("asks for chance over the whole range: full jitter", () => {
    const bounds: number[] = [];
    backoffMs(3, limits, {
      below: (bound) => {
        bounds.push(bound);
        return 0;
      },
    });
    assert.deepEqual(bounds, [400 - 5 + 1]);
  });
});

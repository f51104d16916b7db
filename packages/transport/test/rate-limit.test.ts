import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RateLimit } from "../src/rate-limit.ts";
import { fc } from "./property.ts";

describe("rate limit", () => {
  it("lets a tenth of a second's worth through, then makes wait", () => {
    const rate = new RateLimit(1000, 0);
    assert.equal(rate.take(100, 0), 0);
    assert.equal(rate.take(50, 0), 50);
    assert.equal(rate.take(100, 50), 100);
  });

  it("never lets more through than its rate and one burst, if waits are kept", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { minLength: 1, maxLength: 50 }), (sizes) => {
        const rate = new RateLimit(1000, 0);
        let nowMs = 0;
        let sent = 0;
        for (const bytes of sizes) {
          nowMs += rate.take(bytes, nowMs);
          sent += bytes;
          assert.ok(sent <= 100 + nowMs + 1e-6);
        }
      }),
    );
  });

  it("does not save up more than the burst", () => {
    const rate = new RateLimit(1000, 0);
    assert.equal(rate.take(200, 1_000_000), 100);
  });

  it("may be absent", () => {
    assert.equal(new RateLimit(Number.POSITIVE_INFINITY, 0).take(1e12, 0), 0);
  });
});

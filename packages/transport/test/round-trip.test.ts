import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RoundTrip } from "../src/round-trip.ts";

describe("round trip (RFC 6298 §2)", () => {
  it("begins with the first sample and half of it", () => {
    const roundTrip = new RoundTrip();
    assert.deepEqual([roundTrip.srttMs, roundTrip.rttvarMs], [null, null]);
    roundTrip.sample(100);
    assert.deepEqual([roundTrip.srttMs, roundTrip.rttvarMs], [100, 50]);
  });

  it("smooths by one eighth and one quarter, the deviation against the old mean", () => {
    const roundTrip = new RoundTrip();
    roundTrip.sample(100);
    roundTrip.sample(180);
    assert.equal(roundTrip.rttvarMs, 0.75 * 50 + 0.25 * 80);
    assert.equal(roundTrip.srttMs, 0.875 * 100 + 0.125 * 180);
  });

  it("settles on a constant", () => {
    const roundTrip = new RoundTrip();
    for (let count = 0; count < 200; count++) roundTrip.sample(10);
    assert.equal(roundTrip.srttMs, 10);
    assert.ok((roundTrip.rttvarMs ?? 1) < 1e-9);
  });

  it("gives a timeout of mean and four deviations, within limits", () => {
    const roundTrip = new RoundTrip();
    assert.equal(roundTrip.timeoutMs(5, 1000), 1000);
    roundTrip.sample(100);
    assert.equal(roundTrip.timeoutMs(5, 1000), 300);
    assert.equal(roundTrip.timeoutMs(5, 200), 200);
    assert.equal(roundTrip.timeoutMs(400, 1000), 400);
  });

  it("ignores what cannot be", () => {
    const roundTrip = new RoundTrip();
    roundTrip.sample(-1);
    roundTrip.sample(Number.NaN);
    assert.equal(roundTrip.srttMs, null);
  });
});

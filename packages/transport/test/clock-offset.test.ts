import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClockOffset } from "../src/clock-offset.ts";
import { fc } from "./property.ts";

/** A ping at `atMs` of the sender's clocks to a peer whose wall clock is ahead by `aheadMs`. */
function exchange(
  offset: ClockOffset,
  ping: { atMs: number; aheadMs: number; outMs: number; heldMs?: number; backMs: number; jumpMs?: number },
): boolean {
  const { atMs, aheadMs, outMs, heldMs = 0, backMs, jumpMs = 0 } = ping;
  const wallMs = 1_700_000_000_000 + atMs;
  return offset.sample({
    sentAtMs: atMs,
    sentWallMs: wallMs,
    peerReceivedWallMs: wallMs + outMs + aheadMs,
    peerSentWallMs: wallMs + outMs + heldMs + aheadMs,
    echoedAtMs: atMs + outMs + heldMs + backMs,
    echoedWallMs: wallMs + outMs + heldMs + backMs + jumpMs,
  });
}

describe("clock offset (RFC 5905 §8)", () => {
  it("is exact when both ways take equally long", () => {
    const offset = new ClockOffset();
    assert.equal(offset.estimate(0), null);
    assert.ok(exchange(offset, { atMs: 0, aheadMs: 42, outMs: 5, heldMs: 3, backMs: 5 }));
    assert.equal(offset.estimate(13)?.offsetMs, 42);
  });

  it("is within its uncertainty whatever the ways take", () => {
    const way = fc.integer({ min: 0, max: 200 });
    const pings = fc.array(fc.record({ outMs: way, backMs: way, heldMs: fc.nat(20) }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(pings, fc.integer({ min: -1000, max: 1000 }), (all, aheadMs) => {
        const offset = new ClockOffset();
        let atMs = 0;
        for (const ping of all) {
          exchange(offset, { atMs, aheadMs, ...ping });
          atMs += 500;
        }
        const estimate = offset.estimate(atMs);
        assert.ok(estimate !== null);
        assert.ok(Math.abs(estimate.offsetMs - aheadMs) <= estimate.uncertaintyMs);
      }),
    );
  });

  it("trusts the shortest round trip", () => {
    const offset = new ClockOffset();
    exchange(offset, { atMs: 0, aheadMs: 10, outMs: 100, backMs: 2 });
    exchange(offset, { atMs: 200, aheadMs: 10, outMs: 1, backMs: 1 });
    exchange(offset, { atMs: 400, aheadMs: 10, outMs: 2, backMs: 90 });
    assert.equal(offset.estimate(500)?.offsetMs, 10);
  });

  it("throws away samples during which a wall clock jumped", () => {
    const offset = new ClockOffset();
    assert.equal(exchange(offset, { atMs: 0, aheadMs: 10, outMs: 1, backMs: 1, jumpMs: 1000 }), false);
    assert.equal(exchange(offset, { atMs: 0, aheadMs: 10, outMs: 1, heldMs: -500, backMs: 501 }), false);
    assert.equal(offset.estimate(10), null);
  });

  it("forgets the past when a clock was set", () => {
    const offset = new ClockOffset();
    for (let atMs = 0; atMs < 800; atMs += 100) exchange(offset, { atMs, aheadMs: 10, outMs: 1, backMs: 1 });
    exchange(offset, { atMs: 900, aheadMs: 5000, outMs: 3, backMs: 3 });
    assert.equal(offset.estimate(1000)?.offsetMs, 5000);
  });

  it("grows less certain with age", () => {
    const offset = new ClockOffset();
    exchange(offset, { atMs: 0, aheadMs: 0, outMs: 1, backMs: 1 });
    const young = offset.estimate(2)?.uncertaintyMs ?? 0;
    const old = offset.estimate(100_002)?.uncertaintyMs ?? 0;
    assert.ok(Math.abs(old - young - 20) < 1e-6);
  });
});

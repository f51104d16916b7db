import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AdmissionPolicy, admit } from "../src/admission.ts";
import {
  encodeHandshake,
  type Handshake,
  handshakeBytesMax,
  inquiryBytesMax,
  negotiateVersion,
  parseHandshake,
  replyBytesMax,
} from "../src/handshake.ts";
import { type RefusalCauseName, refusalCauseName, remedyOf } from "../src/refusal.ts";
import { WireError } from "../src/transport-error.ts";
import { fc } from "./property.ts";
import { helloOf } from "./raw-peer.ts";
import { clusterId } from "./tcp-network.ts";

const anyHandshake: fc.Arbitrary<Handshake> = fc
  .oneof(
    fc.record({
      kind: fc.constant("hello" as const),
      clusterId: fc.bigInt(0n, (1n << 64n) - 1n),
      from: fc.maxSafeNat(),
      to: fc.maxSafeNat(),
      versions: fc.tuple(fc.nat(65_535), fc.nat(65_535)).map(([min, max]) => ({ min, max })),
      lane: fc.constantFrom(0, 1, 2),
      incarnation: fc.maxSafeNat(),
      addresses: fc.array(fc.constantFrom("127.0.0.1:2380", "[::1]:1", "member.example:65535"), {
        maxLength: 8,
      }),
    }),
    fc.record({
      kind: fc.constant("welcome" as const),
      from: fc.maxSafeNat(),
      version: fc.nat(65_535),
      incarnation: fc.maxSafeNat(),
    }),
    fc.record({
      kind: fc.constant("refusal" as const),
      cause: fc.nat(255),
      detail: fc.string({ maxLength: 100 }).filter((text) => !/\p{Cc}/u.test(text)),
    }),
    fc.record({
      kind: fc.constant("inquiry" as const),
      clusterId: fc.bigInt(0n, (1n << 64n) - 1n),
      versions: fc.tuple(fc.nat(65_535), fc.nat(65_535)).map(([min, max]) => ({ min, max })),
      bytes: fc.uint8Array({ maxLength: inquiryBytesMax }),
    }),
  )
  .map((handshake) => ({ ...handshake }));

function parseOrRefuse(bytes: Uint8Array): Handshake | null {
  try {
    return parseHandshake(bytes)?.handshake ?? null;
  } catch (error) {
    assert.ok(error instanceof WireError, String(error));
    return null;
  }
}

describe("handshake", () => {
  it("gives back what was said, and tells where it ends", () => {
    fc.assert(
      fc.property(anyHandshake, (handshake) => {
        const bytes = encodeHandshake(handshake);
        assert.ok(bytes.length <= handshakeBytesMax);
        const parsed = parseHandshake(Uint8Array.of(...bytes, 1, 2, 3));
        assert.deepEqual(parsed, { handshake, bytes: bytes.length });
        for (const length of [0, 1, 4, 7, 8, bytes.length - 1]) {
          assert.equal(parseHandshake(bytes.subarray(0, length)), null);
        }
      }),
    );
  });

  it("with any bit flipped is refused or incomplete", () => {
    const original = encodeHandshake(helloOf({ addresses: ["127.0.0.1:2380"] }));
    for (let bit = 0; bit < original.length * 8; bit++) {
      const flipped = original.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      assert.equal(parseOrRefuse(flipped), null);
    }
  });

  it("is a reply only for whoever asked, however long it is", () => {
    for (const length of [0, 1, 900, 1001, replyBytesMax]) {
      const bytes = encodeHandshake({ kind: "reply", bytes: new Uint8Array(length).fill(7) });
      assert.throws(() => parseHandshake(bytes), { fault: "garbage" });
      const parsed = parseHandshake(bytes, true);
      assert.equal(parsed?.bytes, bytes.length);
      assert.deepEqual(parsed?.handshake, { kind: "reply", bytes: new Uint8Array(length).fill(7) });
      assert.equal(parseHandshake(bytes.subarray(0, bytes.length - 1), true), null);
    }
    const tooLong = { kind: "reply", bytes: new Uint8Array(65_536) } as const;
    assert.throws(() => encodeHandshake(tooLong), RangeError);
  });

  it("does not ask more than an inquiry may", () => {
    const versions = { min: 1, max: 1 };
    const long = {
      kind: "inquiry",
      clusterId,
      versions,
      bytes: new Uint8Array(inquiryBytesMax + 1),
    } as const;
    assert.throws(() => parseHandshake(encodeHandshake(long)), { fault: "oversized" });
  });

  it("of other protocols is seen as garbage at the first wrong byte", () => {
    for (const text of ["GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0", "\u0016\u0003\u0001", "QX"]) {
      assert.throws(() => parseHandshake(Buffer.from(text)), { fault: "garbage" });
    }
  });

  it("has no control characters left in texts", () => {
    const bytes = encodeHandshake({ kind: "refusal", cause: 1, detail: "a\nb\u001b[31m" });
    const parsed = parseHandshake(bytes)?.handshake;
    assert.equal(parsed?.kind === "refusal" ? parsed.detail : "", "a?b?[31m");
  });

  it("settles on the highest version that both speak", () => {
    assert.equal(negotiateVersion({ min: 1, max: 3 }, { min: 2, max: 5 }), 3);
    assert.equal(negotiateVersion({ min: 1, max: 1 }, { min: 1, max: 9 }), 1);
    assert.equal(negotiateVersion({ min: 3, max: 4 }, { min: 1, max: 2 }), null);
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }), (numbers) => {
        const [a, b, c, d] = numbers as [number, number, number, number];
        const mine = { min: Math.min(a, b), max: Math.max(a, b) };
        const theirs = { min: Math.min(c, d), max: Math.max(c, d) };
        const common = Array.from({ length: 10 }, (_, at) => at).filter(
          (at) => at >= mine.min && at <= mine.max && at >= theirs.min && at <= theirs.max,
        );
        assert.equal(negotiateVersion(mine, theirs), common.at(-1) ?? null);
        assert.equal(negotiateVersion(mine, theirs), negotiateVersion(theirs, mine));
      }),
    );
  });
});

describe("admission", () => {
  const policy: AdmissionPolicy = {
    clusterId,
    self: 1,
    versions: { min: 1, max: 2 },
    isolated: false,
    isRemoved: (id) => id === 66,
    hasRoomFor: () => true,
    isNameAllowed: () => true,
  };

  it("lets in a member of the cluster, known or not", () => {
    assert.deepEqual(admit(helloOf(), policy), { admitted: true, version: 1 });
    assert.deepEqual(admit(helloOf({ versions: { min: 2, max: 7 } }), policy), {
      admitted: true,
      version: 2,
    });
  });

  it("refuses everybody else, with the cause", () => {
    const cases: [RefusalCauseName, Parameters<typeof admit>][] = [
      ["wrongCluster", [helloOf({ clusterId: 1n }), policy]],
      ["wrongTarget", [helloOf({ to: 3 }), policy]],
      ["ownId", [helloOf({ from: 1 }), policy]],
      ["ownId", [helloOf({ from: 0 }), policy]],
      ["removed", [helloOf({ from: 66 }), policy]],
      ["noCommonVersion", [helloOf({ versions: { min: 3, max: 9 } }), policy]],
      ["isolated", [helloOf(), { ...policy, isolated: true }]],
      ["crowded", [helloOf(), { ...policy, hasRoomFor: () => false }]],
      ["certificateName", [helloOf(), { ...policy, isNameAllowed: () => false }]],
    ];
    for (const [cause, [hello, applied]] of cases) {
      const admission = admit(hello, applied);
      assert.equal(admission.admitted ? "" : admission.cause, cause);
      assert.ok(remedyOf(cause).length > 20);
    }
  });

  it("names causes by stable numbers", () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 0].map((cause) => refusalCauseName(cause)),
      [
        "wrongCluster",
        "wrongTarget",
        "ownId",
        "removed",
        "noCommonVersion",
        "isolated",
        "crowded",
        "certificateName",
        "notNow",
        null,
      ],
    );
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeCommand, encodeCommand } from "../src/command-codec.ts";
import { decodeMeta } from "../src/meta.ts";
import { putRequest, type TxnRequest } from "../src/request.ts";
import { StoreError } from "../src/store-error.ts";
import { StoreMachine } from "../src/store-machine.ts";
import { command } from "./arbitrary.ts";
import { b } from "./bytes-of.ts";
import { Driver } from "./driver.ts";
import { property } from "./property-options.ts";

test("a command comes back as it was", () => {
  fc.assert(
    fc.property(command, (original) => assert.deepEqual(decodeCommand(encodeCommand(original)), original)),
    property(500),
  );
});

test("numbers keep their value to the last bit", () => {
  for (const lease of [1n, -1n, (1n << 63n) - 1n, -(1n << 63n)]) {
    const original = putRequest({ key: b("k"), lease });
    assert.deepEqual(decodeCommand(encodeCommand(original)), original);
  }
  for (const revision of [0, -1, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]) {
    const original = { kind: "compaction", revision } as const;
    assert.deepEqual(decodeCommand(encodeCommand(original)), original);
  }
  const alarm = { kind: "alarm", action: 1, memberId: (1n << 64n) - 1n, alarm: 1 } as const;
  assert.deepEqual(decodeCommand(encodeCommand(alarm)), alarm);
});

test("a small put costs eight bytes besides key and value at most", () => {
  assert.ok(encodeCommand(putRequest({ key: b("key"), value: b("value") })).length <= 8 + 8);
});

/** Decodes, or throws what a decoder may throw. */
function survives(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    assert.ok(
      error instanceof StoreError && (error.code === "corrupt" || error.code === "format"),
      String(error),
    );
  }
}

test("damaged commands are decoded or refused, never worse: cuts, random flips, random bytes", () => {
  fc.assert(
    fc.property(
      command,
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 }),
      (original, flips) => {
        const bytes = encodeCommand(original);
        for (let cut = 0; cut < bytes.length; cut += Math.ceil(bytes.length / 200)) {
          assert.throws(() => decodeCommand(bytes.subarray(0, cut)), { code: "corrupt" });
        }
        for (const [at, value] of flips) bytes[at % bytes.length] = value;
        survives(() => decodeCommand(bytes));
      },
    ),
    property(300),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(1, 3, 7), (bytes, kind) => {
      survives(() => decodeCommand(bytes));
      survives(() => decodeCommand(Uint8Array.of(1, kind, ...bytes)));
      survives(() => decodeMeta(Uint8Array.of(1, ...bytes)));
    }),
    property(500),
  );
});

test("a list of a billion in ten bytes, and ten thousand nested transactions, are refused at once", () => {
  assert.throws(() => decodeCommand(Uint8Array.of(1, 3, 0x80, 0x94, 0xeb, 0xdc, 0x03, 0, 0)), {
    code: "corrupt",
  });
  const nested = [1];
  for (let level = 0; level < 10_000; level++) nested.push(3, 0, 1);
  assert.throws(() => decodeCommand(Uint8Array.from(nested)), { code: "corrupt" });
  let deep: TxnRequest = { kind: "txn", compare: [], success: [], failure: [] };
  for (let level = 0; level < 200; level++) deep = { kind: "txn", compare: [], success: [deep], failure: [] };
  assert.throws(() => encodeCommand(deep), { code: "invariant" });
  assert.deepEqual(new Driver().apply({ kind: "delete-range", key: b(""), rangeEnd: b(""), prevKv: false }), {
    code: "key-empty",
  });
});

test("the machine refuses what is no command, alike everywhere, and stops at what a newer version wrote", () => {
  const { store } = new Driver();
  const machine = new StoreMachine(store);
  const outcomes = machine.apply([
    { index: 1, term: 1, data: encodeCommand(putRequest({ key: b("k") })) },
    { index: 3, term: 1, data: new Uint8Array(0) },
    { index: 4, term: 2, data: Uint8Array.of(1, 1, 99) },
  ]);
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.ok ? outcome.response.kind : outcome.code)),
    ["put", "none", "bad-command"],
  );
  assert.deepEqual([store.appliedIndex, store.appliedTerm, store.revision], [4, 2, 2]);
  assert.throws(() => machine.apply([{ index: 5, term: 2, data: Uint8Array.of(9) }]), { code: "format" });
  assert.throws(() => machine.apply([{ index: 5, term: 2, data: Uint8Array.of(1, 60) }]), { code: "format" });
  assert.throws(() => machine.apply([{ index: 5, term: 2, data: Uint8Array.of(2, 3) }]), { code: "format" });
  assert.match(machine.digest(), /^[0-9a-f]{8}$/);
});

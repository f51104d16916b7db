/**
 * The replica over a machine with its own disk, without any cluster: data, sessions and members are always of the same
 * entry, whatever is lost in a crash.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { EntryType, makeEntry } from "@quorate/raft";
import { MemoryBackend } from "@quorate/store";
import fc from "fast-check";
import { type EnvelopeBody, encodeEnvelope } from "../src/envelope.ts";
import { Replica, StateMachineError } from "../src/replica.ts";
import { StoreTally } from "./store-tally.ts";
import { text } from "./tally.ts";

const sessionsMax = 3;
const runs = Number(process.env["QUORATE_RUNS"] ?? 300);
const origin = { member: 1, nonce: 1, serial: 1 };

type Step =
  | { readonly kind: "entry"; readonly body: EnvelopeBody | null }
  | { readonly kind: "flush" | "land" | "crash" | "snapshot" };

const body: fc.Arbitrary<EnvelopeBody | null> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.nat(9).map((n): EnvelopeBody => ({ kind: "command", payload: text(`plain ${n}`) })),
  },
  {
    weight: 6,
    arbitrary: fc.record({ session: fc.nat(12), number: fc.integer({ min: 1, max: 3 }) }).map(
      ({ session, number }): EnvelopeBody => ({
        kind: "session-command",
        session,
        number,
        payload: text(`session ${session} ${number}`),
      }),
    ),
  },
  { weight: 3, arbitrary: fc.constant<EnvelopeBody>({ kind: "open-session" }) },
  fc.nat(12).map((session): EnvelopeBody => ({ kind: "close-session", session })),
  fc.nat(5).map((id): EnvelopeBody => ({ kind: "member-active", id })),
  fc.constant(null),
);

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: body.map((one): Step => ({ kind: "entry", body: one })) },
    { weight: 3, arbitrary: fc.constant<Step>({ kind: "flush" }) },
    { weight: 3, arbitrary: fc.constant<Step>({ kind: "land" }) },
    { weight: 2, arbitrary: fc.constant<Step>({ kind: "crash" }) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: "snapshot" }) },
  ),
  { maxLength: 60 },
);

function entryAt(index: number, one: EnvelopeBody | null): ReturnType<typeof makeEntry> {
  const data = one === null ? new Uint8Array(0) : encodeEnvelope(origin, one);
  return makeEntry(EntryType.normal, 1, index, data);
}

test("after any crash the replica is that of the entries up to its place, and goes on like one that never crashed", () => {
  fc.assert(
    fc.property(steps, (plan) => {
      const log: (EnvelopeBody | null)[] = [];
      const backend = new MemoryBackend({ settling: "manual", isPersistent: true });
      let replica = new Replica<number>(new StoreTally(backend), sessionsMax);
      const truth = (count: number): string | null => {
        const other = new Replica<number>(new StoreTally(new MemoryBackend()), sessionsMax);
        other.apply(log.slice(0, count).map((one, at) => entryAt(at + 1, one)));
        return other.digest();
      };
      for (const step of plan) {
        if (step.kind === "entry") {
          log.push(step.body);
          replica.apply([entryAt(log.length, step.body)]);
        } else if (step.kind === "flush") {
          replica.durable?.flush();
        } else if (step.kind === "land") {
          backend.settle();
        } else if (step.kind === "snapshot") {
          // Reading a snapshot sets the sidecars, but makes nothing durable.
          const reader = replica.snapshot();
          while (reader.next() !== null);
          reader.close();
        } else {
          backend.crash();
          replica = new Replica<number>(new StoreTally(backend), sessionsMax);
          assert.ok(replica.resume() || replica.durable?.appliedIndex === 0);
          assert.equal(replica.applied, replica.durable?.appliedIndex);
          assert.equal(replica.digest(), truth(replica.applied));
          const rest = log.slice(replica.applied).map((one, at) => entryAt(replica.applied + at + 1, one));
          replica.apply(rest);
        }
        assert.ok((replica.durablePlace?.index ?? 0) <= (replica.durable?.durableIndex ?? 0));
      }
      assert.equal(replica.digest(), truth(log.length));
    }),
    { numRuns: runs, seed: Number(process.env["QUORATE_SEED"] ?? 1) },
  );
});

test("a commit that begins while entries are being applied is refused: it would part data and sessions", () => {
  const machine = new StoreTally(new MemoryBackend({ isPersistent: true }));
  const impatient = {
    durable: machine.durable,
    apply: (commands: Parameters<StoreTally["apply"]>[0]) => {
      const results = machine.apply(commands);
      machine.store.flush();
      return results;
    },
    snapshot: () => machine.snapshot(),
    restore: () => machine.restore(),
  };
  const replica = new Replica<number>(impatient, sessionsMax);
  const entry = entryAt(1, { kind: "command", payload: text("one") });
  assert.throws(() => replica.apply([entry]), StateMachineError);
});

test("a restored snapshot and the sidecars are one step: a crash before it leaves the old state whole", () => {
  // A sender whose machine keeps nothing has no sidecars in its snapshot; the receiver makes its own.
  const sender = new Replica<number>(new StoreTally(new MemoryBackend()), sessionsMax);
  sender.apply([entryAt(1, { kind: "open-session" })]);
  sender.apply([entryAt(2, { kind: "session-command", session: 1, number: 1, payload: text("sent") })]);
  for (const isCompleted of [false, true]) {
    const backend = new MemoryBackend({ isPersistent: true });
    const receiver = new Replica<number>(new StoreTally(backend), sessionsMax);
    receiver.apply([entryAt(1, { kind: "command", payload: text("own") })]);
    receiver.durable?.flush();
    const before = receiver.digest();
    const writer = receiver.restore();
    const reader = sender.snapshot();
    for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) {
      for (let at = 0; at < chunk.length; at += 7) writer.write(chunk.subarray(at, at + 7));
    }
    if (isCompleted) writer.finish();
    const again = new Replica<number>(new StoreTally(backend), sessionsMax);
    assert.ok(again.resume());
    assert.equal(again.digest(), isCompleted ? sender.digest() : before);
    assert.equal(again.applied, isCompleted ? 2 : 1);
  }
});

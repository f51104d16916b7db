/** What is written into entries, snapshots and requests comes back, and garbage is refused with a clear error. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ConfState, type Entry, EntryType } from "@quorate/raft";
import fc from "fast-check";
import { ByteReader, ByteWriter, FormatError } from "../src/bytes.ts";
import { decodeEnvelope, type EnvelopeBody, encodeEnvelope, type Origin } from "../src/envelope.ts";
import { MemberError } from "../src/index.ts";
import { definitely } from "../src/member-error.ts";
import { decodePlacement, decodeProposals, encodePlacement, encodeProposals } from "../src/peer-requests.ts";
import { Replica } from "../src/replica.ts";
import { decodeChangeContext, encodeChangeContext, Roster } from "../src/roster.ts";
import { SessionTable } from "../src/session-table.ts";
import { Tally, text } from "./tally.ts";

const safe = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const bytes = fc.uint8Array({ maxLength: 50 });
const origin: fc.Arbitrary<Origin> = fc
  .tuple(safe, safe, safe)
  .map(([member, nonce, serial]) => ({ member, nonce, serial }));
const body: fc.Arbitrary<EnvelopeBody> = fc.oneof(
  bytes.map((payload) => ({ kind: "command", payload }) as const),
  fc
    .tuple(safe, safe, bytes)
    .map(([session, number, payload]) => ({ kind: "session-command", session, number, payload }) as const),
  fc.constant({ kind: "open-session" } as const),
  safe.map((session) => ({ kind: "close-session", session }) as const),
  safe.map((id) => ({ kind: "member-active", id }) as const),
  fc
    .tuple(safe, fc.string(), fc.array(fc.string()))
    .map(([id, name, clientUrls]) => ({ kind: "publish-member", id, name, clientUrls }) as const),
);

/** Bytes that are not what a decoder expects give its error or a value, never anything else. */
function assertSafe(decode: (garbage: Uint8Array) => unknown, valid: Uint8Array): void {
  const attempt = (garbage: Uint8Array): void => {
    try {
      decode(garbage);
    } catch (error) {
      assert.ok(error instanceof FormatError, `${String(error)} for ${Buffer.from(garbage).toString("hex")}`);
    }
  };
  for (let length = 0; length < valid.length; length++) attempt(valid.subarray(0, length));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), attempt), { numRuns: 300 });
  const flips = fc.tuple(fc.nat({ max: valid.length - 1 }), fc.nat({ max: 255 }));
  fc.assert(
    fc.property(flips, ([position, value]) => {
      const damaged = valid.slice();
      damaged[position] = value;
      attempt(damaged);
    }),
    { numRuns: 300 },
  );
}

test("numbers of all sizes come back", () => {
  const values = [0, 1, 127, 128, 2 ** 31, 2 ** 32 + 1, 2 ** 49, 2 ** 50 - 1, Number.MAX_SAFE_INTEGER];
  for (const value of values)
    assert.equal(new ByteReader(new ByteWriter().varint(value).finish()).varint(), value);
  for (const value of [-1, 0.5, 2 ** 53, Number.NaN])
    assert.throws(() => new ByteWriter().varint(value), FormatError);
});

test("envelopes come back", () => {
  fc.assert(
    fc.property(origin, body, (from, what) => {
      assert.deepEqual(decodeEnvelope(encodeEnvelope(from, what)), { origin: from, ...what });
    }),
  );
});

test("an envelope of another version or kind names the remedy", () => {
  const data = encodeEnvelope({ member: 1, nonce: 2, serial: 3 }, { kind: "open-session" });
  const newer = data.slice();
  newer[0] = 0x22;
  assert.throws(() => decodeEnvelope(newer), /format 2, this member knows 1; upgrade/);
  const stranger = data.slice();
  stranger[0] = 0x1f;
  assert.throws(() => decodeEnvelope(stranger), /unknown kind 15; upgrade/);
});

test("garbage for an envelope is refused", () => {
  const data = encodeEnvelope({ member: 1, nonce: 2, serial: 3 }, { kind: "close-session", session: 4 });
  assertSafe(decodeEnvelope, data);
});

test("requests between members come back", () => {
  fc.assert(
    fc.property(fc.array(bytes), safe, safe, (batch, index, term) => {
      assert.deepEqual(decodeProposals(encodeProposals(7, batch)), { term: 7, batch });
      assert.deepEqual(decodePlacement(encodePlacement({ index, term })), { index, term });
    }),
  );
  const error = decodePlacement(encodePlacement(definitely("transferring", "wait")));
  assert.ok(error instanceof MemberError);
  assert.deepEqual([error.code, error.definite, error.message], ["transferring", true, "wait"]);
  assertSafe(decodeProposals, encodeProposals(7, [text("one"), text("two")]));
  assertSafe(decodePlacement, encodePlacement(definitely("no-leader", "nobody")));
});

test("a session table comes back in the order of use", () => {
  const table = new SessionTable(3);
  for (const id of [1, 2, 3]) table.open(id);
  table.judge(1, 5);
  table.record(1, 5, text("five"));
  const copy = new SessionTable(3);
  copy.decode(table.encode());
  assert.deepEqual(copy.encode(), table.encode());
  assert.deepEqual(copy.judge(1, 5), { kind: "repeat", result: text("five") });
  assert.deepEqual(copy.judge(1, 4), { kind: "old" });
  assert.deepEqual(copy.judge(1, 6), { kind: "execute" });
  copy.open(4);
  assert.deepEqual(copy.judge(2, 1), { kind: "unknown" });
  assert.deepEqual(copy.judge(3, 1), { kind: "execute" });
});

test("garbage for a session table is refused", () => {
  const table = new SessionTable(3);
  table.open(7);
  table.record(7, 1, text("result"));
  const decode = (garbage: Uint8Array): void => new SessionTable(3).decode(garbage);
  assertSafe(decode, table.encode());
  const newer = table.encode();
  newer[0] = 9;
  assert.throws(() => decode(newer), FormatError);
});

const config: ConfState = {
  voters: [1, 2],
  votersOutgoing: [],
  learners: [3],
  learnersNext: [],
  autoLeave: false,
};

function makeRoster(): Roster {
  const roster = new Roster();
  const members = [1, 2, 4].map((id) => ({ id, name: `m${id}`, addresses: [`m${id}:1`] }));
  roster.begin({ ...config, voters: [1, 2, 4], learners: [] }, members, 1, 1);
  const third = { id: 3, name: "m3", addresses: ["m3:1", "m3:2"] };
  roster.change(9, 2, config, {
    members: [third],
    by: "somebody",
    atMs: 5,
    origin: { member: 1, nonce: 2, serial: 3 },
  });
  roster.activate(1);
  return roster;
}

test("a roster comes back: members, removed IDs, activity, history", () => {
  const roster = makeRoster();
  const copy = new Roster();
  copy.decode(roster.encode());
  assert.deepEqual(copy.list(), roster.list());
  assert.deepEqual(copy.history(), roster.history());
  assert.deepEqual(
    copy.list().map(({ id }) => id),
    [1, 2, 3],
  );
  assert.deepEqual(
    [copy.isRemoved(4), copy.isRemoved(3), copy.isActive(1), copy.isActive(2)],
    [true, false, true, false],
  );
  assert.deepEqual(
    copy.history().map(({ version, index, by }) => [version, index, by]),
    [
      [1, 1, "bootstrap"],
      [2, 9, "somebody"],
    ],
  );
});

test("garbage for a roster, and for a change's context, is refused", () => {
  assertSafe((garbage) => new Roster().decode(garbage), makeRoster().encode());
  for (const other of ["null", "7", "{}", '{"format":1}', '{"format":2,"members":[]}'])
    assert.throws(() => new Roster().decode(text(other)), FormatError, other);
  const context = { members: [], by: "x", atMs: 1, origin: { member: 1, nonce: 2, serial: 3 } };
  assert.deepEqual(decodeChangeContext(encodeChangeContext(context)), context);
  assert.equal(decodeChangeContext(new Uint8Array(0)), null);
  assertSafe(decodeChangeContext, encodeChangeContext(context));
});

function entry(index: number, data: Uint8Array): Entry {
  return { type: EntryType.normal, term: 1, index, data };
}

test("a replica's snapshot comes back whole, in chunks of any size, and garbage changes nothing", () => {
  const replica = new Replica(new Tally(), 10);
  const from = { member: 1, nonce: 2, serial: 3 };
  replica.apply([
    entry(1, encodeEnvelope(from, { kind: "open-session" })),
    entry(2, encodeEnvelope(from, { kind: "session-command", session: 1, number: 1, payload: text("one") })),
    entry(3, new Uint8Array(0)),
    entry(4, encodeEnvelope(from, { kind: "command", payload: text("two") })),
  ]);
  const reader = replica.snapshot();
  const chunks: Uint8Array[] = [];
  for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) chunks.push(chunk);
  const whole = new Uint8Array(Buffer.concat(chunks));
  for (const size of [1, 2, 7, 13, whole.length]) {
    const copy = new Replica(new Tally(), 10);
    const writer = copy.restore();
    for (let start = 0; start < whole.length; start += size)
      writer.write(whole.subarray(start, start + size));
    writer.finish();
    assert.deepEqual([copy.applied, copy.appliedTerm, copy.digest()], [4, 1, replica.digest()]);
  }
  const untouched = new Replica(new Tally(), 10);
  const writer = untouched.restore();
  writer.write(whole.subarray(0, 10));
  assert.throws(() => writer.finish(), FormatError);
  assert.equal(untouched.applied, 0);
});

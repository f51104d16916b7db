/** Proposals that wait: what may be called definite, in which order ever answers, entries and snapshots come. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { MemberError } from "../src/member-error.ts";
import { ProposalTable } from "../src/proposal-table.ts";
import type { Applied } from "../src/replica.ts";

function tableWith(serial: number): {
  readonly table: ProposalTable;
  readonly ends: (MemberError | "resolved")[];
} {
  const table = new ProposalTable({ proposalsMax: 10, bytesMax: 1000 });
  const ends: (MemberError | "resolved")[] = [];
  table.add(serial, 10, 5000, {
    resolve: () => ends.push("resolved"),
    reject: (error) => ends.push(error),
  });
  return { table, ends };
}

function foreign(index: number, term: number): Applied {
  return { index, term, origin: null, result: undefined, error: null };
}

test("the leader's answer comes after a snapshot that may have the entry in it: nobody knows", () => {
  const { table, ends } = tableWith(7);
  table.noteSent(7, 10);
  table.skipTo(696);
  table.place(7, 696, 10);
  table.settle(foreign(697, 11), false);
  assert.equal(ends.length, 1);
  assert.ok(ends[0] !== "resolved" && ends[0]?.definite === false, "it may have been committed");
  assert.match(String(ends[0]), /snapshot/);
  assert.equal(table.size, 0);
});

test("placed behind the snapshot, it is settled by what is applied", () => {
  const { table, ends } = tableWith(7);
  table.noteSent(7, 10);
  table.skipTo(696);
  table.place(7, 697, 10);
  table.settle(foreign(697, 11), false);
  assert.ok(ends[0] !== "resolved" && ends[0]?.definite === true, "another entry is in its place");
});

test("in flight while a snapshot came, and never answered: a later term says nothing", () => {
  const { table, ends } = tableWith(7);
  table.noteSent(7, 10);
  table.skipTo(696);
  table.settle(foreign(697, 11), false);
  assert.equal(ends.length, 0);
  table.expire(5000);
  assert.ok(ends[0] !== "resolved" && ends[0]?.definite === false);
});

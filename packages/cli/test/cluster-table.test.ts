import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { orderOfLine, ordersOfKeys } from "../src/cluster/cluster-input.ts";
import { type MemberStatus, readStatus } from "../src/cluster/member-status.ts";
import { type MemberRow, statusTable } from "../src/cluster/status-table.ts";

const status = (memberId: string, more: Partial<MemberStatus> = {}): MemberStatus => ({
  memberId,
  leader: "2",
  term: 7,
  commit: 120_345,
  applied: 120_345,
  dbBytes: 20_480,
  isLearner: false,
  errors: [],
  ...more,
});

const row = (name: string, port: number, more: Partial<MemberRow>): MemberRow => ({
  name,
  clientUrl: `http://127.0.0.1:${port}`,
  pid: 12_345,
  ended: null,
  status: null,
  isChosen: false,
  ...more,
});

const rows: readonly MemberRow[] = [
  row("m1", 2379, { status: status("1", { applied: 120_300, errors: ["memberID:1 alarm:NOSPACE"] }) }),
  row("m2", 22379, { status: status("2", { dbBytes: 1_234_567 }), isChosen: true }),
  row("m3", 32379, { ended: "was ended by SIGKILL", pid: null }),
  row("m4", 42379, {}),
  row("m5", 52379, { status: status("5", { leader: "0", isLearner: true, dbBytes: 999_600_000 }) }),
];

test("the table fits 80 columns", () => {
  assert.deepEqual(statusTable(rows, { columns: 80, isColoured: false }), [
    "  NAME    PID  CLIENTS          ROLE      TERM  COMMIT  LAG  DB SIZE  HEALTH",
    "  m1    12345  127.0.0.1:2379   follower     7  120345   45  20.5 kB  NOSPACE",
    "> m2    12345  127.0.0.1:22379  leader       7  120345    0   1.2 MB  ok",
    "  m3        –  127.0.0.1:32379  dead         –       –    –        –  SIGKILL",
    "  m4    12345  127.0.0.1:42379  starting     –       –    –        –  no answer",
    "  m5    12345  127.0.0.1:52379  learner      7  120345    0   1.0 GB  no leader",
  ]);
});

test("a wide terminal shows more, a narrow one less, and no line is wider than it", () => {
  assert.equal(
    statusTable(rows, { columns: 120, isColoured: false })[1],
    "  m1    12345  http://127.0.0.1:2379   follower     7  120345   45  m2      20.5 kB  NOSPACE",
  );
  assert.doesNotMatch(statusTable(rows, { columns: 70, isColoured: false })[0] ?? "", /DB SIZE/);
  for (let columns = 20; columns < 130; columns++)
    for (const line of statusTable(rows, { columns, isColoured: false }))
      assert.ok(line.length < columns, `${columns}`);
});

test("colours say who leads and who is dead, and take no room", () => {
  const coloured = statusTable(rows, { columns: 80, isColoured: true });
  assert.ok(coloured[2]?.startsWith("\u001b[32m> m2"));
  assert.ok(coloured[3]?.startsWith("\u001b[31m  m3"));
  assert.deepEqual(
    coloured.map((line) => stripVTControlCharacters(line)),
    statusTable(rows, { columns: 80, isColoured: false }),
  );
});

test("a status is read from the gateway's JSON, where zeros are left out", () => {
  assert.deepEqual(
    readStatus({
      header: { member_id: "3" },
      leader: "2",
      raftTerm: "7",
      raftIndex: "9",
      raftAppliedIndex: "8",
      dbSize: "512",
    }),
    {
      memberId: "3",
      leader: "2",
      term: 7,
      commit: 9,
      applied: 8,
      dbBytes: 512,
      isLearner: false,
      errors: [],
    },
  );
  assert.deepEqual(readStatus({}), {
    memberId: "0",
    leader: "0",
    term: 0,
    commit: 0,
    applied: 0,
    dbBytes: 0,
    isLearner: false,
    errors: [],
  });
});

test("keys are orders", () => {
  assert.deepEqual(ordersOfKeys("k"), [{ kind: "kill", name: null }]);
  assert.deepEqual(ordersOfKeys("2k\u001b[B\u001b[A\u001bRx"), [
    { kind: "choose", position: 1 },
    { kind: "kill", name: null },
    { kind: "move", by: 1 },
    { kind: "move", by: -1 },
    { kind: "unchoose" },
    { kind: "restart", name: null },
  ]);
  assert.deepEqual(ordersOfKeys("\u0003q"), [{ kind: "quit" }, { kind: "quit" }]);
});

test("lines are orders", () => {
  assert.deepEqual(orderOfLine("kill m2"), { kind: "kill", name: "m2" });
  assert.deepEqual(orderOfLine(" S "), { kind: "stop", name: null });
  assert.deepEqual(orderOfLine("quit"), { kind: "quit" });
  assert.equal(orderOfLine("dance"), null);
  assert.equal(orderOfLine(""), null);
});

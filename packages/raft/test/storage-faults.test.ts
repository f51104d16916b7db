import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MessageType, makeMessage, RaftError, Role, type StorageFault } from "../src/index.ts";
import { assertRefused, Cluster, changeOf } from "./cluster.ts";
import { FaultyStorage, type StorageCall } from "./faulty-storage.ts";
import { Member, makeDisk, text } from "./member.ts";

const settings = { preVote: false, checkQuorum: false };

/** A leader whose storage is about to fail, and who has to read from it for member 3. */
function group(extra = {}): { cluster: Cluster; leader: Member; storage: FaultyStorage } {
  const storages: FaultyStorage[] = [];
  const view = (disk: Member["disk"]): FaultyStorage => {
    const storage = new FaultyStorage(disk);
    storages.push(storage);
    return storage;
  };
  const cluster = new Cluster({ settings: { ...settings, ...extra, view } });
  const leader = cluster.elect(1);
  cluster.isolate(3);
  for (const value of ["a", "b"]) cluster.propose(1, value);
  return { cluster, leader, storage: storages[0] as FaultyStorage };
}

/** Everything is refused from now on. */
function assertDead(member: Member): void {
  const { node } = member;
  assertRefused(node.tick(), "storage");
  assertRefused(node.propose(text("x")), "storage");
  assertRefused(node.proposeBatch([text("x")]), "storage");
  assertRefused(node.proposeConfChange(changeOf("l9")), "storage");
  assertRefused(node.readIndex(99), "storage");
  assertRefused(node.campaign(), "storage");
  assertRefused(node.transferLeadership(2), "storage");
  assertRefused(node.forgetLeader(), "storage");
  assertRefused(node.resign(), "storage");
  assertRefused(node.reportUnreachable(2), "storage");
  assertRefused(node.reportSnapshot(2, true), "storage");
  assertRefused(
    node.step(makeMessage(MessageType.MsgHeartbeat, { from: 2, to: member.id, term: 99 })),
    "storage",
  );
  assert.throws(() => node.ready(), RaftError);
  assert.throws(() => node.advance(), RaftError);
  assert.throws(() => node.applyConfChange(changeOf("l9")), RaftError);
  assert.ok(node.status().id === member.id, "its state can still be looked at");
  assert.equal(member.eventsOf("failed").length, 1, "it failed once");
}

describe("a storage that fails in the middle of an input", () => {
  const rejection = { from: 3, term: 2, index: 4, reject: true, rejectHint: 2, logTerm: 2 } as const;

  for (const [call, fault] of [
    ["entries", "io"],
    ["entries", "corrupt"],
    ["entries", "unavailable"],
    ["term", "io"],
    ["term", "corrupt"],
    ["term", "snapshot-unavailable"],
  ] as [StorageCall, StorageFault][]) {
    test(`${call} answers ${fault}: the input is refused with it, and the member is unusable`, () => {
      const { leader, storage } = group();
      storage.fail(call, fault);
      const outcome = leader.node.step(makeMessage(MessageType.MsgAppResp, { to: 1, ...rejection }));
      assertRefused(outcome, "storage");
      assert.ok(!outcome.ok && outcome.message.includes(fault), "it says what the storage said");
      assertDead(leader);
    });
  }

  for (const fault of ["io", "corrupt", "compacted", "unavailable"] as const) {
    test(`snapshot answers ${fault}: likewise`, () => {
      const { leader, storage } = group();
      leader.compact();
      storage.fail("snapshot", fault);
      assertRefused(
        leader.node.step(makeMessage(MessageType.MsgAppResp, { to: 1, ...rejection })),
        "storage",
      );
      assertDead(leader);
    });
  }

  test("snapshot answers snapshot-unavailable: nothing happens, it is asked again", () => {
    const { leader, storage } = group();
    leader.compact();
    storage.fail("snapshot", "snapshot-unavailable");
    assert.equal(leader.node.step(makeMessage(MessageType.MsgAppResp, { to: 1, ...rejection })).ok, true);
    assert.equal(leader.node.status().role, Role.leader);
  });

  test("an empty snapshot where the log is compacted is an error as well", () => {
    const { leader } = group();
    leader.disk.compact(leader.appliedIndex); // and no snapshot was made beyond the first
    const empty = leader.disk.snapshot();
    assert.ok(typeof empty !== "string" && empty.metadata.index === 1);
    const outcome = leader.node.step(makeMessage(MessageType.MsgAppResp, { to: 1, ...rejection }));
    assert.equal(outcome.ok, true, "a snapshot at index 1 is a snapshot");
  });
});

describe("a storage that fails where there is no input", () => {
  test("in ready(): it throws the typed error with the fault, then and later", () => {
    const disk = makeDisk({ voters: [1, 2, 3], terms: [1, 1], hardState: { commit: 3 } });
    let storage: FaultyStorage | null = null;
    const view = (own: typeof disk): FaultyStorage => {
      storage = new FaultyStorage(own);
      return storage;
    };
    const member = new Member(1, disk, { ...settings, view });
    assert.ok(storage !== null);
    (storage as FaultyStorage).fail("entries", "corrupt");
    for (let repeat = 0; repeat < 2; repeat++) {
      assert.throws(() => member.node.ready(), { name: "RaftError", code: "storage", fault: "corrupt" });
    }
    assertDead(member);
  });

  test("in applyConfChange(): it throws, and the member is unusable", () => {
    const { leader, storage } = group();
    leader.node.proposeConfChange(changeOf("l4"));
    storage.fail("term", "io");
    assert.throws(() => leader.node.applyConfChange(changeOf("l4")), { code: "storage", fault: "io" });
    assertDead(leader);
  });

  test("a storage that returns nothing where there is something", () => {
    const disk = makeDisk({ voters: [1, 2, 3], terms: [1], hardState: { commit: 2 } });
    const view = (own: typeof disk) => {
      const storage = new FaultyStorage(own);
      return Object.assign(storage, { entries: () => [] });
    };
    const member = new Member(1, disk, { ...settings, view });
    assert.throws(() => member.node.ready(), /returned nothing/);
  });
});

describe("a member that failed", () => {
  test("restarts from its disk and takes part again", () => {
    const { cluster, leader, storage } = group();
    storage.fail("entries", "io");
    leader.node.step(
      makeMessage(MessageType.MsgAppResp, {
        from: 3,
        to: 1,
        term: 2,
        index: 4,
        reject: true,
        rejectHint: 2,
        logTerm: 2,
      }),
    );
    leader.crash();
    cluster.heal();
    cluster.tick(60);
    cluster.reconfigure(1, { view: (disk) => disk });
    cluster.tick(5);
    assert.deepEqual(cluster.get(1).appliedTexts(), ["a", "b"]);
  });

  test("an error that is not the core's own is not swallowed", () => {
    const disk = makeDisk({ voters: [1, 2, 3] });
    const view = (own: typeof disk) =>
      Object.assign(new FaultyStorage(own), {
        term: (): number => {
          throw new TypeError("a bug of the storage");
        },
      });
    assert.throws(() => {
      const member = new Member(1, disk, { ...settings, view });
      member.node.campaign();
    }, TypeError);
  });
});

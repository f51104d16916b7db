/**
 * A group of three in one process: `node packages/raft/examples/three-members.ts`.
 *
 * It shows everything an application does for the core: store, send, apply, membership changes, snapshots and
 * compaction, restart, reads. Only the disk and the network are missing: a `MemoryStorage` stands for the one, a list
 * of messages for the other.
 */

import {
  ConfChangeType,
  type ConfState,
  decodeConfChange,
  decodeConfChangeV2,
  type Entry,
  EntryType,
  MemoryStorage,
  type Message,
  MessageType,
  type NodeId,
  noData,
  RawNode,
  type ReadState,
  type Snapshot,
} from "@quorate/raft";

const snapshotEveryEntries = 8;
const entriesKeptForFollowers = 2;

// Seeded, so that the example prints the same each time. Seed yours from the system's randomness.
let seed = 7;
const random = {
  below(bound: number): number {
    seed = (seed * 48271) % 0x7fffffff;
    return Math.floor((seed / 0x7fffffff) * bound);
  },
};

/** The application: a map, changed by committed commands of the form `key=value`. */
class Member {
  readonly id: NodeId;
  /** What survives a crash. */
  readonly storage: MemoryStorage;
  readonly node: RawNode;
  values = new Map<string, string>();
  applied = 0;
  private confState: ConfState;
  private waitingReads: ReadState[] = [];

  /** Starts a member, or restarts it: there is no difference but what the storage holds. */
  constructor(id: NodeId, storage: MemoryStorage) {
    this.id = id;
    this.storage = storage;
    this.confState = storage.initialState().confState;
    const snapshot = storage.snapshot();
    if (typeof snapshot !== "string") this.restore(snapshot);
    // The map is in memory only, so it starts from the snapshot and `applied` stays at its default, the snapshot's
    // index: the core hands out the committed entries behind it again.
    this.node = new RawNode({ id, electionTicks: 10, heartbeatTicks: 1, storage, random });
  }

  /** Carries out everything that the core has decided. */
  handleReady(send: (message: Message) => void): void {
    while (this.node.hasReady()) {
      const ready = this.node.ready();
      // 1. Store. On a disk: the snapshot always durably, the rest durably if ready.mustSync.
      if (ready.snapshot !== null) this.storage.applySnapshot(ready.snapshot);
      if (ready.hardState !== null) this.storage.setHardState(ready.hardState);
      this.storage.append(ready.entries);
      // 2. Send, only now: a message may acknowledge what was just stored.
      for (const message of ready.messages) send(message);
      // 3. Apply.
      if (ready.snapshot !== null) this.restore(ready.snapshot);
      for (const entry of ready.committedEntries) this.apply(entry);
      this.waitingReads.push(...ready.readStates);
      this.answerReads();
      // 4. Done.
      this.node.advance();
      this.compact();
    }
  }

  private apply(entry: Entry): void {
    if (entry.type === EntryType.confChange) {
      this.confState = this.node.applyConfChange(decodeConfChange(entry.data));
    } else if (entry.type === EntryType.confChangeV2) {
      this.confState = this.node.applyConfChange(decodeConfChangeV2(entry.data));
    } else if (entry.data.length > 0) {
      const [key = "", value = ""] = new TextDecoder().decode(entry.data).split("=");
      this.values.set(key, value);
    }
    // An entry without data begins a leader's term, or stands for a refused membership change.
    this.applied = entry.index;
  }

  /** A read may look at the state once everything up to its index has been applied. */
  private answerReads(): void {
    for (const { requestId, index } of this.waitingReads) {
      if (index <= this.applied) {
        console.log(`read ${requestId} at member ${this.id}: color is ${this.values.get("color")}`);
      }
    }
    this.waitingReads = this.waitingReads.filter(({ index }) => index > this.applied);
  }

  /** Makes a snapshot now and then, and drops the log that it replaces except for a few entries. */
  private compact(): void {
    if (this.applied - (this.storage.firstIndex() - 1) < snapshotEveryEntries) return;
    const data = new TextEncoder().encode(JSON.stringify([...this.values]));
    this.storage.createSnapshot(this.applied, this.confState, data);
    this.storage.compact(this.applied - entriesKeptForFollowers);
  }

  private restore({ metadata, data }: Snapshot): void {
    const pairs = data.length === 0 ? [] : (JSON.parse(new TextDecoder().decode(data)) as [string, string][]);
    this.values = new Map(pairs);
    this.applied = metadata.index;
    this.confState = metadata.confState;
  }
}

/** The network: every message arrives, in order, unless its receiver is down. */
const members = new Map<NodeId, Member>();

/** Lets everybody work until nothing is left to do. */
function run(): void {
  const wire: Message[] = [];
  const send = (message: Message) => {
    wire.push(message);
  };
  for (const member of members.values()) member.handleReady(send);
  for (let message = wire.shift(); message !== undefined; message = wire.shift()) {
    const { from, to, type } = message;
    const sender = members.get(from);
    const receiver = members.get(to);
    receiver?.node.step(message);
    // The leader holds everything back from a member whose snapshot is on its way, until it hears what became of it.
    if (type === MessageType.MsgSnap) sender?.node.reportSnapshot(to, receiver !== undefined);
    else if (receiver === undefined) sender?.node.reportUnreachable(to);
    receiver?.handleReady(send);
    sender?.handleReady(send);
  }
}

/** Lets time pass. A tick is as long as the application says, 10 ms to 100 ms usually. */
function tick(count: number): void {
  for (let passed = 0; passed < count; passed++) {
    for (const member of members.values()) member.node.tick();
    run();
  }
}

function leader(): Member {
  for (const member of members.values()) {
    const { id, lead } = member.node.status();
    if (lead === id) return member;
  }
  throw new Error("nobody leads");
}

function propose(member: Member, command: string): void {
  const outcome = member.node.propose(new TextEncoder().encode(command));
  if (!outcome.ok) console.log(`"${command}" was refused: ${outcome.message}`);
  run();
}

function show(title: string): void {
  console.log(`${title}:`);
  for (const { id, applied, values, storage } of members.values()) {
    const state = [...values].map(([key, value]) => `${key}=${value}`).join(" ");
    console.log(`  member ${id} has applied ${applied}, its log begins at ${storage.firstIndex()}: ${state}`);
  }
}

// A new group begins with the same snapshot at every member, which names them all.
const confState = { voters: [1, 2, 3], votersOutgoing: [], learners: [], learnersNext: [], autoLeave: false };
for (const id of confState.voters) {
  const storage = new MemoryStorage();
  storage.applySnapshot({ metadata: { index: 1, term: 1, confState }, data: noData });
  members.set(id, new Member(id, storage));
}

tick(40);
console.log(`member ${leader().id} leads in term ${leader().node.status().term}`);

propose(leader(), "color=red");
const follower = [...members.values()].find((member) => member !== leader()) as Member;
propose(follower, "shape=round"); // a follower forwards to the leader
show("two commands");

// A linearizable read, at any member: a round of heartbeats instead of a log entry.
follower.node.readIndex(1);
run();

// A member fails. The others go on, and compact their logs.
members.delete(follower.id);
for (let count = 1; count <= 10; count++) propose(leader(), `count=${count}`);
tick(2);
show(`without member ${follower.id}`);

// It comes back with what it had stored; what it missed is compacted, so it gets a snapshot.
members.set(follower.id, new Member(follower.id, follower.storage));
tick(3);
show(`member ${follower.id} is back`);

// A fourth member: first as a learner, which is not counted, then as a voter.
members.set(4, new Member(4, new MemoryStorage()));
leader().node.proposeConfChange({ type: ConfChangeType.addLearnerNode, nodeId: 4, context: noData });
tick(3);
leader().node.proposeConfChange({ type: ConfChangeType.addNode, nodeId: 4, context: noData });
tick(3);
show(`voters ${leader().node.status().config.voters.join(", ")}`);

// Leadership is handed over, so that the old leader can go without an election timeout.
leader().node.transferLeadership(4);
run();
console.log(`member ${leader().id} leads in term ${leader().node.status().term}`);
propose(leader(), "color=blue");
show("the end");

/**
 * One member under test: a core, its disk, its state machine, and its two storage threads.
 *
 * It carries out Ready as the contract says, in pieces, so that a test can stop between any two of them. The disk is a
 * `MemoryStorage`; of what was written without being synced, a crash keeps nothing (see {@link Member.crash}).
 */

import {
  appendThread,
  applyThread,
  type ConfState,
  decodeConfChange,
  decodeConfChangeV2,
  type Entry,
  EntryType,
  emptyHardState,
  equalHardStates,
  type HardState,
  isLocalTarget,
  MemoryStorage,
  type Message,
  type MessageType,
  makeEntry,
  makeMessage,
  type NodeId,
  noData,
  none,
  type RaftConfig,
  type RaftEvent,
  RawNode,
  type ReadState,
  type Ready,
  type Snapshot,
  type Storage,
} from "../src/index.ts";
import { SeededRandom } from "./seeded-random.ts";

/** Settings of a member under test; ids, storage and randomness are given elsewhere. */
export type MemberSettings = Partial<Omit<RaftConfig, "id" | "storage" | "events">> & {
  /** Seed of the election timeouts. Default: the id. */
  readonly seed?: number;
  /** What the core reads instead of the disk itself, for instance to inject faults. */
  readonly view?: (disk: MemoryStorage) => Storage;
  /** Whether a snapshot is made whenever the core asks for one, so that it names the members added last. */
  readonly freshSnapshots?: boolean;
};

/** What a disk holds to begin with. */
export type DiskContents = {
  readonly voters?: readonly NodeId[];
  readonly learners?: readonly NodeId[];
  /** Index and term of the snapshot that every member starts from. Default 1 and 1. */
  readonly snapshotIndex?: number;
  readonly snapshotTerm?: number;
  /** Terms of the entries behind the snapshot. */
  readonly terms?: readonly number[];
  readonly hardState?: Partial<HardState>;
};

/** Makes a disk that a member can start from. Without a hard state its term is that of the last entry. */
export function makeDisk(contents: DiskContents): MemoryStorage {
  const disk = new MemoryStorage();
  const { voters = [], learners = [], snapshotIndex = 1, snapshotTerm = 1, terms = [] } = contents;
  const confState: ConfState = { voters, votersOutgoing: [], learners, learnersNext: [], autoLeave: false };
  disk.applySnapshot({ metadata: { index: snapshotIndex, term: snapshotTerm, confState }, data: noData });
  disk.append(terms.map((term, offset) => makeEntry(0, term, snapshotIndex + 1 + offset, text(`${term}`))));
  const term = terms.at(-1) ?? snapshotTerm;
  disk.setHardState({ term, vote: none, commit: snapshotIndex, ...contents.hardState });
  return disk;
}

/** The event that has this kind. */
export type EventOf<Kind> = RaftEvent extends infer Event
  ? Event extends { readonly kind: infer Own }
    ? Kind extends Own
      ? Event
      : never
    : never
  : never;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Text as entry data. */
export function text(value: string): Uint8Array {
  return encoder.encode(value);
}

/** Entry data as text. */
export function asText(data: Uint8Array): string {
  return decoder.decode(data);
}

/** One member. See the module. */
export class Member {
  readonly id: NodeId;
  readonly disk: MemoryStorage;
  readonly settings: MemberSettings;
  readonly isAsync: boolean;
  node: RawNode;
  isUp = true;

  /** Everything the core told, oldest first. */
  readonly events: RaftEvent[] = [];
  /** What this incarnation applied, membership entries included. */
  applied: Entry[] = [];
  appliedIndex = 0;
  confState: ConfState;
  readStates: ReadState[] = [];
  /** Work of the storage threads, oldest first. */
  appendWork: Message[] = [];
  applyWork: Message[] = [];
  /** Readies taken, for tests that look at them. */
  readies: Ready[] = [];
  /** Called with each event, before it is kept. */
  onEvent: ((event: RaftEvent) => void) | null = null;
  /** Called with each entry as it is applied. */
  onApply: ((entry: Entry) => void) | null = null;

  private synced: HardState;

  constructor(id: NodeId, disk: MemoryStorage, settings: MemberSettings = {}) {
    this.id = id;
    this.disk = disk;
    this.settings = settings;
    this.isAsync = settings.asyncStorageWrites ?? false;
    const { hardState, confState } = disk.initialState();
    this.synced = hardState;
    this.confState = confState;
    this.node = this.start();
  }

  private start(): RawNode {
    const { seed, view, freshSnapshots = false, ...config } = this.settings;
    const ownView = freshSnapshots ? (disk: MemoryStorage) => this.withFreshSnapshots(disk) : null;
    const snapshot = this.disk.snapshot() as Snapshot;
    this.appliedIndex = snapshot.metadata.index;
    this.confState = snapshot.metadata.confState;
    return new RawNode({
      electionTicks: 10,
      heartbeatTicks: 1,
      random: new SeededRandom(seed ?? this.id),
      applied: this.appliedIndex,
      ...config,
      id: this.id,
      storage: (view ?? ownView)?.(this.disk) ?? this.disk,
      events: (event) => {
        this.onEvent?.(event);
        this.events.push(event);
      },
    });
  }

  // --- carrying out Ready

  /** Takes one Ready and stores it; asynchronous storage work is queued instead. Null if there is none. */
  take(): Ready | null {
    if (!this.node.hasReady()) return null;
    const ready = this.node.ready();
    this.readies.push(ready);
    this.readStates.push(...ready.readStates);
    if (!this.isAsync) {
      this.store(ready.hardState, ready.entries, ready.snapshot, ready.mustSync);
      return ready;
    }
    for (const message of ready.messages) {
      if (message.to === appendThread) this.appendWork.push(message);
      if (message.to === applyThread) this.applyWork.push(message);
    }
    return ready;
  }

  /** Takes one Ready and does everything except for sending: the messages for peers are returned. */
  process(): Message[] {
    const ready = this.take();
    if (ready === null) return [];
    const outgoing = ready.messages.filter((message) => !isLocalTarget(message.to));
    if (!this.isAsync) this.finish(ready);
    return outgoing;
  }

  /** Synchronous mode: applies a Ready that was stored and sent, and advances. */
  finish(ready: Ready): void {
    for (const entry of ready.committedEntries) this.apply(entry);
    this.node.advance();
  }

  /** Does one piece of the append thread's work and returns the responses for peers. */
  runAppend(): Message[] {
    const work = this.appendWork.shift();
    if (work === undefined) return [];
    const { term, vote, commit, entries, snapshot } = work;
    const state = { term, vote, commit };
    this.store(equalHardStates(state, emptyHardState) ? null : state, entries, snapshot, true);
    return this.respond(work);
  }

  /** Does one piece of the apply thread's work. */
  runApply(): void {
    const work = this.applyWork.shift();
    if (work === undefined) return;
    for (const entry of work.entries) this.apply(entry);
    this.respond(work);
  }

  /** Reads the disk, and makes a snapshot of what is applied whenever the core asks for one. */
  private withFreshSnapshots(disk: MemoryStorage): Storage {
    return {
      initialState: () => disk.initialState(),
      entries: (lo, hi, maxBytes) => disk.entries(lo, hi, maxBytes),
      term: (index) => disk.term(index),
      firstIndex: () => disk.firstIndex(),
      lastIndex: () => disk.lastIndex(),
      snapshot: () => {
        disk.createSnapshot(this.appliedIndex, this.confState, noData);
        return disk.snapshot();
      },
    };
  }

  private respond(work: Message): Message[] {
    const outgoing: Message[] = [];
    for (const response of work.responses) {
      if (response.to === this.id) this.node.step(response);
      else outgoing.push(response);
    }
    return outgoing;
  }

  /** Whether there is anything to do. */
  hasWork(): boolean {
    return this.node.hasReady() || this.appendWork.length > 0 || this.applyWork.length > 0;
  }

  /** Works until nothing is left to do; returns the messages for peers in order. */
  drain(): Message[] {
    const outgoing: Message[] = [];
    while (this.hasWork()) {
      outgoing.push(...this.process());
      outgoing.push(...this.runAppend());
      this.runApply();
    }
    return outgoing;
  }

  private store(
    hardState: HardState | null,
    entries: readonly Entry[],
    snapshot: Snapshot | null,
    mustSync: boolean,
  ): void {
    if (snapshot !== null && this.disk.applySnapshot(snapshot)) {
      this.appliedIndex = snapshot.metadata.index;
      this.confState = snapshot.metadata.confState;
    }
    this.disk.append(entries);
    if (hardState !== null) this.disk.setHardState(hardState);
    // A snapshot is always synced, whatever mustSync says.
    if (mustSync || snapshot !== null) this.synced = this.disk.initialState().hardState;
  }

  private apply(entry: Entry): void {
    // The append thread may have installed a snapshot that covers what the apply thread was still given before.
    if (entry.index <= this.appliedIndex) return;
    this.onApply?.(entry);
    this.applied.push(entry);
    this.appliedIndex = entry.index;
    if (entry.type === EntryType.confChange) {
      this.confState = this.node.applyConfChange(decodeConfChange(entry.data));
    } else if (entry.type === EntryType.confChangeV2) {
      this.confState = this.node.applyConfChange(decodeConfChangeV2(entry.data));
    }
  }

  // --- life

  /** Stops without warning: queued writes, unsynced writes and the state machine are lost. */
  crash(): void {
    this.isUp = false;
    this.appendWork = [];
    this.applyWork = [];
    this.applied = [];
    this.readStates = [];
    this.disk.setHardState(this.synced);
  }

  /** Starts from disk. */
  restart(): void {
    this.crash();
    this.node = this.start();
    this.isUp = true;
  }

  /** Makes a snapshot of what is applied, and drops the log up to `index` (default: all of that). */
  compact(index: number = this.appliedIndex, data: Uint8Array = noData): void {
    this.disk.createSnapshot(this.appliedIndex, this.confState, data);
    this.disk.compact(index);
  }

  // --- what tests look at

  /** Takes a message, works, and returns what it says to peers. */
  receive(type: MessageType, fields: Partial<Omit<Message, "type">>): Message[] {
    this.node.step(makeMessage(type, { ...fields, to: this.id }));
    return this.drain();
  }

  /** Data of the normal entries that were applied, without the empty ones. */
  appliedTexts(): string[] {
    return this.applied
      .filter((entry) => entry.type === EntryType.normal && entry.data.length > 0)
      .map((entry) => asText(entry.data));
  }

  /** Terms of the stored log behind the snapshot. */
  storedTerms(): number[] {
    const terms: number[] = [];
    for (let index = this.disk.firstIndex(); index <= this.disk.lastIndex(); index++) {
      terms.push(this.disk.term(index) as number);
    }
    return terms;
  }

  /** Events of one kind, oldest first. */
  eventsOf<Kind extends RaftEvent["kind"]>(kind: Kind): EventOf<Kind>[] {
    return this.events.filter((event): event is RaftEvent & EventOf<Kind> => event.kind === kind);
  }

  /** The hard state that a crash would leave. */
  durableHardState(): HardState {
    return this.synced;
  }
}

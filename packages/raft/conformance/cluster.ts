/**
 * The nodes of an interaction script: a core, its storage and what waits for it, with the network in between.
 *
 * The state machine concatenates what it applies, so that a snapshot shows what went into it.
 */

import {
  decodeConfChange,
  decodeConfChangeV2,
  type Entry,
  EntryType,
  emptyConfState,
  type HardState,
  isLocalTarget,
  MemoryStorage,
  type Message,
  MessageType,
  type NodeId,
  noData,
  none,
  type RaftConfig,
  RawNode,
  type Ready,
  type Snapshot,
  type SnapshotMetadata,
  type Storage,
  unlimited,
} from "../src/index.ts";
import { CommandError, Fault } from "./argument.ts";
import { logLine } from "./log-line.ts";
import type { Output } from "./output.ts";
import { renderMessage } from "./render-message.ts";
import { renderReady } from "./render-ready.ts";

/** The settings that a script may change. */
export type NodeSettings = Partial<
  Pick<
    RaftConfig,
    | "applied"
    | "applyBytesMax"
    | "asyncStorageWrites"
    | "checkQuorum"
    | "disableConfChangeValidation"
    | "inflightMessagesMax"
    | "preVote"
    | "readMode"
    | "stepDownOnRemoval"
  >
>;

/** Ticks of every script's nodes. */
export const electionTicks = 3;
export const heartbeatTicks = 1;

/** One node. */
export type Node = {
  readonly id: NodeId;
  readonly raft: RawNode;
  readonly disk: MemoryStorage;
  readonly isAsync: boolean;
  /** A snapshot after every applied entry, the one it started from first. */
  readonly history: Snapshot[];
  /** Asynchronous storage writes: what the threads have not done yet. */
  readonly appendWork: Message[];
  readonly applyWork: Message[];
};

const noSnapshot: Snapshot = { metadata: { index: 0, term: 0, confState: emptyConfState }, data: noData };

/** The nodes of one script, numbered from 1, and the messages on their way. */
export class Cluster {
  readonly nodes: Node[] = [];
  /** In the order of sending. */
  messages: Message[] = [];
  private readonly output: Output;

  constructor(output: Output) {
    this.output = output;
  }

  /** The node with this id. @throws Fault if there is none. */
  node(id: NodeId): Node {
    const node = this.nodes[id - 1];
    if (node !== undefined) return node;
    throw new Fault(
      `there is no node ${id}: the script has added ${this.nodes.length}; add it with add-nodes`,
    );
  }

  /** Adds `count` nodes, started from the same snapshot if one is given. */
  addNodes(count: number, settings: NodeSettings, bootstrap: Snapshot | null): void {
    for (let added = 0; added < count; added++) this.nodes.push(this.startNode(settings, bootstrap));
  }

  private startNode(settings: NodeSettings, bootstrap: Snapshot | null): Node {
    const id = this.nodes.length + 1;
    const disk = new MemoryStorage();
    const history = [bootstrap ?? noSnapshot];
    if (bootstrap !== null) {
      if (bootstrap.metadata.index <= 1) {
        throw new CommandError("index must be specified as > 1 due to bootstrap");
      }
      disk.applySnapshot(bootstrap);
    }
    const raft = new RawNode({
      id,
      electionTicks,
      heartbeatTicks,
      storage: withLatestSnapshot(disk, history),
      random: fixedRandom(id),
      messageBytesMax: unlimited,
      inflightMessagesMax: 2 ** 31 - 1,
      checkQuorum: false,
      preVote: false,
      stepDownOnRemoval: false,
      ...settings,
      events: (event) => {
        const line = logLine(event);
        if (line !== null) this.output.log(line);
      },
    });
    const isAsync = settings.asyncStorageWrites ?? false;
    return { id, raft, disk, isAsync, history, appendWork: [], applyWork: [] };
  }

  /** Takes a Ready, describes it, carries it out and puts its messages on their way. */
  processReady(node: Node): void {
    const ready = node.raft.ready();
    this.output.write(renderReady(ready));
    if (!node.isAsync) {
      storeAppend(node, ready.hardState, ready);
      applyEntries(node, ready.committedEntries);
    }
    for (const message of ready.messages) {
      if (!isLocalTarget(message.to)) this.messages.push(message);
      else if (message.type === MessageType.MsgStorageAppend) node.appendWork.push(message);
      else node.applyWork.push(message);
    }
    if (!node.isAsync) node.raft.advance();
  }

  /** Does the oldest piece of the append thread's work. */
  processAppendThread(node: Node): void {
    const message = node.appendWork.shift();
    if (message === undefined) {
      this.output.write("no append work to perform");
      return;
    }
    this.describeWork(message);
    const { term, vote, commit } = message;
    const isEmpty = term === 0 && vote === none && commit === 0;
    storeAppend(node, isEmpty ? null : { term, vote, commit }, message);
    this.releaseResponses(message);
  }

  /** Does the oldest piece of the apply thread's work. */
  processApplyThread(node: Node): void {
    const message = node.applyWork.shift();
    if (message === undefined) {
      this.output.write("no apply work to perform");
      return;
    }
    this.describeWork(message);
    applyEntries(node, message.entries);
    this.releaseResponses(message);
  }

  private describeWork(message: Message): void {
    this.output.write(`Processing:\n${renderMessage({ ...message, responses: [] })}\n`);
  }

  private releaseResponses(message: Message): void {
    this.output.write("Responses:\n");
    for (const response of message.responses) this.output.write(`${renderMessage(response)}\n`);
    this.messages.push(...message.responses);
  }

  /** Takes the messages to one node, of one type or any, off the network. Those that must not be lost stay if `isDrop`. */
  takeMessages(to: NodeId, type: MessageType | null, isDrop: boolean): Message[] {
    const isTaken = (message: Message): boolean => isFor(message, to, type, isDrop);
    const taken = this.messages.filter(isTaken);
    this.messages = this.messages.filter((message) => !isTaken(message));
    return taken;
  }

  /** Whether {@link takeMessages} would deliver anything. */
  hasMessages(to: NodeId): boolean {
    return this.messages.some((message) => isFor(message, to, null, false));
  }
}

function isFor(message: Message, to: NodeId, type: MessageType | null, isDrop: boolean): boolean {
  if (message.to !== to || (type !== null && message.type !== type)) return false;
  // What a node and its own threads say to each other cannot be lost.
  return !(isDrop && (message.from === message.to || isLocalTarget(message.from)));
}

/** What to store, from a Ready or from a message to the append thread. */
type Append = Pick<Ready, "entries" | "snapshot">;

function storeAppend(node: Node, hardState: HardState | null, append: Append): void {
  if (hardState !== null) node.disk.setHardState(hardState);
  if (append.snapshot === null) {
    node.disk.append(append.entries);
    return;
  }
  if (append.entries.length > 0) throw new CommandError("can't apply snapshot and entries at the same time");
  if (!node.disk.applySnapshot(append.snapshot)) {
    throw new CommandError("requested index is older than the existing snapshot");
  }
}

function applyEntries(node: Node, entries: readonly Entry[]): void {
  for (const entry of entries) {
    const previous = latest(node.history);
    let update = entry.data;
    let { confState } = previous.metadata;
    if (entry.type !== EntryType.normal) {
      const change =
        entry.type === EntryType.confChange ? decodeConfChange(entry.data) : decodeConfChangeV2(entry.data);
      update = change.context;
      confState = node.raft.applyConfChange(change);
    }
    const metadata: SnapshotMetadata = { index: entry.index, term: entry.term, confState };
    node.history.push({ metadata, data: concatenate(previous.data, update) });
  }
}

/** The latest snapshot that a node could send. */
export function latest(history: readonly Snapshot[]): Snapshot {
  return history.at(-1) ?? noSnapshot;
}

function concatenate(one: Uint8Array, other: Uint8Array): Uint8Array {
  const joined = new Uint8Array(one.length + other.length);
  joined.set(one);
  joined.set(other, one.length);
  return joined;
}

/** The storage as the core sees it: its snapshot is always the state machine's latest. */
function withLatestSnapshot(disk: MemoryStorage, history: readonly Snapshot[]): Storage {
  return {
    initialState: () => disk.initialState(),
    entries: (lo, hi, maxBytes) => disk.entries(lo, hi, maxBytes),
    term: (index) => disk.term(index),
    firstIndex: () => disk.firstIndex(),
    lastIndex: () => disk.lastIndex(),
    snapshot: () => latest(history),
  };
}

/** A fixed sequence per node (a linear congruential generator), so that a script's output never changes. */
function fixedRandom(seed: number): { below(bound: number): number } {
  let state = seed;
  return {
    below: (bound) => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * bound);
    },
  };
}

/**
 * A stage for one checker: plays observations to it and to a ghost, as the referee does, and says what the checker found.
 * Views of cores are plain data that a test sets.
 */

import {
  type ConfState,
  type CoreView,
  type Entry,
  EntryType,
  type EventBody,
  emptyConfState,
  type HardState,
  type Message,
  type MessageType,
  makeEntry,
  makeMessage,
  type NodeId,
  noEntries,
  Role,
  type SnapshotMetadata,
} from "@quorate/raft";
import {
  type Command,
  encodeCommand,
  MemoryBackend,
  type Outcome,
  type Principal,
  Store,
  StoreMachine,
} from "@quorate/store";
import { type Checker, type MakeChecker, wantsToSee } from "../src/check/checker.ts";
import { Ghost } from "../src/observe/ghost.ts";
import type { LifeEvent, Observation, Seen } from "../src/observe/observation.ts";

type View = { -readonly [Field in keyof CoreView]: CoreView[Field] };

const encoder = new TextEncoder();

export function bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

/** A configuration. */
export function voters(ids: readonly NodeId[], more: Partial<ConfState> = {}): ConfState {
  return { ...emptyConfState, voters: ids, ...more };
}

/** A normal entry that says `text`. */
export function entry(index: number, term: number, text = `${index}/${term}`): Entry {
  return makeEntry(EntryType.normal, term, index, bytes(text));
}

/** An entry that changes the configuration. */
export function change(index: number, term: number): Entry {
  return makeEntry(EntryType.confChangeV2, term, index, bytes(`change ${index}`));
}

export function hard(term: number, vote = 0, commit = 0): HardState {
  return { term, vote, commit };
}

export function snapshot(
  index: number,
  term = 1,
  confState: ConfState = voters([1, 2, 3]),
): SnapshotMetadata {
  return { index, term, confState };
}

/** A snapshot's file is durable, or only called so. */
export function durableSnapshot(metadata: SnapshotMetadata, isOnPlatter = true): Seen {
  return { kind: "snapshot-durable", metadata, isOnPlatter };
}

/** See the module. Every method returns what the checker found wrong, or null. */
export class Stage {
  readonly views = new Map<NodeId, View>();
  readonly ghost = new Ghost((node) => this.views.get(node) ?? null);
  nowUs = 0;
  private readonly checker: Checker;
  private readonly machine = new StoreMachine(new Store({ backend: new MemoryBackend() }));
  private readonly outcomes = new Map<number, { readonly outcome: Outcome; readonly digest: string }>();

  constructor(make: MakeChecker) {
    this.checker = make();
  }

  /** Sets what a core is at. */
  view(node: NodeId, fields: Partial<View>): this {
    const known = this.views.get(node);
    if (known !== undefined) Object.assign(known, fields);
    else {
      this.views.set(node, {
        ...{ id: node, term: 1, role: Role.follower, lead: 0, commit: 0, applied: 0 },
        ...{ firstIndex: 1, lastIndex: 0, config: voters([1, 2, 3]), entries: () => noEntries },
        ...fields,
      });
    }
    return this;
  }

  see(node: NodeId, seen: Seen): string | null {
    this.nowUs++;
    const observation: Observation = { ...seen, atUs: this.nowUs, node };
    for (const memory of this.checker.shares ?? [])
      if (wantsToSee(memory, observation)) memory.take(observation, this.ghost);
    const text = wantsToSee(this.checker, observation) ? this.checker.see(observation, this.ghost) : null;
    this.ghost.take(observation);
    return text;
  }

  raft(node: NodeId, term: number, body: EventBody): string | null {
    return this.see(node, { kind: "raft", event: { id: node, term, ...body } });
  }

  role(node: NodeId, term: number, role: Role): string | null {
    this.view(node, { term, role });
    return this.raft(node, term, { kind: "role-changed", role, lead: role === Role.leader ? node : 0 });
  }

  life(node: NodeId, what: LifeEvent): string | null {
    return this.see(node, { kind: "life", what, detail: "", isCharged: false });
  }

  append(node: NodeId, ...entries: readonly Entry[]): string | null {
    const last = entries.at(-1)?.index ?? 0;
    this.view(node, { lastIndex: Math.max(last, this.views.get(node)?.lastIndex ?? 0) });
    return this.see(node, { kind: "appended", entries });
  }

  /** Writes, and is told that it is durable. */
  write(node: NodeId, hardState: HardState | null, ...entries: readonly Entry[]): string | null {
    return this.writeTo(true, node, hardState, entries);
  }

  /** Writes; the member is told that it is durable, and the disk knows better. */
  writeInVain(node: NodeId, hardState: HardState | null, ...entries: readonly Entry[]): string | null {
    return this.append(node, ...entries) ?? this.writeTo(false, node, hardState, entries);
  }

  private writeTo(
    isOnPlatter: boolean,
    node: NodeId,
    hardState: HardState | null,
    entries: readonly Entry[],
  ): string | null {
    const write = { hardState, entries };
    const writing = this.see(node, { kind: "log-writing", write });
    return writing ?? this.see(node, { kind: "log-durable", write, isOnPlatter });
  }

  /** Appends in memory and writes. */
  store(node: NodeId, hardState: HardState | null, ...entries: readonly Entry[]): string | null {
    return this.append(node, ...entries) ?? this.write(node, hardState, ...entries);
  }

  commit(node: NodeId, term: number, to: number): string | null {
    const from = this.views.get(node)?.commit ?? 0;
    this.view(node, { term, commit: to });
    return this.raft(node, term, { kind: "commit-advanced", from, commit: to });
  }

  send(from: NodeId, to: NodeId, type: MessageType, fields: Partial<Message> = {}): string | null {
    return this.see(from, { kind: "sent", message: makeMessage(type, { ...fields, from, to }) });
  }

  receive(to: NodeId, from: NodeId, type: MessageType, fields: Partial<Message> = {}): string | null {
    return this.see(to, { kind: "received", message: makeMessage(type, { ...fields, from, to }) });
  }

  config(
    node: NodeId,
    index: number,
    config: ConfState,
    by: "entry" | "snapshot" | "start" = "entry",
  ): string | null {
    this.view(node, { config });
    return this.see(node, { kind: "config", index, config, by });
  }

  /** A process that died starts again and finds `entries`, behind a snapshot if there is one. */
  restart(
    node: NodeId,
    hardState: HardState,
    entries: readonly Entry[],
    more: {
      readonly snapshot?: SnapshotMetadata;
      readonly isCharged?: boolean;
      readonly mayLack?: boolean;
    } = {},
  ): string | null {
    const base = more.snapshot?.index ?? 0;
    this.views.delete(node);
    const started = this.life(node, "started");
    const found = this.see(node, {
      kind: "recovered",
      hardState,
      confState: more.snapshot?.confState ?? voters([1, 2, 3]),
      firstIndex: entries[0]?.index ?? base + 1,
      lastIndex: entries.at(-1)?.index ?? base,
      entries,
      snapshot: more.snapshot ?? null,
      isCharged: more.isCharged ?? more.mayLack ?? false,
      mayLack: more.mayLack ?? false,
    });
    return started ?? found;
  }

  /** Applies a command of somebody as the store does; `outcome` and `digest` may be told otherwise. */
  apply(
    node: NodeId,
    index: number,
    command: Command,
    told: {
      readonly outcome?: Outcome;
      readonly digest?: string;
      readonly term?: number;
      readonly principal?: Principal | null;
    } = {},
  ): string | null {
    const data = encodeCommand(command, told.principal ?? null);
    const { term = 1 } = told;
    let known = this.outcomes.get(index);
    if (known === undefined) {
      const [outcome] = this.machine.apply([{ index, term, data }]);
      if (outcome === undefined) throw new Error("the store gave no outcome");
      known = { outcome, digest: this.machine.digest() };
      this.outcomes.set(index, known);
    }
    const outcome = told.outcome ?? known.outcome;
    return this.see(node, {
      kind: "applied",
      entry: { index, term, data, outcome },
      digest: told.digest ?? known.digest,
    });
  }
}

/** Members 1 to `count` have entries 1 and 2 of term 1 on disk, and 1 has committed them as leader. */
export function replicated(stage: Stage, count: number): Stage {
  for (let node = 1; node <= 3; node++) {
    if (node <= count) stage.store(node, hard(1, 1), entry(1, 1), entry(2, 1));
    stage.view(node, {});
  }
  stage.role(1, 1, Role.leader);
  stage.commit(1, 1, 2);
  return stage;
}

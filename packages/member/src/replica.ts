/**
 * The replica: everything that is replicated, and how committed entries change it.
 *
 * It holds the user's state machine, the session table and the roster. It knows nothing of consensus, time or I/O: the
 * same entries give the same replica on every member.
 */

import { type ConfState, type Entry, EntryType, emptyConfState, type NodeId } from "@quorate/raft";
import { ByteReader, ByteWriter, decodeText, encodeText } from "./bytes.ts";
import { decodeEnvelope, type Envelope, type Origin } from "./envelope.ts";
import { definitely, type MemberError } from "./member-error.ts";
import { concatenate, encodeHead, type Head, ReplicaWriter, readerOf, sidecarNames } from "./replica-head.ts";
import { Roster } from "./roster.ts";
import { SessionTable } from "./session-table.ts";
import type {
  Command,
  DurableState,
  ResultCodec,
  SnapshotReader,
  SnapshotWriter,
  StateMachine,
} from "./state-machine.ts";

/** What became of an applied entry, for whoever waits for it. */
export type Applied = {
  readonly index: number;
  readonly term: number;
  /** Null for entries that nobody waits for. */
  readonly origin: Origin | null;
  readonly result: unknown;
  /** Set instead of a result when the entry was refused on every member alike. */
  readonly error: MemberError | null;
};

/** What the state machine did cannot be relied on: the member must end. */
export class StateMachineError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StateMachineError";
  }
}

/** Everything that a machine's own disk has, or is about to have. */
export type DurablePlace = {
  readonly index: number;
  readonly term: number;
  readonly config: ConfState;
  /** Encoded roster. */
  readonly roster: Uint8Array;
};

type CommandEnvelope = Extract<Envelope, { kind: "command" | "session-command" }>;
type SessionCommandEnvelope = Extract<Envelope, { kind: "session-command" }>;

/** A line of the results while its command waits for the machine. */
type Line = Applied & { result: unknown };

/** See the module. */
export class Replica<Result> {
  readonly roster = new Roster();
  readonly sessions: SessionTable;
  /** The machine's own disk, or null: then the state is kept in snapshots. */
  readonly durable: DurableState | null;
  /** Called when a commit of the machine ended. */
  onFlushEnded: (error: Error | null) => void = () => undefined;
  private readonly machine: StateMachine<Result>;
  private readonly codec: ResultCodec<Result>;
  private readonly sessionsMax: number;
  /** Place of the entry applied last. */
  private readonly appliedAt = { index: 0, term: 0 };

  /** Commands that the machine gets next; the lines of their results are the last ones. */
  private commands: Command[] = [];
  private isApplying = false;
  /** Whether sessions and roster may differ from what was last given to the machine's disk. */
  private hasNewSessions = true;
  private hasNewRoster = true;
  private rosterBytes = new Uint8Array(0);
  private flushingPlace: DurablePlace | null = null;
  private flushedPlace: DurablePlace | null = null;

  constructor(machine: StateMachine<Result>, sessionsMax: number) {
    this.machine = machine;
    this.durable = machine.durable ?? null;
    this.codec = machine.results ?? defaultResultCodec<Result>();
    this.sessionsMax = sessionsMax;
    this.sessions = new SessionTable(sessionsMax);
    this.durable?.entrust({
      beforeFlush: () => this.beforeFlush(),
      flushEnded: (error) => this.flushEnded(error),
    });
  }

  /** Highest applied index. */
  get applied(): number {
    return this.appliedAt.index;
  }

  /** Term of the entry applied last. */
  get appliedTerm(): number {
    return this.appliedAt.term;
  }

  /** Sets where a bootstrapped replica begins. */
  beginAt(index: number, term: number): void {
    this.advanceTo(index, term);
    this.hasNewSessions = true;
    this.hasNewRoster = true;
  }

  private advanceTo(index: number, term: number): void {
    this.appliedAt.index = index;
    this.appliedAt.term = term;
  }

  /** The configuration in force at the entry applied last. (The core's may be later: that of a snapshot on its way.) */
  get config(): ConfState {
    return this.roster.history().at(-1)?.config ?? emptyConfState;
  }

  // --- the machine's own disk

  /**
   * Goes on from what the machine has on its disk; false if the member's part is not there, as when it was written by a
   * version that did not keep it. @throws FormatError
   */
  resume(): boolean {
    const sessions = this.durable?.sidecar(sidecarNames.sessions) ?? null;
    const roster = this.durable?.sidecar(sidecarNames.roster) ?? null;
    if (this.durable === null || sessions === null || roster === null) return false;
    this.sessions.decode(sessions);
    this.roster.decode(roster);
    this.advanceTo(this.durable.appliedIndex, this.durable.appliedTerm);
    this.noteKept(roster);
    return true;
  }

  /** Where a restart would go on now, as far as this life knows; null for a machine in memory. */
  get durablePlace(): DurablePlace | null {
    return this.flushedPlace;
  }

  /** The last moment before a commit: sessions, roster and applied place become those of the data in it. */
  private beforeFlush(): void {
    this.settle();
    const { index, term } = this.appliedAt;
    this.flushingPlace = { index, term, config: this.config, roster: this.rosterBytes };
  }

  private flushEnded(error: Error | null): void {
    const place = this.flushingPlace;
    if (error === null && place !== null && place.index <= (this.durable?.durableIndex ?? 0)) {
      this.flushedPlace = place;
      this.flushingPlace = null;
    }
    this.onFlushEnded(error);
  }

  /** Gives the machine what it keeps for this replica. */
  private settle(): void {
    const { durable } = this;
    if (durable === null) return;
    if (this.isApplying) {
      throw new StateMachineError("the machine began a commit while entries were being applied to it");
    }
    if (this.hasNewSessions) durable.setSidecar(sidecarNames.sessions, this.sessions.encode());
    if (this.hasNewRoster) {
      this.rosterBytes = this.roster.encode().slice();
      durable.setSidecar(sidecarNames.roster, this.rosterBytes);
    }
    this.hasNewSessions = false;
    this.hasNewRoster = false;
    const { index, term } = this.appliedAt;
    if (index !== durable.appliedIndex || term !== durable.appliedTerm) durable.advance(index, term);
  }

  /** The machine's disk has what this replica is. */
  private noteKept(roster: Uint8Array): void {
    const { index, term } = this.appliedAt;
    this.hasNewSessions = false;
    this.hasNewRoster = false;
    this.rosterBytes = roster.slice();
    this.flushingPlace = null;
    this.flushedPlace = { index, term, config: this.config, roster: this.rosterBytes };
  }

  /**
   * Applies normal entries, in order; membership entries come to {@link noteChange}. Returns one line per entry.
   * @throws StateMachineError, FormatError: the member must end.
   */
  apply(entries: readonly Entry[]): Applied[] {
    const results: Line[] = [];
    this.isApplying = true;
    for (const entry of entries) {
      if (entry.index <= this.applied)
        throw new StateMachineError(`entry ${entry.index} was applied already`);
      this.advanceTo(entry.index, entry.term);
      if (entry.type !== EntryType.normal || entry.data.length === 0) {
        this.hasNewRoster ||= entry.type !== EntryType.normal;
        this.flush(results);
        results.push(lineOf(entry, null, undefined, null));
        continue;
      }
      this.take(entry, decodeEnvelope(entry.data), results);
    }
    this.flush(results);
    this.isApplying = false;
    return results;
  }

  private take(entry: Entry, envelope: Envelope, results: Line[]): void {
    if (envelope.kind === "command") {
      this.takeCommand(entry, envelope, results);
      return;
    }
    // Everything else needs the results before it, or changes what they depend on.
    this.flush(results);
    this.hasNewSessions = true;
    if (envelope.kind === "session-command") {
      this.takeSessionCommand(entry, envelope, results);
      return;
    }
    this.hasNewRoster = true;
    const { origin } = envelope;
    switch (envelope.kind) {
      case "open-session":
        this.sessions.open(entry.index);
        results.push(lineOf(entry, origin, entry.index, null));
        break;
      case "close-session": {
        const isKnown = this.sessions.close(envelope.session);
        results.push(lineOf(entry, origin, undefined, isKnown ? null : unknownSession(envelope.session)));
        break;
      }
      case "member-active":
        this.roster.activate(envelope.id);
        results.push(lineOf(entry, origin, undefined, null));
        break;
      case "publish-member": {
        const error = this.roster.publish(envelope.id, envelope.name, envelope.clientUrls);
        results.push(lineOf(entry, origin, undefined, error));
        break;
      }
    }
  }

  private takeCommand(entry: Entry, { origin, payload }: CommandEnvelope, results: Line[]): void {
    this.commands.push({ index: entry.index, term: entry.term, data: payload });
    results.push(lineOf(entry, origin, undefined, null));
  }

  private takeSessionCommand(entry: Entry, envelope: SessionCommandEnvelope, results: Line[]): void {
    const { origin, session, number } = envelope;
    const verdict = this.sessions.judge(session, number);
    if (verdict.kind === "execute") {
      this.takeCommand(entry, envelope, results);
      this.flush(results);
      const { result } = results[results.length - 1] as Line;
      this.sessions.record(session, number, this.codec.encode(result as Result));
    } else if (verdict.kind === "repeat") {
      results.push(lineOf(entry, origin, this.codec.decode(verdict.result), null));
    } else if (verdict.kind === "old") {
      const text = `command ${number} of session ${session} was executed before a later one; its result is not kept any more`;
      results.push(lineOf(entry, origin, undefined, definitely("session-order", text)));
    } else {
      results.push(lineOf(entry, origin, undefined, unknownSession(session)));
    }
  }

  /** Hands the commands gathered so far to the machine, and fills in their results. */
  private flush(results: Line[]): void {
    const { commands } = this;
    if (commands.length === 0) return;
    this.commands = [];
    let answers: readonly Result[];
    try {
      answers = this.machine.apply(commands);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new StateMachineError(
        `the state machine threw while it applied entries ${commands[0]?.index}–${commands.at(-1)?.index}: ${text}; what is wrong with a command must be a result`,
        { cause: error },
      );
    }
    if (answers.length !== commands.length) {
      throw new StateMachineError(
        `the state machine returned ${answers.length} results for ${commands.length} commands (entries ${commands[0]?.index}–${commands.at(-1)?.index})`,
      );
    }
    const first = results.length - commands.length;
    for (let position = 0; position < answers.length; position++)
      (results[first + position] as Line).result = answers[position];
  }

  // --- snapshots

  /** Captures everything as of now. */
  snapshot(): SnapshotReader {
    this.settle();
    const { index, term } = this.appliedAt;
    const head = encodeHead({
      kind: "full",
      index,
      term,
      sessions: this.sessions.encode(),
      roster: this.roster.encode(),
    });
    const state = this.machine.snapshot();
    return concatenate(head, state instanceof Uint8Array ? readerOf(state) : state);
  }

  /** Begins to replace everything; see `SnapshotWriter`. */
  restore(): SnapshotWriter {
    return new ReplicaWriter(this.machine.restore(), (head, finishMachine) =>
      this.takeHead(head, finishMachine),
    );
  }

  private takeHead(head: Head, finishMachine: SnapshotWriter["finish"]): void {
    // Whatever is wrong with the head must show before the machine has changed for good.
    new SessionTable(this.sessionsMax).decode(head.sessions);
    new Roster().decode(head.roster);
    const sidecars = new Map([
      [sidecarNames.sessions, head.sessions],
      [sidecarNames.roster, head.roster],
    ]);
    finishMachine(sidecars);
    this.advanceTo(head.index, head.term);
    this.sessions.decode(head.sessions);
    this.roster.decode(head.roster);
    if (this.durable === null) return;
    this.noteKept(head.roster);
    const { appliedIndex } = this.durable;
    if (appliedIndex > head.index) {
      throw new StateMachineError(
        `the snapshot of index ${head.index} holds a state of index ${appliedIndex}; its sender is faulty`,
      );
    }
    // A machine that did not count entries without a command stands a little before; the next commit says so.
    if (appliedIndex < head.index) this.flushedPlace = null;
  }

  /** A fingerprint of machine, sessions and roster; null if the machine has none. */
  digest(): string | null {
    const machine = this.machine.digest?.();
    if (machine === undefined) return null;
    return `${machine}.${fingerprint(this.sessions.encode())}.${fingerprint(this.roster.encode())}`;
  }

  /** Notes a membership change that came into force at the entry applied last. */
  noteChange(config: ConfState, context: Parameters<Roster["change"]>[3]): void {
    this.hasNewRoster = true;
    this.roster.change(this.appliedAt.index, this.appliedAt.term, config, context);
  }

  /** Whether a member has ever been heard from; see `Roster`. */
  isActive(id: NodeId): boolean {
    return this.roster.isActive(id);
  }
}

function lineOf(
  { index, term }: Entry,
  origin: Origin | null,
  result: unknown,
  error: MemberError | null,
): Line {
  return { index, term, origin, result, error };
}

function unknownSession(id: number): MemberError {
  return definitely(
    "session-expired",
    `session ${id} is unknown: it was closed, or evicted because many others were used since; open a new one and look whether the command took effect`,
  );
}

function fingerprint(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0");
}

function defaultResultCodec<Result>(): ResultCodec<Result> {
  return {
    encode(result) {
      if (result instanceof Uint8Array) return new ByteWriter().varint(0).raw(result).finish();
      return new ByteWriter()
        .varint(1)
        .raw(encodeText(JSON.stringify(result) ?? "null"))
        .finish();
    },
    decode(bytes) {
      const reader = new ByteReader(bytes);
      const isBytes = reader.varint() === 0;
      const rest = reader.rest();
      return (isBytes ? rest.slice() : JSON.parse(decodeText(rest))) as Result;
    },
  };
}

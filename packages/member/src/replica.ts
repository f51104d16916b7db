/**
 * The replica: everything that is replicated, and how committed entries change it.
 *
 * It holds the user's state machine, the session table and the roster. It knows nothing of consensus, time or I/O: the
 * same entries give the same replica on every member.
 */

import { type ConfState, type Entry, EntryType, type NodeId } from "@quorate/raft";
import { ByteReader, ByteWriter, decodeText, encodeText, FormatError } from "./bytes.ts";
import { decodeEnvelope, type Envelope, type Origin } from "./envelope.ts";
import { definitely, type MemberError } from "./member-error.ts";
import { Roster } from "./roster.ts";
import { SessionTable } from "./session-table.ts";
import type { Command, ResultCodec, SnapshotReader, SnapshotWriter, StateMachine } from "./state-machine.ts";

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

type Slot = { origin: Origin; index: number; term: number; session: number; number: number };

/** See the module. */
export class Replica<Result> {
  readonly roster = new Roster();
  readonly sessions: SessionTable;
  private readonly machine: StateMachine<Result>;
  private readonly codec: ResultCodec<Result>;
  private appliedAt: { index: number; term: number };

  private commands: Command[] = [];
  private slots: Slot[] = [];

  constructor(machine: StateMachine<Result>, sessionsMax: number) {
    this.machine = machine;
    this.codec = machine.results ?? defaultResultCodec<Result>();
    this.sessions = new SessionTable(sessionsMax);
    this.appliedAt = { index: 0, term: 0 };
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
    this.appliedAt = { index, term };
  }

  /**
   * Applies normal entries, in order; membership entries come to {@link noteChange}. Returns one line per entry.
   * @throws StateMachineError, FormatError: the member must end.
   */
  apply(entries: readonly Entry[]): Applied[] {
    const results: Applied[] = [];
    for (const entry of entries) {
      if (entry.index <= this.applied)
        throw new StateMachineError(`entry ${entry.index} was applied already`);
      this.appliedAt = { index: entry.index, term: entry.term };
      if (entry.type !== EntryType.normal || entry.data.length === 0) {
        this.flush(results);
        results.push({ index: entry.index, term: entry.term, origin: null, result: undefined, error: null });
        continue;
      }
      this.take(entry, decodeEnvelope(entry.data), results);
    }
    this.flush(results);
    return results;
  }

  private take(entry: Entry, envelope: Envelope, results: Applied[]): void {
    const { index, term } = entry;
    const { origin } = envelope;
    const done = (result: unknown, error: MemberError | null = null): void => {
      results.push({ index, term, origin, result, error });
    };
    if (envelope.kind === "command") {
      this.commands.push({ index, term, data: envelope.payload });
      this.slots.push({ origin, index, term, session: 0, number: 0 });
      return;
    }
    // Everything else needs the results before it, or changes what they depend on.
    this.flush(results);
    switch (envelope.kind) {
      case "session-command":
        this.takeSessionCommand(entry, envelope, results);
        break;
      case "open-session":
        this.sessions.open(index);
        done(index);
        break;
      case "close-session":
        if (this.sessions.close(envelope.session)) done(undefined);
        else done(undefined, unknownSession(envelope.session));
        break;
      case "member-active":
        this.roster.activate(envelope.id);
        done(undefined);
        break;
    }
  }

  private takeSessionCommand(
    entry: Entry,
    envelope: Extract<Envelope, { kind: "session-command" }>,
    results: Applied[],
  ): void {
    const { index, term } = entry;
    const { origin, session, number } = envelope;
    const verdict = this.sessions.judge(session, number);
    const done = (result: unknown, error: MemberError | null): void => {
      results.push({ index, term, origin, result, error });
    };
    if (verdict.kind === "execute") {
      this.commands.push({ index, term, data: envelope.payload });
      this.slots.push({ origin, index, term, session, number });
      this.flush(results);
    } else if (verdict.kind === "repeat") {
      done(this.codec.decode(verdict.result), null);
    } else if (verdict.kind === "old") {
      const text = `command ${number} of session ${session} was executed before a later one; its result is not kept any more`;
      done(undefined, definitely("session-order", text));
    } else {
      done(undefined, unknownSession(session));
    }
  }

  /** Hands the commands gathered so far to the machine. */
  private flush(results: Applied[]): void {
    if (this.commands.length === 0) return;
    const { commands, slots } = this;
    this.commands = [];
    this.slots = [];
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
    for (const [position, slot] of slots.entries()) {
      const result = answers[position] as Result;
      if (slot.session !== 0) this.sessions.record(slot.session, slot.number, this.codec.encode(result));
      results.push({ index: slot.index, term: slot.term, origin: slot.origin, result, error: null });
    }
  }

  // --- snapshots

  /** Captures everything as of now. */
  snapshot(): SnapshotReader {
    const head = new ByteWriter()
      .varint(snapshotFormat)
      .varint(this.appliedAt.index)
      .varint(this.appliedAt.term)
      .bytes(this.sessions.encode())
      .bytes(this.roster.encode())
      .finish();
    const framed = new ByteWriter().varint(head.length).raw(head).finish();
    const state = this.machine.snapshot();
    return concatenate(framed, state instanceof Uint8Array ? readerOf(state) : state);
  }

  /** Begins to replace everything; see `SnapshotWriter`. */
  restore(): SnapshotWriter {
    return new ReplicaWriter(this.machine.restore(), (head) => this.takeHead(head));
  }

  private takeHead(head: Uint8Array): void {
    const reader = new ByteReader(head);
    const format = reader.varint();
    if (format !== snapshotFormat) {
      throw new FormatError(
        `the snapshot has format ${format}, this member knows ${snapshotFormat}; upgrade this member`,
      );
    }
    this.appliedAt = { index: reader.varint(), term: reader.varint() };
    this.sessions.decode(reader.bytes());
    this.roster.decode(reader.bytes());
  }

  /** A fingerprint of machine, sessions and roster; null if the machine has none. */
  digest(): string | null {
    const machine = this.machine.digest?.();
    if (machine === undefined) return null;
    return `${machine}.${fingerprint(this.sessions.encode())}.${fingerprint(this.roster.encode())}`;
  }

  /** Notes a membership change that came into force at the entry applied last. */
  noteChange(config: ConfState, context: Parameters<Roster["change"]>[3]): void {
    this.roster.change(this.appliedAt.index, this.appliedAt.term, config, context);
  }

  /** Whether a member has ever been heard from; see `Roster`. */
  isActive(id: NodeId): boolean {
    return this.roster.isActive(id);
  }
}

const snapshotFormat = 1;

/** Splits the head off an incoming snapshot and passes the rest on; nothing is changed before it is complete. */
class ReplicaWriter implements SnapshotWriter {
  private readonly inner: SnapshotWriter;
  private readonly takeHead: (head: Uint8Array) => void;
  private gathered = new Uint8Array(0);
  private head: Uint8Array | null = null;

  constructor(inner: SnapshotWriter, takeHead: (head: Uint8Array) => void) {
    this.inner = inner;
    this.takeHead = takeHead;
  }

  write(chunk: Uint8Array): void {
    if (this.head !== null) {
      this.inner.write(chunk);
      return;
    }
    const joined = new Uint8Array(this.gathered.length + chunk.length);
    joined.set(this.gathered);
    joined.set(chunk, this.gathered.length);
    this.gathered = joined;
    if (joined.length < headLengthBytesMax) return;
    this.splitHead();
  }

  finish(): void {
    if (this.head === null) this.splitHead();
    if (this.head === null) throw new FormatError("the snapshot ends inside its head");
    this.inner.finish();
    this.takeHead(this.head);
  }

  abort(): void {
    this.inner.abort();
  }

  private splitHead(): void {
    const reader = new ByteReader(this.gathered);
    const length = reader.varint();
    const rest = reader.rest();
    if (rest.length < length) return;
    this.head = rest.slice(0, length);
    if (rest.length > length) this.inner.write(rest.subarray(length));
    this.gathered = new Uint8Array(0);
  }
}

const headLengthBytesMax = 8;

function concatenate(head: Uint8Array, state: SnapshotReader): SnapshotReader {
  let isHeadOut = false;
  return {
    next() {
      if (isHeadOut) return state.next();
      isHeadOut = true;
      return head;
    },
    close: () => state.close(),
  };
}

function readerOf(bytes: Uint8Array): SnapshotReader {
  let isOut = bytes.length === 0;
  return {
    next() {
      if (isOut) return null;
      isOut = true;
      return bytes;
    },
    close: () => undefined,
  };
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

/**
 * What a user brings: a deterministic state machine.
 */

/** A committed command. */
export type Command = {
  /** Position in the log; rises, with gaps where entries carried no command. */
  readonly index: number;
  /** Term in which it was proposed. */
  readonly term: number;
  /** What was proposed. Belongs to the log: read it, do not change or keep views of it for long. */
  readonly data: Uint8Array;
};

/** A state at one moment, read chunk by chunk while the machine goes on. */
export type SnapshotReader = {
  /** The next chunk (up to about 1 MiB), or null at the end. */
  next(): Uint8Array | null;
  /** Called once, after the last chunk or when the rest is not needed. */
  close(): void;
};

/** Takes a state back, chunk by chunk. */
export type SnapshotWriter = {
  write(chunk: Uint8Array): void;
  /**
   * All chunks are there: from now on the machine is in that state. A machine with a {@link StateMachine.durable} side makes
   * the state, its applied place and `sidecars` (which replace what the chunks say of them) durable in one step.
   */
  finish(sidecars?: Sidecars): void;
  /** The rest will not come: the machine stays as it was. */
  abort(): void;
};

/**
 * A replicated state machine. All members run the same commands in the same order and must come to the same state:
 * no clock, no random numbers, no I/O, no dependence on the machine or on how commands are grouped into batches. What
 * goes wrong for every member alike (a bad command) is a result, not an exception; an exception ends the member.
 *
 * Everything is synchronous and must be quick: it runs inside the member's turn.
 */
export type StateMachine<Result = unknown> = {
  /** Applies commands in order; returns one result for each. */
  apply(commands: readonly Command[]): readonly Result[];
  /** Captures the state now; later commands must not show in what is read. */
  snapshot(): Uint8Array | SnapshotReader;
  /** Begins to replace the state; nothing is applied before the writer is finished. */
  restore(): SnapshotWriter;
  /** A fingerprint of the state, equal on all members at the same index. For checks; need not be fast. */
  digest?(): string;
  /** How results are kept in the session table. Default: bytes as they are, everything else as JSON. */
  readonly results?: ResultCodec<Result>;
  /** Given by a machine that keeps its state on disk itself; null or left out: the member keeps it in snapshots. */
  readonly durable?: DurableState | null;
};

/** The member's bytes by name. */
export type Sidecars = ReadonlyMap<string, Uint8Array>;

/**
 * The durable side of a machine that keeps its own state: it gathers what is applied and commits it now and then, in one
 * transaction with the applied place and the member's sidecars. The log covers what is not committed yet.
 *
 * The rules for whoever writes one: a commit contains everything applied and set up to its beginning, and nothing later;
 * it never begins by itself inside `apply`; and it happens wholly or not at all.
 */
export type DurableState = {
  /** Index of the last entry applied, 0 in a new state. When opened: as found on disk. */
  readonly appliedIndex: number;
  readonly appliedTerm: number;
  /** Highest index whose effects survive a crash now. */
  readonly durableIndex: number;
  /** Memory that waits to be committed, what is on its way included; in bytes, roughly. */
  readonly bufferedBytes: number;
  /** Records that wait for the next commit. */
  readonly pendingRecords: number;
  /** Whether a commit is on its way. */
  readonly isFlushing: boolean;
  /** Names who decides when to commit; called before anything is applied. */
  entrust(keeper: DurableKeeper): void;
  /**
   * Moves the applied place over entries that carried nothing for the machine. The index may stay when the term rises.
   */
  advance(index: number, term: number): void;
  /** Sets bytes of the member, to be committed with everything applied up to now. */
  setSidecar(name: string, bytes: Uint8Array): void;
  /** Bytes as last set, or null. */
  sidecar(name: string): Uint8Array | null;
  /** Begins a commit unless one is on its way, or nothing is new. Never waits. */
  flush(): void;
};

/** Who is asked and told about commits. */
export type DurableKeeper = {
  /** Called inside `flush()`, before the commit takes what there is: sets sidecars and the applied place. */
  beforeFlush(): void;
  /** A commit ended. An error means that the machine's disk cannot be relied on any more. */
  flushEnded(error: Error | null): void;
};

/** Turns results into bytes and back. */
export type ResultCodec<Result> = {
  encode(result: Result): Uint8Array;
  decode(bytes: Uint8Array): Result;
};

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
  /** All chunks are there: from now on the machine is in that state. */
  finish(): void;
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
};

/** Turns results into bytes and back. */
export type ResultCodec<Result> = {
  encode(result: Result): Uint8Array;
  decode(bytes: Uint8Array): Result;
};

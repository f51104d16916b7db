/**
 * The session table: what makes a repeated command take effect once (thesis §6.3).
 *
 * It is part of the replicated state. Everything about it, eviction included, follows from the log alone.
 */

import { ByteReader, ByteWriter, FormatError } from "./bytes.ts";

/** How a session's command is to be treated. */
export type SessionVerdict =
  /** New: execute it, then {@link SessionTable.record} the result. */
  | { readonly kind: "execute" }
  /** The last one again: this was the result. */
  | { readonly kind: "repeat"; readonly result: Uint8Array }
  /** Older than the last one: its result is gone, and it was executed. */
  | { readonly kind: "old" }
  | { readonly kind: "unknown" };

const verdicts = {
  execute: { kind: "execute" },
  old: { kind: "old" },
  unknown: { kind: "unknown" },
} as const;

type Session = { number: number; result: Uint8Array };

const formatVersion = 1;
/** The most that a number takes. */
const numberBytesMax = 8;
/** One writer for tables of ordinary size, which are encoded again and again: memory of many pages is dear to get. */
const tables = new ByteWriter(64 * 1024);

/** Sessions by id, in the order of their last use. A client has one command in flight per session. */
export class SessionTable {
  private readonly sessions = new Map<number, Session>();
  private readonly sessionsMax: number;

  /** `sessionsMax` must be the same on all members: at the bound the session used least recently is evicted. */
  constructor(sessionsMax: number) {
    this.sessionsMax = sessionsMax;
  }

  get size(): number {
    return this.sessions.size;
  }

  /** Opens a session. */
  open(id: number): void {
    this.sessions.set(id, { number: 0, result: new Uint8Array(0) });
    if (this.sessions.size <= this.sessionsMax) return;
    for (const oldest of this.sessions.keys()) {
      this.sessions.delete(oldest);
      break;
    }
  }

  /** Closes a session; false if it is unknown. */
  close(id: number): boolean {
    return this.sessions.delete(id);
  }

  /** Judges a command; numbers begin at 1 and rise by any step. */
  judge(id: number, number: number): SessionVerdict {
    const session = this.sessions.get(id);
    if (session === undefined) return verdicts.unknown;
    this.sessions.delete(id);
    this.sessions.set(id, session);
    if (number > session.number) return verdicts.execute;
    return number === session.number ? { kind: "repeat", result: session.result } : verdicts.old;
  }

  /** Keeps the result of a command that was executed. */
  record(id: number, number: number, result: Uint8Array): void {
    const session = this.sessions.get(id);
    if (session === undefined) return;
    session.number = number;
    session.result = result;
  }

  /** The table as bytes, in the order of last use. */
  encode(): Uint8Array {
    let bytesMax = 2 * numberBytesMax;
    for (const { result } of this.sessions.values()) bytesMax += 3 * numberBytesMax + result.length;
    const writer = bytesMax <= tables.capacity ? tables.reset() : new ByteWriter(bytesMax);
    writer.varint(formatVersion).varint(this.sessions.size);
    for (const [id, { number, result }] of this.sessions) writer.varint(id).varint(number).bytes(result);
    return writer.finish();
  }

  /** Replaces the table. @throws FormatError */
  decode(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes);
    const version = reader.varint();
    if (version !== formatVersion) {
      throw new FormatError(
        `the session table has format ${version}, this member knows ${formatVersion}; upgrade this member`,
      );
    }
    const count = reader.varint();
    this.sessions.clear();
    for (let position = 0; position < count; position++) {
      this.sessions.set(reader.varint(), { number: reader.varint(), result: reader.bytes().slice() });
    }
  }
}

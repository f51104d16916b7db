/**
 * The replica's head: what is replicated besides the machine's own state. And how it stands in snapshots and sidecars.
 *
 * ```
 * full snapshot    length (varint) · 1 · index · term · sessions · roster · the machine's state
 * light snapshot   length (varint) · 2 · index · term · roster
 * sidecars         member/sessions, member/roster: as of the applied place in the same transaction
 * ```
 *
 * A light snapshot says that the machine has kept the state itself, and who the members were; it can restore nobody.
 */

import { ByteReader, ByteWriter, FormatError } from "./bytes.ts";
import type { SnapshotReader, SnapshotWriter } from "./state-machine.ts";

/** What stands before the machine's state. */
export type Head = {
  readonly kind: "full" | "light";
  readonly index: number;
  readonly term: number;
  /** Encoded session table; empty in a light snapshot. */
  readonly sessions: Uint8Array;
  /** Encoded roster. */
  readonly roster: Uint8Array;
};

/** Names of the sidecars. */
export const sidecarNames = { sessions: "member/sessions", roster: "member/roster" } as const;

const formats = { full: 1, light: 2 } as const;

/** Encodes a head with its length in front. */
export function encodeHead({ kind, index, term, sessions, roster }: Head): Uint8Array {
  const head = new ByteWriter().varint(formats[kind]).varint(index).varint(term);
  if (kind === "full") head.bytes(sessions);
  const bytes = head.bytes(roster).finish();
  return new ByteWriter().varint(bytes.length).raw(bytes).finish();
}

function decodeHead(bytes: Uint8Array): Head {
  const reader = new ByteReader(bytes);
  const format = reader.varint();
  if (format !== formats.full && format !== formats.light) {
    throw new FormatError(
      `the snapshot has format ${format}, this member knows 1 and 2; upgrade this member`,
    );
  }
  const kind = format === formats.full ? "full" : "light";
  const index = reader.varint();
  const term = reader.varint();
  const sessions = kind === "full" ? reader.bytes().slice() : new Uint8Array(0);
  return { kind, index, term, sessions, roster: reader.bytes().slice() };
}

/** Splits the head off the chunks of a snapshot. */
export class HeadSplitter {
  private gathered = new Uint8Array(0);
  private split: Head | null = null;

  /** The head, or null while bytes of it are missing. */
  get head(): Head | null {
    return this.split;
  }

  /** Takes a chunk; returns what of it stands behind the head. @throws FormatError */
  take(chunk: Uint8Array): Uint8Array {
    if (this.split !== null) return chunk;
    const joined = new Uint8Array(this.gathered.length + chunk.length);
    joined.set(this.gathered);
    joined.set(chunk, this.gathered.length);
    this.gathered = joined;
    const length = lengthAt(joined);
    if (length === null || joined.length < length.end + length.value) return new Uint8Array(0);
    this.split = decodeHead(joined.subarray(length.end, length.end + length.value));
    this.gathered = new Uint8Array(0);
    return joined.subarray(length.end + length.value);
  }
}

/** The length that a snapshot begins with, and where it ends; null while bytes of it are missing. */
function lengthAt(bytes: Uint8Array): { readonly value: number; readonly end: number } | null {
  const end = bytes.findIndex((byte) => byte < 0x80) + 1;
  if (end === 0) {
    if (bytes.length > lengthBytesMax) throw new FormatError("the snapshot does not begin with a length");
    return null;
  }
  return { value: new ByteReader(bytes).varint(), end };
}

const lengthBytesMax = 8;

/** Takes a full snapshot apart: the head is kept until everything came, the rest is the machine's. */
export class ReplicaWriter implements SnapshotWriter {
  private readonly machine: SnapshotWriter;
  private readonly splitter = new HeadSplitter();
  private readonly complete: (head: Head, finishMachine: SnapshotWriter["finish"]) => void;

  /** `complete` is called when all is there, and must finish the machine. */
  constructor(machine: SnapshotWriter, complete: ReplicaWriter["complete"]) {
    this.machine = machine;
    this.complete = complete;
  }

  write(chunk: Uint8Array): void {
    const rest = this.splitter.take(chunk);
    if (this.splitter.head?.kind === "light") {
      throw new FormatError("this snapshot is a light one: the state itself is on its machine's own disk");
    }
    if (rest.length > 0) this.machine.write(rest);
  }

  finish(): void {
    const { head } = this.splitter;
    if (head === null) throw new FormatError("the snapshot ends inside its head");
    this.complete(head, (sidecars) => this.machine.finish(sidecars));
  }

  abort(): void {
    this.machine.abort();
  }
}

/** The head, and then the machine's state. */
export function concatenate(head: Uint8Array, state: SnapshotReader): SnapshotReader {
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

/** Bytes as a stream of one chunk. */
export function readerOf(bytes: Uint8Array): SnapshotReader {
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

/**
 * Log entries: the unit of replication (Raft §5.3).
 */

/** What an entry carries. The numbers are stable: they are stored on disk and sent to peers. */
export const EntryType = {
  /** Opaque bytes for the state machine; empty bytes mark the first entry of a leader's term. */
  normal: 0,
  /** A single membership change, {@link file://./conf-change.ts ConfChange}. */
  confChange: 1,
  /** A membership change by joint consensus, {@link file://./conf-change.ts ConfChangeV2}. */
  confChangeV2: 2,
} as const;
export type EntryType = (typeof EntryType)[keyof typeof EntryType];

/** A log entry. Immutable once it was handed to the core or came out of it; `data` is shared, never copied. */
export type Entry = {
  readonly type: EntryType;
  readonly term: number;
  readonly index: number;
  readonly data: Uint8Array;
};

/** The one empty byte array; entries and messages without data share it. */
export const noData: Uint8Array = new Uint8Array(0);

/** The one empty entry list. */
export const noEntries: readonly Entry[] = Object.freeze([]);

/** Makes an entry of the one fixed shape. */
export function makeEntry(type: EntryType, term: number, index: number, data: Uint8Array): Entry {
  return { type, term, index, data };
}

/** Bytes that a non-negative safe integer takes as a base-128 varint. */
export function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  if (value < 0x10000000) return 4;
  let bytes = 5;
  for (let rest = Math.floor(value / 0x800000000); rest > 0; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/**
 * Bytes of one entry in the reference encoding (tag and varint each for type, term and index; tag, length and
 * bytes for data). All size limits of the core are counted in these bytes, whatever the transport sends.
 */
export function entryBytes(entry: Entry): number {
  // The type is below 128 and takes one byte.
  const head = 4 + varintBytes(entry.term) + varintBytes(entry.index);
  const data = entry.data.length;
  return data === 0 ? head : head + 1 + varintBytes(data) + data;
}

/** Sum of {@link entryBytes}. */
export function entriesBytes(entries: readonly Entry[]): number {
  let total = 0;
  for (const entry of entries) total += entryBytes(entry);
  return total;
}

/** Sum of the data bytes alone: what counts against the uncommitted-size limit and the in-flight byte window. */
export function payloadBytes(entries: readonly Entry[]): number {
  let total = 0;
  for (const entry of entries) total += entry.data.length;
  return total;
}

/**
 * The longest prefix whose {@link entriesBytes} stay within `maxBytes`, but at least one entry if there is any, so
 * that one oversized entry cannot block the log.
 */
export function limitBytes(entries: readonly Entry[], maxBytes: number): readonly Entry[] {
  let total = 0;
  for (let position = 0; position < entries.length; position++) {
    total += entryBytes(entries[position] as Entry);
    if (position > 0 && total > maxBytes) return entries.slice(0, position);
  }
  return entries;
}

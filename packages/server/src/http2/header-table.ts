/**
 * The table that HPACK's indexes point into: the static entries, then the dynamic ones, the youngest first
 * (RFC 7541 §2.3).
 */

import { staticFields } from "./static-table.ts";

/** A header field; whether HTTP/2 permits it is found once, when it is made. */
export type HeaderField = {
  readonly name: string;
  readonly value: string;
  /** RFC 7541 §4.1: name and value and 32. */
  readonly sizeBytes: number;
  readonly isValid: boolean;
};

/** Around an entry. */
const entryOverheadBytes = 32;
/** RFC 9113's default, and the most that we let a client use. */
export const tableBytesMax = 4096;
/** A power of two that holds all entries that fit. */
const ringLength = tableBytesMax / entryOverheadBytes;

const validName = /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// No NUL, CR, LF; no space or tab at either end (RFC 9113 §8.2.1). Nothing is asked of an authority: some clients put a
// whole URL there.
// oxlint-disable-next-line no-control-regex -- they are what must not be there
const invalidValue = /[\0\r\n]|^[ \t]|[ \t]$/;

/** Makes a field. */
export function makeField(name: string, value: string): HeaderField {
  return {
    name,
    value,
    sizeBytes: name.length + value.length + entryOverheadBytes,
    isValid: validName.test(name) && !invalidValue.test(value),
  };
}

const staticEntries: readonly HeaderField[] = staticFields.map(([name, value]) => makeField(name, value));

/** See the module. */
export class HeaderTable {
  /** Counts changes: equal numbers, equal tables. */
  generation = 0;
  private readonly ring: (HeaderField | null)[] = Array.from({ length: ringLength }, () => null);
  private first = 0;
  private count = 0;
  private usedBytes = 0;
  private bytesMax = tableBytesMax;

  /** Dynamic entries, and their bytes. */
  get length(): number {
    return this.count;
  }

  get sizeBytes(): number {
    return this.usedBytes;
  }

  /** The field of an index, or undefined. */
  at(index: number): HeaderField | undefined {
    if (index <= staticEntries.length) return staticEntries[index - 1];
    const position = index - staticEntries.length - 1;
    if (position >= this.count) return undefined;
    return this.ring[(this.first + position) % ringLength] ?? undefined;
  }

  /** Adds a field; older ones leave as needed. One that is larger than the table empties it. */
  add(field: HeaderField): void {
    this.generation++;
    this.shrinkTo(this.bytesMax - field.sizeBytes);
    if (field.sizeBytes > this.bytesMax) return;
    this.first = (this.first + ringLength - 1) % ringLength;
    this.ring[this.first] = field;
    this.count++;
    this.usedBytes += field.sizeBytes;
  }

  /** Sets the most bytes, which are within {@link tableBytesMax}. */
  resize(bytesMax: number): void {
    this.generation++;
    this.bytesMax = bytesMax;
    this.shrinkTo(bytesMax);
  }

  private shrinkTo(bytes: number): void {
    while (this.usedBytes > bytes && this.count > 0) {
      const last = (this.first + this.count - 1) % ringLength;
      this.usedBytes -= this.ring[last]?.sizeBytes ?? 0;
      this.ring[last] = null;
      this.count--;
    }
  }
}

/**
 * CRC-32C (Castagnoli; RFC 3720 §B.4), the polynomial that etcd's HashKV uses.
 */

const polynomial = 0x82f63b78;

/** Eight tables of 256 entries: table `n` advances a byte by `n` further zero bytes ("slicing by eight"). */
const tables: readonly Int32Array[] = buildTables();

function buildTables(): Int32Array[] {
  const first = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    first[byte] = value;
  }
  const built = [first];
  for (let table = 1; table < 8; table++) {
    const before = built[table - 1] as Int32Array;
    const next = new Int32Array(256);
    for (let byte = 0; byte < 256; byte++) {
      const value = before[byte] as number;
      next[byte] = (value >>> 8) ^ (first[value & 0xff] as number);
    }
    built.push(next);
  }
  return built;
}

const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

/** Continues a checksum over `bytes`; begin with 0. Returns an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  let at = 0;
  const end = bytes.length;
  for (; at + 8 <= end; at += 8) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    crc =
      (t7[crc & 0xff] as number) ^
      (t6[(crc >>> 8) & 0xff] as number) ^
      (t5[(crc >>> 16) & 0xff] as number) ^
      (t4[crc >>> 24] as number) ^
      (t3[bytes[at + 4] as number] as number) ^
      (t2[bytes[at + 5] as number] as number) ^
      (t1[bytes[at + 6] as number] as number) ^
      (t0[bytes[at + 7] as number] as number);
  }
  for (; at < end; at++) crc = (t0[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

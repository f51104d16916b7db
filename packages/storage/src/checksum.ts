/**
 * CRC-32 (IEEE 802.3, reflected polynomial EDB88320), the checksum of all formats here.
 *
 * Slicing-by-8: eight tables let eight bytes be taken in one step. Measured at 256-byte records it is as fast as the
 * native function of Node (the call costs what the tables cost), and it runs everywhere.
 */

const tables = makeTables();

function makeTables(): Int32Array {
  const made = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++)
      remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
    made[byte] = remainder;
  }
  for (let byte = 0; byte < 256; byte++) {
    for (let slice = 1; slice < 8; slice++) {
      const before = made[(slice - 1) * 256 + byte] as number;
      made[slice * 256 + byte] = (made[before & 0xff] as number) ^ (before >>> 8);
    }
  }
  return made;
}

/**
 * Checksum of `bytes[from, to)`, going on from `seed`: the checksum of what stands before, or any number that the
 * bytes are to be bound to. Returns an unsigned 32-bit integer.
 */
export function crc32(bytes: Uint8Array, from: number, to: number, seed: number): number {
  const table = tables;
  let crc = ~seed;
  let position = from;
  // The casts cost nothing: positions stay below `to`, and the table has every index that 8 bits can make.
  for (const end = to - 7; position < end; position += 8) {
    crc ^=
      (bytes[position] as number) |
      ((bytes[position + 1] as number) << 8) |
      ((bytes[position + 2] as number) << 16) |
      ((bytes[position + 3] as number) << 24);
    crc =
      (table[0x700 | (crc & 0xff)] as number) ^
      (table[0x600 | ((crc >>> 8) & 0xff)] as number) ^
      (table[0x500 | ((crc >>> 16) & 0xff)] as number) ^
      (table[0x400 | (crc >>> 24)] as number) ^
      (table[0x300 | (bytes[position + 4] as number)] as number) ^
      (table[0x200 | (bytes[position + 5] as number)] as number) ^
      (table[0x100 | (bytes[position + 6] as number)] as number) ^
      (table[bytes[position + 7] as number] as number);
  }
  for (; position < to; position++) {
    crc = (table[(crc ^ (bytes[position] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/** Where a number becomes bytes. */
const scratch = new Uint8Array(8);

/** Binds a seed to a number below 2^53, so that equal bytes in different places have different checksums. */
export function seedWith(seed: number, value: number): number {
  let low = value >>> 0;
  let high = Math.floor(value / 0x1_0000_0000);
  for (let at = 0; at < 4; at++) {
    scratch[at] = low;
    scratch[at + 4] = high;
    low >>>= 8;
    high >>>= 8;
  }
  return crc32(scratch, 0, 8, seed);
}

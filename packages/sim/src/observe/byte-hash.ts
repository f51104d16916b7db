/**
 * Hashes of bytes: what logs and commands are told apart by.
 */

/** 53 bits of a byte string. O(bytes), four at a time. */
export function hashOfBytes(data: Uint8Array): number {
  const { length } = data;
  let one = 0xdeadbeef ^ length;
  let other = 0x41c6ce57;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const word =
      (data[at] as number) |
      ((data[at + 1] as number) << 8) |
      ((data[at + 2] as number) << 16) |
      ((data[at + 3] as number) << 24);
    // The shifts bring high bits down again: multiplication carries upwards only.
    one = Math.imul(one ^ word, 0x9e3779b1);
    one ^= one >>> 15;
    other = Math.imul(other ^ word, 0x5f356495);
    other ^= other >>> 13;
  }
  for (; at < length; at++) {
    const byte = data[at] as number;
    one = Math.imul(one ^ byte, 0x9e3779b1);
    other = Math.imul(other ^ byte, 0x5f356495);
  }
  return joinHash(one, other);
}

/** 53 bits of twice 32. */
export function joinHash(one: number, other: number): number {
  const low = (one ^ (one >>> 16)) >>> 0;
  return ((other ^ (other >>> 14)) & 0x1f_ffff) * 0x1_0000_0000 + low;
}

/**
 * One hash over everything that was seen, in order: two runs are the same if their hashes are.
 */

/** 53 bits that every value taken in changes. */
export class RunningHash {
  private one = 0x243f6a88 | 0;
  private other = 0x85a308d3 | 0;

  /** Takes a number in: whole up to 2^53, or any other by its bits of precision that matter. */
  number(value: number): void {
    const low = value | 0;
    this.mix(low, low === value ? low >> 31 : restOf(value));
  }

  text(value: string): void {
    for (let at = 0; at < value.length; at++) this.mix(value.charCodeAt(at), 0);
    this.mix(value.length, 0);
  }

  private mix(low: number, rest: number): void {
    const one = Math.imul(this.one ^ low, 0x9e3779b1) ^ (this.one >>> 15);
    const other = Math.imul(this.other ^ rest ^ Math.imul(low, 0x2c1b3c6d), 0x5f356495);
    this.one = one;
    this.other = other ^ one ^ (other >>> 13);
  }

  bytes(value: Uint8Array): void {
    let one = this.one;
    let other = this.other;
    for (const byte of value) {
      one = Math.imul(one ^ byte, 0x9e3779b1);
      other = Math.imul(other ^ byte, 0x5f356495);
    }
    this.one = one ^ (one >>> 16);
    this.other = other ^ (other >>> 14);
    this.number(value.length);
  }

  /** The hash of everything so far. */
  get value(): number {
    const low = (this.one ^ (this.one >>> 16)) >>> 0;
    const high = (this.other ^ Math.imul(this.one, 0x27d4eb2f)) & 0x1f_ffff;
    return high * 0x1_0000_0000 + low;
  }
}

/** What does not fit into the low 32 bits. */
function restOf(value: number): number {
  const high = Math.floor(value / 0x1_0000_0000) | 0;
  return Number.isInteger(value) ? high : high ^ Math.floor((value % 1) * 1e9);
}

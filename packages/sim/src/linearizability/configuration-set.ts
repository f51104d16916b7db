/**
 * The set of configurations that the search has been in: which operations are linearized, and the state they led to.
 *
 * A configuration's hash is kept up to date by one exclusive-or per operation (Zobrist), over 2 × 32 bits; on a hit the
 * sets are compared, so a collision costs time and never a verdict.
 */

const loadMax = 0.6;

/** See the module. */
export class ConfigurationSet {
  private readonly words: number;
  private readonly low: Uint32Array;
  private readonly high: Uint32Array;
  /** Slot → entry number + 1; 0 is free. */
  private slots = new Uint32Array(1024);
  private entries = 0;
  /** Per entry: hash low, hash high, state, then the bits. */
  private pool: Uint32Array;
  private readonly stride: number;

  constructor(operations: number) {
    this.words = Math.ceil(operations / 32);
    this.stride = 3 + this.words;
    this.pool = new Uint32Array(this.stride * 1024);
    this.low = new Uint32Array(operations);
    this.high = new Uint32Array(operations);
    let seed = 0x9e3779b9;
    const next = (): number => {
      // Xorshift: any numbers that differ will do, and the same ones every time.
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      return seed >>> 0;
    };
    for (let position = 0; position < operations; position++) {
      this.low[position] = next();
      this.high[position] = next();
    }
  }

  get size(): number {
    return this.entries;
  }

  /** What an operation adds to, or takes from, a hash's halves. */
  lowOf(operation: number): number {
    return this.low[operation] as number;
  }

  highOf(operation: number): number {
    return this.high[operation] as number;
  }

  /** Adds a configuration; false if it was there. */
  add(bits: Uint32Array, state: number, low: number, high: number): boolean {
    if ((this.entries + 1) / this.slots.length > loadMax) this.grow();
    const mask = this.slots.length - 1;
    let slot = slotOf(low, high, state) & mask;
    for (;;) {
      const entry = this.slots[slot] as number;
      if (entry === 0) break;
      if (this.equals((entry - 1) * this.stride, bits, state, low, high)) return false;
      slot = (slot + 1) & mask;
    }
    this.store(bits, state, low, high);
    this.slots[slot] = this.entries;
    return true;
  }

  private equals(at: number, bits: Uint32Array, state: number, low: number, high: number): boolean {
    const { pool, words } = this;
    if (pool[at] !== low || pool[at + 1] !== high || pool[at + 2] !== state) return false;
    for (let word = 0; word < words; word++) if (pool[at + 3 + word] !== bits[word]) return false;
    return true;
  }

  private store(bits: Uint32Array, state: number, low: number, high: number): void {
    const at = this.entries * this.stride;
    if (at + this.stride > this.pool.length) {
      const larger = new Uint32Array(this.pool.length * 2);
      larger.set(this.pool);
      this.pool = larger;
    }
    this.pool[at] = low;
    this.pool[at + 1] = high;
    this.pool[at + 2] = state;
    this.pool.set(bits, at + 3);
    this.entries++;
  }

  private grow(): void {
    const slots = new Uint32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.entries; entry++) {
      const at = entry * this.stride;
      const low = this.pool[at] as number;
      let slot = slotOf(low, this.pool[at + 1] as number, this.pool[at + 2] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
    this.slots = slots;
  }
}

function slotOf(low: number, high: number, state: number): number {
  return (low ^ Math.imul(high, 0x85ebca6b) ^ Math.imul(state + 1, 0xc2b2ae35)) >>> 0;
}

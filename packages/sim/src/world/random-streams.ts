/**
 * Random numbers by name: the n-th number of a stream is a function of (seed, name, n) and of nothing else.
 *
 * So what one part of the world draws does not depend on what the others draw, and a fault that is taken out of a plan
 * shifts nothing. Integer arithmetic only (multiplication, shifts, exclusive-or, modulo 2^32): the same in every engine.
 */

/** One stream. */
export class RandomStream {
  private readonly low: number;
  private readonly high: number;
  private count = 0;

  constructor(low: number, high: number) {
    this.low = low;
    this.high = high;
  }

  /** The next 32 bits, as an unsigned integer. */
  next(): number {
    const count = this.count++;
    return mix(mix(this.low ^ Math.imul(count + 1, 0x9e3779b9)) ^ this.high ^ (count >>> 16));
  }

  /** A whole number in [0, below). `below` may be as large as 2^53. */
  below(below: number): number {
    if (!(below >= 1)) throw new RangeError(`nothing is below ${below}`);
    if (below <= 0x1_0000_0000) return Math.floor((this.next() / 0x1_0000_0000) * below);
    const high = this.next() & 0x1f_ffff;
    return (high * 0x1_0000_0000 + this.next()) % below;
  }

  /** A whole number in [low, high], both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in so many of a million cases. */
  chance(perMillion: number): boolean {
    return perMillion > 0 && this.below(1_000_000) < perMillion;
  }

  /** One of several. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** So many of several, in their order. */
  sample<Item>(items: readonly Item[], count: number): Item[] {
    const left = items.map((item, position) => ({ item, position }));
    const taken: typeof left = [];
    while (taken.length < count && left.length > 0) taken.push(...left.splice(this.below(left.length), 1));
    return taken.sort((one, other) => one.position - other.position).map(({ item }) => item);
  }

  /**
   * A delay with a long tail, in whole microseconds: `min` plus about `mean − min`, most often less, now and then up to
   * eight times as much. (A table instead of a logarithm, which differs between engines.)
   */
  delayUs(minUs: number, meanUs: number): number {
    const extra = Math.max(0, meanUs - minUs);
    const eighths = tail[this.below(tail.length)] as number;
    return minUs + Math.floor((extra * eighths) / 8);
  }
}

/** Sixteenths of an exponential distribution's inverse, in eighths of its mean; their own mean is 8. */
const tail = [0, 1, 1, 2, 2, 3, 4, 4, 5, 7, 8, 10, 12, 15, 20, 34];

/** All streams of one seed. */
export class RandomStreams {
  readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  /** The stream of a name, from its beginning. */
  stream(name: string): RandomStream {
    let low = 0x811c9dc5 ^ (this.seed >>> 0);
    let high = 0x85ebca6b ^ Math.floor(this.seed / 0x1_0000_0000);
    for (let position = 0; position < name.length; position++) {
      const code = name.charCodeAt(position);
      low = Math.imul(low ^ code, 0x0100_0193);
      high = Math.imul(high ^ code, 0xc2b2_ae35) ^ (high >>> 15);
    }
    return new RandomStream(mix(low), mix(high ^ Math.imul(this.seed >>> 0, 0x27d4_eb2f)));
  }
}

/** Mixes 32 bits thoroughly (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * The streams that were given up last: what a client sent before it knew is ignored.
 */

const keptMax = 1024;

/** See the module. */
export class RecentIds {
  private ids: Int32Array | null = null;
  private next = 0;

  add(id: number): void {
    this.ids ??= new Int32Array(keptMax);
    this.ids[this.next] = id;
    this.next = (this.next + 1) % keptMax;
  }

  has(id: number): boolean {
    return this.ids?.includes(id) ?? false;
  }
}

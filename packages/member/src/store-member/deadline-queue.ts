/**
 * Leases by their deadlines: a binary heap in which a deadline that moved is found out late.
 *
 * A renewal only notes the new deadline, which is what happens all the time. The heap keeps one place per lease, at the
 * earliest deadline that it knows of; when that comes, the lease is put back at its true place or handed out.
 */

type Place = { readonly id: bigint; readonly atMs: number };

/** See the module. */
export class DeadlineQueue {
  private readonly deadlines = new Map<bigint, number>();
  private readonly heap: Place[] = [];

  get size(): number {
    return this.deadlines.size;
  }

  /** When a lease ends; undefined if it is not known. */
  get(id: bigint): number | undefined {
    return this.deadlines.get(id);
  }

  ids(): IterableIterator<bigint> {
    return this.deadlines.keys();
  }

  /** Adds a lease, or moves its deadline. */
  set(id: bigint, deadlineMs: number): void {
    const known = this.deadlines.get(id);
    this.deadlines.set(id, deadlineMs);
    // A place that is too early is corrected when its time comes; one that is too late would be missed.
    if (known === undefined || deadlineMs < known) this.push({ id, atMs: deadlineMs });
  }

  delete(id: bigint): void {
    this.deadlines.delete(id);
  }

  clear(): void {
    this.deadlines.clear();
    this.heap.length = 0;
  }

  /** Takes up to `countMax` leases whose deadline has come. They stay known; {@link putBack} those that live on. */
  takeDue(nowMs: number, countMax: number): bigint[] {
    const due: bigint[] = [];
    while (due.length < countMax) {
      const first = this.heap[0];
      if (first === undefined || first.atMs > nowMs) break;
      this.pop();
      const deadlineMs = this.deadlines.get(first.id);
      if (deadlineMs === undefined) continue;
      if (deadlineMs > nowMs) this.push({ id: first.id, atMs: deadlineMs });
      else if (!due.includes(first.id)) due.push(first.id);
    }
    return due;
  }

  /** Gives a lease that was taken its place again, at its deadline or at `notBeforeMs`, whichever is later. */
  putBack(id: bigint, notBeforeMs: number): void {
    const deadlineMs = this.deadlines.get(id);
    if (deadlineMs !== undefined) this.push({ id, atMs: Math.max(deadlineMs, notBeforeMs) });
  }

  private push(place: Place): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(place);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Place;
      if (above.atMs <= place.atMs) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = place;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop() as Place;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && right.atMs < (heap[child] as Place).atMs) child++;
      const below = heap[child] as Place;
      if (below.atMs >= last.atMs) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }
}

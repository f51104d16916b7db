/**
 * What of its files a power failure would not leave, although nobody says so: what was written and never synced, what a
 * failed sync made the disk forget, and names that their directory was not synced for. (After a failed sync the pages count
 * as clean: no later sync brings them to the platter, though every reader sees them; Rebello et al. 2020.) A sync that lies
 * belongs to the fault atlas, not here.
 */

type Extent = {
  readonly from: number;
  readonly to: number;
  readonly writtenAtUs: number;
  /** Rises with every write: a sync that began before does not help. */
  readonly number: number;
  isForgotten: boolean;
};

/** See the module. */
export class Platter {
  private readonly files = new Map<string, Extent[]>();
  /** When files got names that are not durable yet. */
  private readonly named = new Map<string, { readonly atUs: number; readonly number: number }>();
  private writes = 0;
  /** What is written from now on counts; before that a start repairs, and judges for itself what it needs. */
  isWatched = false;

  /** A write was issued. What it covers is no longer missing but for itself. */
  write(path: string, position: number, bytes: number, atUs: number): void {
    const extent: Extent = {
      from: position,
      to: position + bytes,
      writtenAtUs: atUs,
      number: ++this.writes,
      isForgotten: false,
    };
    const missing = this.files.get(path);
    if (missing === undefined) {
      if (this.isWatched) this.files.set(path, [extent]);
      return;
    }
    keepOnly(missing, ({ from, to }) => from < extent.from || to > extent.to);
    if (this.isWatched) missing.push(extent);
    else if (missing.length === 0) this.files.delete(path);
  }

  /** A sync begins; give what is returned to {@link synced} or {@link failed}. */
  sync(): number {
    return this.writes;
  }

  /** What was written before it began is durable. */
  synced(path: string, began: number): void {
    const missing = this.files.get(path);
    if (missing === undefined) return;
    keepOnly(missing, ({ number, isForgotten }) => number > began || isForgotten);
    if (missing.length === 0) this.files.delete(path);
  }

  /** It failed: nothing of what waits will ever be durable. */
  failed(path: string): void {
    for (const extent of this.files.get(path) ?? []) extent.isForgotten = true;
  }

  /** A file ends earlier now: what was behind that is of no concern. */
  truncated(path: string, bytes: number): void {
    const missing = this.files.get(path);
    if (missing !== undefined) keepOnly(missing, ({ from }) => from < bytes);
  }

  created(path: string, atUs: number): void {
    this.files.delete(path);
    if (this.isWatched) this.named.set(path, { atUs, number: ++this.writes });
  }

  /** A file has another name now; what had that name is gone. */
  renamed(from: string, to: string, atUs: number): void {
    const missing = this.files.get(from);
    this.removed(from);
    this.created(to, atUs);
    if (missing !== undefined) this.files.set(to, missing);
  }

  removed(path: string): void {
    this.files.delete(path);
    this.named.delete(path);
  }

  /** The names of the directory that were there before are durable. (One that fails takes nothing with it.) */
  namesSynced(began: number): void {
    for (const [path, { number }] of this.named) if (number <= began) this.named.delete(path);
  }

  /** The process died: what waits to be synced may be synced by the next. */
  processDied(): void {
    this.isWatched = false;
  }

  /** Power failed: what can be read now is what is there. */
  powerFailed(): void {
    this.isWatched = false;
    this.files.clear();
    this.named.clear();
  }

  /**
   * Whether everything that was written before `nowUs` to files that `counts` is there for good. What is written at this
   * moment is not asked about: it may be the next batch.
   */
  isWhole(nowUs: number, counts: (path: string) => boolean): boolean {
    for (const [path, missing] of this.files) {
      if (!counts(path)) continue;
      for (const { writtenAtUs, isForgotten } of missing)
        if (isForgotten || writtenAtUs < nowUs) return false;
    }
    for (const [path, { atUs }] of this.named) if (atUs < nowUs && counts(path)) return false;
    return true;
  }
}

/** Takes out of a list what does not pass. */
function keepOnly(extents: Extent[], passes: (extent: Extent) => boolean): void {
  let kept = 0;
  for (const extent of extents) if (passes(extent)) extents[kept++] = extent;
  extents.length = kept;
}

/**
 * What stands between the world and one process: nothing gets in once it is dead, and everything waits while it is stopped.
 */

/** What a stopped process takes up first when it goes on: as an event loop does, timers, then sockets, then the rest. */
export type Door = "timers" | "arrivals" | "turns";

/** The life of one process. */
export class ProcessGate {
  isAlive = true;
  isPaused = false;
  /** In the order of their coming; by number, since a number is found faster than a function. */
  private readonly mourners = new Map<number, () => void>();
  private lastMourner = 0;
  private held: Record<Door, (() => void)[]> = { timers: [], arrivals: [], turns: [] };

  /** Whether what enters now runs at once. */
  get isOpen(): boolean {
    return this.isAlive && !this.isPaused;
  }

  /** Runs something inside of the process: now, when it goes on, or never. */
  enter(door: Door, callback: () => void): void {
    if (!this.isAlive) return;
    if (this.isPaused) this.held[door].push(callback);
    else callback();
  }

  pause(): void {
    this.isPaused = true;
  }

  /** Goes on; returns what waited, in order. */
  resume(): readonly (() => void)[] {
    this.isPaused = false;
    const { timers, arrivals, turns } = this.held;
    this.held = { timers: [], arrivals: [], turns: [] };
    return [...timers, ...arrivals, ...turns];
  }

  /** Calls back when the process dies, unless the returned function was called before. */
  onDeath(callback: () => void): () => void {
    const mourner = ++this.lastMourner;
    this.mourners.set(mourner, callback);
    return () => this.mourners.delete(mourner);
  }

  /** Settles with `call`, or rejects with `makeError()` if the process dies before. */
  orDeath<Value>(call: Promise<Value>, makeError: () => Error): Promise<Value> {
    return new Promise((resolve, reject) => {
      const withdraw = this.onDeath(() => reject(makeError()));
      call.then(
        (value) => {
          withdraw();
          resolve(value);
        },
        (error: unknown) => {
          withdraw();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }

  die(): void {
    this.isAlive = false;
    this.held = { timers: [], arrivals: [], turns: [] };
    const { mourners } = this;
    for (const mourn of [...mourners.values()]) mourn();
    mourners.clear();
  }
}

/**
 * The disk of one machine: the memory disk, with time and with what goes wrong. It outlives processes.
 *
 * Damage that a member cannot notice at once (a lost or misdirected write, a sync that lies) is an overlay: what was meant
 * is kept, and when the process ends somebody judges whether the cluster could bear the loss. If not, it never happened.
 */

import {
  type CrashOptions,
  type Disk,
  DiskError,
  type DiskFault,
  type DiskFile,
  type DiskOperation,
  type InjectedFault,
  joinPath,
  type Kept,
  MemoryDisk,
} from "@quorate/storage";
import { Platter } from "./platter.ts";
import type { ProcessGate } from "./process-gate.ts";
import type { RandomStream } from "./random-streams.ts";
import { Priority, type VirtualTime } from "./virtual-time.ts";

/** What goes wrong with operations while it lasts, in so many of a million cases. */
export type DiskTrouble = {
  readonly what:
    | { readonly kind: "slow"; readonly byUs: number }
    | { readonly kind: "error"; readonly code: DiskFault; readonly methods: readonly string[] }
    | { readonly kind: "stall" | "torn" | "lost" | "misdirected" | "lie" };
  readonly perMillion: number;
};

/** A loss that did not show yet. */
export type HiddenLoss = {
  readonly path: string;
  readonly kind: "lost" | "misdirected" | "lie";
  /** Highest index that was being written; 0 if none was. */
  readonly lastIndex: number;
};

type Write = { readonly position: number; readonly bytes: Uint8Array };

/** What a file would have without its losses: what stray writes overwrote, what was meant, and all that came later. */
type Overlay = { readonly losses: HiddenLoss[]; readonly writes: Write[] };

/** Says whether the cluster can bear a loss. */
export type LossJudge = (loss: HiddenLoss) => boolean;

const errorMethods = new Set<DiskOperation["kind"]>(["write", "datasync", "sync-directory"]);

/** See the module. */
export class MachineDisk {
  readonly memory: MemoryDisk;
  /** Errors that were injected: a member may end for them. */
  errors = 0;
  /** Highest index that the process is writing now; 0: none. */
  writingIndex = 0;
  private readonly time: VirtualTime;
  private readonly random: RandomStream;
  private latency: { readonly minUs: number; readonly meanUs: number };
  private readonly troubles: DiskTrouble[] = [];
  private readonly overlays = new Map<string, Overlay>();
  private lies: HiddenLoss[] = [];
  private gate: ProcessGate | null = null;
  private writing: Uint8Array | null = null;
  /** How many bytes of it get into the file; set when it is known what goes wrong with the write. */
  private storedBytes = 0;
  private readonly platter = new Platter();

  constructor(
    time: VirtualTime,
    random: RandomStream,
    latency: { readonly minUs: number; readonly meanUs: number },
  ) {
    this.time = time;
    this.random = random;
    this.latency = latency;
    this.memory = new MemoryDisk({
      schedule: (operation, complete) => this.schedule(operation, complete),
      onOperation: (operation) => this.spoil(operation),
    });
  }

  // --- processes

  /** The disk as a process sees it. */
  attach(gate: ProcessGate): Disk {
    this.gate = gate;
    const disk = this.memory.attach();
    const { platter, time } = this;
    return {
      ...disk,
      open: async (path, mode) => {
        const file = await disk.open(path, mode);
        if (mode === "create") platter.created(path, time.nowUs);
        return this.noteWrites(file);
      },
      async rename(from, to) {
        await disk.rename(from, to);
        platter.renamed(from, to, time.nowUs);
      },
      async remove(path) {
        await disk.remove(path);
        platter.removed(path);
      },
      async syncDirectory(directory) {
        const began = platter.sync();
        await disk.syncDirectory(directory);
        platter.namesSynced(began);
      },
    };
  }

  /** The log is open: from here on it is judged by what it says to be durable. */
  logOpened(): void {
    this.platter.isWatched = true;
  }

  /** Whether a power failure now would leave all of the log that was written before this moment, if nothing lied. */
  get isLogWhole(): boolean {
    return this.platter.isWhole(this.time.nowUs, isSegment);
  }

  /** The same of a snapshot's file. */
  isSnapshotWhole({ index, term }: { readonly index: number; readonly term: number }): boolean {
    const name = snapshotName(index, term);
    return this.platter.isWhole(this.time.nowUs, (path) => nameOf(path) === name);
  }

  /** The process ends; what it wrote stays, but for hidden losses that can be borne. */
  kill(judge: LossJudge): void {
    this.settleOverlays(judge);
    this.memory.kill();
    this.platter.processDied();
    this.gate = null;
    this.writingIndex = 0;
  }

  /** Power fails: of what was not synced, so many percent of the changes stay, wholly or in sectors. */
  losePower(keepsPercent: number, judge: LossJudge): void {
    this.settleOverlays(judge);
    for (const lie of this.lies) {
      if (judge(lie)) continue;
      this.makeDurable(lie.path);
      this.makeDurable(finalPath(lie.path));
    }
    this.lies = [];
    this.memory.crash(this.crashOptions(keepsPercent));
    this.platter.powerFailed();
    this.gate = null;
    this.writingIndex = 0;
  }

  private crashOptions(keepsPercent: number): CrashOptions {
    if (keepsPercent === 0) return {};
    const { random } = this;
    const keepsSome = (): boolean => random.chance(keepsPercent * 10_000);
    const keepUnsynced = (): Kept => {
      if (!keepsSome()) return "none";
      return random.chance(500_000) ? "all" : () => random.chance(500_000);
    };
    return { keepUnsynced, keepNames: (_, unsynced) => (keepsSome() ? random.below(unsynced + 1) : 0) };
  }

  private settleOverlays(judge: LossJudge): void {
    for (const [path, { losses, writes }] of this.overlays) {
      if (losses.every((loss) => judge(loss))) continue;
      for (const { bytes, position } of writes) this.tamper(path, { write: bytes, position });
    }
    this.overlays.clear();
  }

  /** Everything that a reader sees now; a sync that failed since may have made the disk forget that it has to be written. */
  private makeDurable(path: string): void {
    try {
      this.memory.tamper(path, { write: this.memory.contents(path) });
    } catch (error) {
      if (!(error instanceof DiskError) || error.code !== "not-found") throw error;
    }
  }

  /** Changes a file behind everybody's back, unless it is gone. */
  private tamper(path: string, change: { readonly write: Uint8Array; readonly position: number }): void {
    try {
      this.memory.tamper(path, change);
    } catch (error) {
      if (!(error instanceof DiskError) || error.code !== "not-found") throw error;
    }
  }

  /** Remembers what is being written, for overlays. */
  private noteWrites(file: DiskFile): DiskFile {
    return {
      path: file.path,
      size: () => file.size(),
      read: (buffer, position) => file.read(buffer, position),
      readSync: (buffer, position) => file.readSync(buffer, position),
      write: (bytes, position) => {
        this.writing = bytes;
        this.storedBytes = bytes.length;
        this.overlays.get(file.path)?.writes.push({ position, bytes: bytes.slice() });
        const done = file.write(bytes, position);
        // What a failed write did not bring into the file is not missing anywhere.
        if (this.storedBytes > 0) this.platter.write(file.path, position, this.storedBytes, this.time.nowUs);
        return done;
      },
      preallocate: (bytes) => file.preallocate(bytes),
      truncate: async (bytes) => {
        await file.truncate(bytes);
        this.platter.truncated(file.path, bytes);
      },
      datasync: () => this.datasync(file),
      close: () => file.close(),
    };
  }

  private async datasync(file: DiskFile): Promise<void> {
    const began = this.platter.sync();
    try {
      await file.datasync();
    } catch (error) {
      this.platter.failed(file.path);
      throw error;
    }
    this.platter.synced(file.path, began);
  }

  /** From now on. */
  setLatency(minUs: number, meanUs: number): void {
    this.latency = { minUs, meanUs };
  }

  // --- trouble

  /** Begins; give the same object to {@link end}. */
  begin(trouble: DiskTrouble): void {
    this.troubles.push(trouble);
  }

  end(trouble: DiskTrouble): void {
    const at = this.troubles.indexOf(trouble);
    if (at >= 0) this.troubles.splice(at, 1);
    if (trouble.what.kind === "stall" && !this.isStalling) this.memory.resume();
  }

  /** Ends everything that goes wrong from now on; what went wrong stays. */
  heal(): void {
    this.troubles.length = 0;
    this.memory.resume();
  }

  private get isStalling(): boolean {
    return this.troubles.some(({ what }) => what.kind === "stall");
  }

  /** Names of files that may rot: the log's and snapshots. Hard states are redundant and spared. */
  rotting(directory: string): readonly string[] {
    return this.memory
      .names(directory)
      .filter(isSpoilable)
      .map((name) => joinPath(directory, name));
  }

  private spoil(operation: DiskOperation): InjectedFault | null {
    for (const trouble of this.troubles) {
      const fault = this.spoilBy(trouble, operation);
      if (fault !== null) return fault;
    }
    return null;
  }

  private spoilBy({ what, perMillion }: DiskTrouble, operation: DiskOperation): InjectedFault | null {
    const { kind, path, position, bytes } = operation;
    const hits = (): boolean => this.random.chance(perMillion);
    switch (what.kind) {
      case "slow":
        return null;
      case "error":
        if (!isHit(what.methods, kind) || !hits()) return null;
        this.errors++;
        this.storedBytes = 0;
        return { kind: "error", code: what.code };
      case "stall":
        return errorMethods.has(kind) && hits() ? { kind: "stall" } : null;
      case "torn":
        if (kind !== "write" || !hits()) return null;
        this.errors++;
        // A system call that stops in the middle has done whole blocks.
        this.storedBytes = Math.min(bytes, 512 * this.random.below(Math.ceil(bytes / 512) + 1));
        return { kind: "short", bytes: this.storedBytes };
      case "lie":
        if (kind !== "datasync" || !isSpoilable(path) || !hits()) return null;
        this.lies.push({ kind: "lie", path, lastIndex: this.writingIndex });
        return { kind: "lie" };
      default:
        // Only writes of the log itself: what else is lost shows at once, or cannot be told from a crash.
        if (kind !== "write" || this.writingIndex === 0 || !isSegment(path) || !hits()) return null;
        return this.lose(what.kind, path, position);
    }
  }

  /** The write that begins now goes nowhere, or elsewhere in the file. */
  private lose(kind: "lost" | "misdirected", path: string, position: number): InjectedFault | null {
    const bytes = this.writing?.slice();
    if (bytes === undefined) return null;
    const overlay = this.overlays.get(path) ?? { losses: [], writes: [{ position, bytes }] };
    this.overlays.set(path, overlay);
    overlay.losses.push({ path, kind, lastIndex: this.writingIndex });
    if (kind === "lost") return { kind: "lie" };
    const contents = this.memory.contents(path);
    const strays = position + 512 * (1 + this.random.below(8));
    const to = Math.max(0, Math.min(strays, contents.length - bytes.length));
    overlay.writes.unshift({ position: to, bytes: contents.slice(to, to + bytes.length) });
    return { kind: "misdirect", position: to };
  }

  private schedule({ kind }: DiskOperation, complete: () => void): void {
    let delayUs = 0;
    if (kind === "datasync" || kind === "sync-directory")
      delayUs = this.random.delayUs(this.latency.minUs, this.latency.meanUs);
    for (const { what, perMillion } of this.troubles)
      if (what.kind === "slow" && this.random.chance(perMillion)) delayUs += what.byUs;
    if (delayUs === 0) {
      complete();
      return;
    }
    const { gate } = this;
    this.time.after(delayUs, Priority.disk, () => {
      if (gate === null) complete();
      else gate.enter("arrivals", complete);
    });
  }
}

function isHit(methods: readonly string[], kind: DiskOperation["kind"]): boolean {
  return methods.length === 0 ? errorMethods.has(kind) : methods.includes(kind);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What a draft of a snapshot is called when it is complete. */
function finalPath(path: string): string {
  return path.replace(/draft-(\d+)-(\d+)$/, (_, index: string, term: string) =>
    snapshotName(Number(index), Number(term)),
  );
}

function snapshotName(index: number, term: number): string {
  const pad = (number: number): string => String(number).padStart(16, "0");
  return `snapshot-${pad(index)}-${pad(term)}`;
}

/** Whether the name is `log-` and a digit. Asked so often that it must not make a string. */
function isSegment(path: string): boolean {
  const from = path.lastIndexOf("/") + 1;
  const digit = path.charCodeAt(from + 4) - 48;
  return digit >= 0 && digit <= 9 && path.startsWith("log-", from);
}

function isSpoilable(path: string): boolean {
  const name = nameOf(path);
  return isSegment(name) || name.startsWith("snapshot-") || name.startsWith("draft-");
}

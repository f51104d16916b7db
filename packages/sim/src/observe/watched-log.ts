/**
 * A log with an observer: what is written and durable, what is read, cut and installed, and what a start finds.
 *
 * Its ends of snapshot transfers break when the process dies, as a connection would: what a dead disk was asked for is
 * never answered, and the other end would wait for ever.
 */

import type { MemberLog } from "@quorate/member";
import type { Entry, SnapshotMetadata, Storage } from "@quorate/raft";
import { noEntries } from "@quorate/raft";
import type { LogStore } from "@quorate/storage";
import { logDurableSeen, logReadSeen, logWritingSeen } from "./often-seen.ts";
import type { See } from "./witness.ts";

/** How a watched log is connected with its machine. */
export type LogWatch = {
  readonly see: See;
  /** Settles with `call`, or rejects when the process dies. */
  readonly orDeath: <Value>(call: Promise<Value>) => Promise<Value>;
  /** Whether the disk was made to lose something, or to rot. */
  readonly isCharged: () => boolean;
  /** Whether it was made to lose something without any sign of it. */
  readonly mayLack: () => boolean;
  /** Whether a power failure would leave all that was written to the log before this moment. */
  readonly isOnPlatter: () => boolean;
  /** The same of a snapshot's file, and of its name. */
  readonly isSnapshotOnPlatter: (metadata: SnapshotMetadata) => boolean;
  /** Told which index is being written, and 0 after that. */
  readonly onWriting: (lastIndex: number) => void;
};

/** Wraps a log that was just opened, and tells what it holds. */
export function watchLog(log: LogStore, watch: LogWatch): MemberLog {
  const { see } = watch;
  tellRecovered(log, watch);
  return {
    storage: watchReads(log.storage, see),
    get error() {
      return log.error;
    },
    warnings: log.warnings,
    async append(write) {
      const seen = { hardState: write.hardState, entries: write.entries };
      see(logWritingSeen(seen));
      watch.onWriting(write.entries.at(-1)?.index ?? 0);
      await log.append(write);
      watch.onWriting(0);
      see(logDurableSeen(seen, watch.isOnPlatter()));
    },
    confirm: () => log.confirm(),
    compact(index) {
      see({ kind: "log-compacted", upTo: index });
      return log.compact(index);
    },
    bytesFrom: (index) => log.bytesFrom(index),
    async beginSnapshot(metadata) {
      const draft = await log.beginSnapshot(metadata);
      return {
        write: (chunk) => draft.write(chunk),
        async commit() {
          const snapshot = await draft.commit();
          see({ kind: "snapshot-durable", metadata, isOnPlatter: watch.isSnapshotOnPlatter(metadata) });
          return snapshot;
        },
        abort: () => draft.abort(),
      };
    },
    async install(snapshot, hardState) {
      await log.install(snapshot, hardState);
      const settled = log.storage.initialState().hardState;
      see({ kind: "snapshot-installed", metadata: snapshot.metadata, hardState: settled });
    },
    read: (snapshot) => log.read(snapshot),
    close: () => log.close(),
    ...watchTransfers(log, watch),
  };
}

function watchTransfers(
  log: LogStore,
  { see, orDeath, isSnapshotOnPlatter }: LogWatch,
): Pick<MemberLog, "openSnapshot" | "receiveSnapshot"> {
  return {
    async openSnapshot(snapshot) {
      const reader = await orDeath(log.openSnapshot(snapshot));
      return {
        ...reader,
        read: (offset, bytesMax) => orDeath(reader.read(offset, bytesMax)),
        close: () => orDeath(reader.close()),
      };
    },
    async receiveSnapshot(offer) {
      const receiver = await orDeath(log.receiveSnapshot(offer));
      return {
        receivedBytes: receiver.receivedBytes,
        write: (bytes) => orDeath(receiver.write(bytes)),
        async finish() {
          await orDeath(receiver.finish());
          const { metadata } = offer.snapshot;
          see({ kind: "snapshot-durable", metadata, isOnPlatter: isSnapshotOnPlatter(metadata) });
        },
        close: () => orDeath(receiver.close()),
      };
    },
  };
}

function tellRecovered({ storage }: LogStore, { see, isCharged, mayLack }: LogWatch): void {
  const { hardState, confState } = storage.initialState();
  const firstIndex = storage.firstIndex();
  const lastIndex = storage.lastIndex();
  const found = storage.snapshot();
  const hasSnapshot = typeof found !== "string" && found.metadata.index > 0;
  see({
    kind: "recovered",
    hardState,
    confState,
    firstIndex,
    lastIndex,
    entries: readAll(storage, firstIndex, lastIndex),
    snapshot: hasSnapshot ? found.metadata : null,
    isCharged: isCharged(),
    mayLack: mayLack(),
  });
}

function readAll(storage: Storage, firstIndex: number, lastIndex: number): readonly Entry[] {
  if (lastIndex < firstIndex) return noEntries;
  const entries = storage.entries(firstIndex, lastIndex + 1, Number.MAX_SAFE_INTEGER);
  return typeof entries === "string" ? noEntries : entries;
}

function watchReads(storage: Storage, see: See): Storage {
  return {
    initialState: () => storage.initialState(),
    entries(lo, hi, maxBytes) {
      const entries = storage.entries(lo, hi, maxBytes);
      if (typeof entries !== "string") see(logReadSeen(entries));
      return entries;
    },
    term: (index) => storage.term(index),
    firstIndex: () => storage.firstIndex(),
    lastIndex: () => storage.lastIndex(),
    snapshot: () => storage.snapshot(),
  };
}

/**
 * A snapshot from source to sink within one process: how {@link file://./memory-network.ts MemoryNetwork} streams.
 */

import type { Message } from "@quorate/raft";
import type { SnapshotSink, SnapshotSource } from "./snapshot-stream.ts";

export type PourOptions = {
  readonly chunkBytes: number;
  /** No chunk goes beyond this byte. */
  readonly cutAtBytes: number;
  /** Told how much is stored after every chunk; false cuts the stream there. */
  goesOn(storedBytes: number, totalBytes: number): boolean;
};

/**
 * Streams what a MsgSnap refers to. True if it is complete, verified and stored; false if it was cut or one end has no
 * snapshots. Bytes are copied, so that the two ends share none.
 */
export async function pourSnapshot(
  message: Message,
  source: SnapshotSource | null,
  sink: SnapshotSink | null,
  options: PourOptions,
): Promise<boolean> {
  const { snapshot, from, to } = message;
  if (source === null || sink === null || snapshot === null) return false;
  const reader = await source.open(to, snapshot);
  try {
    const { id, totalBytes, checksum } = reader;
    const writer = await sink.begin(from, { id, totalBytes, checksum: checksum.slice(), snapshot });
    try {
      let stored = writer.receivedBytes;
      while (stored < totalBytes) {
        const endBytes = Math.min(totalBytes, options.cutAtBytes, stored + options.chunkBytes);
        if (endBytes > stored) {
          const bytes = await reader.read(stored, endBytes - stored);
          await writer.write(bytes.slice());
          stored += bytes.length;
        }
        if (!options.goesOn(stored, totalBytes)) return false;
      }
      await writer.finish();
      return true;
    } finally {
      await writer.close();
    }
  } finally {
    await reader.close();
  }
}

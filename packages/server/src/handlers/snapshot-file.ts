/**
 * A snapshot as a client gets it: the store's state in a file whose size is a multiple of 512, followed by the SHA-256 of
 * all of it. etcdctl accepts nothing else (reference §5: total % 512 == 32).
 *
 * ```
 * state · zeros · length of the state (8 bytes, big-endian) · SHA-256 of everything before (32 bytes)
 * └──────────── a multiple of 512 bytes ──────────────────┘
 * ```
 *
 * The state begins with its own magic number, `QSNP`, and carries its own checksums. Who restores it checks the SHA-256,
 * reads the length before it, and takes so many bytes from the start.
 */

import { createHash } from "node:crypto";

/** Size of a message's blob, as etcd sends it. */
export const snapshotChunkBytes: number = 32 * 1024;
/** What the size of the file, without the SHA-256, is a multiple of. */
export const snapshotBlockBytes = 512;
const lengthBytes = 8;

/** Cuts a state into the blobs of a snapshot file; the last one is the SHA-256. */
export async function* snapshotBlobs(
  state: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const hash = createHash("sha256");
  let blob = new Uint8Array(snapshotChunkBytes);
  let filled = 0;
  let stateBytes = 0;
  for await (const chunk of state) {
    stateBytes += chunk.length;
    let at = 0;
    while (at < chunk.length) {
      const part = chunk.subarray(at, at + snapshotChunkBytes - filled);
      blob.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < snapshotChunkBytes) continue;
      hash.update(blob);
      yield blob;
      // Not used again: the receiver may keep it until it is on its way.
      blob = new Uint8Array(snapshotChunkBytes);
      filled = 0;
    }
  }
  const end = Buffer.concat([blob.subarray(0, filled), trailer(stateBytes)]);
  for (let at = 0; at < end.length; at += snapshotChunkBytes) {
    const part = new Uint8Array(end.subarray(at, at + snapshotChunkBytes));
    hash.update(part);
    yield part;
  }
  yield new Uint8Array(hash.digest());
}

function trailer(stateBytes: number): Buffer {
  const paddingBytes =
    (snapshotBlockBytes - ((stateBytes + lengthBytes) % snapshotBlockBytes)) % snapshotBlockBytes;
  const bytes = Buffer.alloc(paddingBytes + lengthBytes);
  bytes.writeBigUInt64BE(BigInt(stateBytes), paddingBytes);
  return bytes;
}

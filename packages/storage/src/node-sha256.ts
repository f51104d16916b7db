/**
 * SHA-256 on Node, for those who may not import `node:crypto` themselves.
 */

import { createHash } from "node:crypto";

/** A hash in the making. */
export type Sha256 = {
  /** Takes more input. The bytes are not kept. */
  update(bytes: Uint8Array): void;
  /** The 32-byte digest. The hash cannot be used afterwards. */
  digest(): Uint8Array;
};

/** Begins a hash: several times faster than one in plain JavaScript. */
export function nodeSha256(): Sha256 {
  const hash = createHash("sha256");
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => new Uint8Array(hash.digest()),
  };
}

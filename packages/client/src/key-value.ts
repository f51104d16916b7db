/**
 * A key with its value, as users get it.
 */

import type { KeyValue as WireKeyValue } from "@quorate/etcd-api";

const decoder = new TextDecoder();

/** A key with its value at one revision. */
export class KeyValue {
  readonly key: Uint8Array;
  /** Shares the memory of the answer that it came in: copy what you keep of a big one. */
  readonly value: Uint8Array;
  /** Revision that created the key; grows with every new life of it. */
  readonly createRevision: number;
  /** Revision that wrote this value. */
  readonly modRevision: number;
  /** Writes since the creation, which was the first. */
  readonly version: number;
  /** Lease that the key goes with; 0n if none. */
  readonly lease: bigint;

  constructor(wire: WireKeyValue) {
    this.key = wire.key;
    this.value = wire.value;
    this.createRevision = wire.createRevision;
    this.modRevision = wire.modRevision;
    this.version = wire.version;
    this.lease = wire.lease;
  }

  /** The key as UTF-8. */
  keyText(): string {
    return decoder.decode(this.key);
  }

  /** The value as UTF-8. */
  text(): string {
    return decoder.decode(this.value);
  }

  /** The value as JSON. Throws SyntaxError. */
  json(): unknown {
    return JSON.parse(this.text());
  }
}

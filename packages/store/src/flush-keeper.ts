/**
 * Who decides when commits begin, instead of the store itself.
 */

/** See the module. A member is one: it writes what it knows itself (sidecars) into the same transaction as the data. */
export type FlushKeeper = {
  /** Called right before a commit begins, whoever asked for it: the last moment to set sidecars and the applied place. */
  beforeFlush(): void;
  /** A commit ended: everything up to {@link Store.durableIndex} is durable, or nothing more ever will be. */
  flushEnded(error: Error | null): void;
};

/** Owner's bytes by name, to become durable together with a restored state. */
export type Sidecars = ReadonlyMap<string, Uint8Array>;

/**
 * The {@link Tally} over a real store, which keeps itself on a disk: each text is a key's value, in the order of arrival.
 */

import {
  type Backend,
  encodeCommand,
  putRequest,
  rangeRequest,
  type SnapshotReader,
  type SnapshotRestore,
  Store,
  StoreMachine,
} from "@quorate/store";
import type { Command, StateMachine } from "../src/index.ts";

/** What these tests ask of a machine, whatever it keeps its texts in. */
export type TextMachine = StateMachine<number> & { readonly texts: readonly string[] };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** See the module. The result of a command is its position, from 1. */
export class StoreTally implements TextMachine {
  readonly store: Store;
  readonly durable: StoreMachine["durable"];
  /** Entries that this object was given, for tests of what a restart does again. */
  applied = 0;
  private readonly machine: StoreMachine;
  private known: string[] = [];

  constructor(backend: Backend) {
    this.store = new Store({ backend });
    this.machine = new StoreMachine(this.store);
    this.durable = this.machine.durable;
  }

  /** Everything applied, oldest first. */
  get texts(): readonly string[] {
    const rangeEnd = Uint8Array.of(0xff);
    const found = this.store.range(rangeRequest({ key: keyOf(this.known.length + 1), rangeEnd }));
    if (!found.ok) throw new Error(found.code);
    for (const { value } of found.response.kvs) this.known.push(decoder.decode(value));
    return this.known;
  }

  apply(commands: readonly Command[]): readonly number[] {
    this.applied += commands.length;
    return commands.map(({ index, term, data }) => {
      const position = this.store.revision;
      const put = encodeCommand(putRequest({ key: keyOf(position), value: data }));
      this.machine.apply([{ index, term, data: put }]);
      return position;
    });
  }

  snapshot(): SnapshotReader {
    return this.machine.snapshot();
  }

  restore(): SnapshotRestore {
    this.known = [];
    return this.machine.restore();
  }

  digest(): string {
    return this.machine.digest();
  }
}

/** Keys in the order of their numbers. */
function keyOf(position: number): Uint8Array {
  return encoder.encode(`t/${String(position).padStart(9, "0")}`);
}

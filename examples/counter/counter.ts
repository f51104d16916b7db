/**
 * A counter: the smallest useful state machine. A command adds a number to a named counter and returns the new value.
 */

import type { Command, SnapshotWriter, StateMachine } from "@quorate/member";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a command asks for. */
export type Add = { readonly name: string; readonly amount: number };

/** What it returns: an answer, never an exception, since all members must go on alike. */
export type Added = { readonly value: number } | { readonly error: string };

/** A command's bytes. */
export function encodeAdd(add: Add): Uint8Array {
  return encoder.encode(JSON.stringify(add));
}

/** Named counters. */
export class Counters implements StateMachine<Added> {
  private values = new Map<string, number>();

  /** The value of a counter; 0 if nothing was ever added to it. */
  value(name: string): number {
    return this.values.get(name) ?? 0;
  }

  /** All counters, in an order that does not depend on history. */
  all(): readonly (readonly [string, number])[] {
    return [...this.values].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  apply(commands: readonly Command[]): readonly Added[] {
    return commands.map(({ data }) => this.add(data));
  }

  private add(data: Uint8Array): Added {
    let add: Partial<Add>;
    try {
      add = JSON.parse(decoder.decode(data)) as Partial<Add>;
    } catch {
      return { error: "the command is no JSON" };
    }
    const { name, amount } = add;
    if (typeof name !== "string" || typeof amount !== "number" || !Number.isSafeInteger(amount)) {
      return { error: "a command needs a name and a whole amount" };
    }
    const value = this.value(name) + amount;
    if (!Number.isSafeInteger(value)) return { error: `${name} would leave the range of whole numbers` };
    this.values.set(name, value);
    return { value };
  }

  snapshot(): Uint8Array {
    return encoder.encode(JSON.stringify(this.all()));
  }

  restore(): SnapshotWriter {
    const chunks: Uint8Array[] = [];
    return {
      // A chunk may be a view of a buffer that is used again.
      write: (chunk) => void chunks.push(chunk.slice()),
      finish: () => {
        const text =
          chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode();
        this.values = new Map(JSON.parse(text) as [string, number][]);
      },
      abort: () => undefined,
    };
  }

  digest(): string {
    return JSON.stringify(this.all());
  }
}

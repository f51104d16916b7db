/**
 * An inventory: things are stocked, and customers reserve them one by one, each under a ticket of its own. The machine of
 * this example that is right.
 */

import type { Command, SnapshotWriter, StateMachine } from "@quorate/member";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What a command asks for. `nonce` is a text that no other command has. */
export type InventoryCommand =
  | { readonly kind: "stock"; readonly item: string; readonly count: number; readonly nonce: string }
  | { readonly kind: "reserve"; readonly item: string; readonly customer: string; readonly nonce: string };

/** What it returns: an answer, never an exception, since all members must go on alike. */
export type InventoryResult =
  | { readonly left: number }
  | { readonly ticket: number; readonly left: number }
  | { readonly error: string };

/** Everything that the machine knows. */
export type InventoryState = {
  /** How many there are of what, in the order of the items' names. */
  readonly stock: readonly (readonly [item: string, count: number])[];
  readonly nextTicket: number;
};

/** A command's bytes. */
export function encodeCommand(command: InventoryCommand): Uint8Array {
  return encoder.encode(JSON.stringify(command));
}

/** A state's bytes. */
export function encodeState(state: InventoryState): Uint8Array {
  return encoder.encode(JSON.stringify(state));
}

/** See the module. */
export class Inventory implements StateMachine<InventoryResult> {
  private stock = new Map<string, number>();
  private nextTicket = 1;

  /** How many there are of an item. */
  left(item: string): number {
    return this.stock.get(item) ?? 0;
  }

  get state(): InventoryState {
    // Sorted, since a Map's order tells how it came about.
    const stock = [...this.stock].sort(([one], [other]) => (one < other ? -1 : 1));
    return { stock, nextTicket: this.nextTicket };
  }

  apply(commands: readonly Command[]): readonly InventoryResult[] {
    return commands.map(({ data }) => this.execute(data));
  }

  private execute(data: Uint8Array): InventoryResult {
    let command: InventoryCommand;
    try {
      command = JSON.parse(decoder.decode(data)) as InventoryCommand;
    } catch {
      return { error: "the command is no JSON" };
    }
    const { item } = command;
    const left = this.left(item);
    if (command.kind === "stock") {
      this.stock.set(item, left + command.count);
      return { left: left + command.count };
    }
    if (left === 0) return { error: `${item} is sold out` };
    this.stock.set(item, left - 1);
    return { ticket: this.nextTicket++, left: left - 1 };
  }

  snapshot(): Uint8Array {
    return encodeState(this.state);
  }

  restore(): SnapshotWriter {
    const chunks: Uint8Array[] = [];
    return {
      // The memory of a chunk may be used again.
      write: (chunk) => void chunks.push(chunk.slice()),
      finish: () => {
        const text =
          chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode();
        const { stock, nextTicket } = JSON.parse(text) as InventoryState;
        this.stock = new Map(stock);
        this.nextTicket = nextTicket;
      },
      abort: () => undefined,
    };
  }

  digest(): string {
    return JSON.stringify(this.state);
  }
}

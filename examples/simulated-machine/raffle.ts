/**
 * A raffle with a mistake: the winner is drawn while the command is applied, so every member draws another one. (Right
 * would be: who proposes the command draws a number and puts it in.)
 */

import type { Command, SnapshotWriter, StateMachine } from "@quorate/member";
import { defineSimulatedMachine } from "@quorate/sim";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

type RaffleInput = { readonly kind: "enter"; readonly name: string } | { readonly kind: "draw" };
type RaffleResult = { readonly entrants: number; readonly winner: string | null };
type RaffleState = {
  readonly entrants: readonly string[];
  readonly winners: number;
  readonly drawnAtMs: number;
};

class Raffle implements StateMachine<RaffleResult> {
  private state: RaffleState = { entrants: [], winners: 0, drawnAtMs: 0 };

  apply(commands: readonly Command[]): readonly RaffleResult[] {
    return commands.map(({ data }) => this.execute(JSON.parse(decoder.decode(data)) as RaffleInput));
  }

  private execute(input: RaffleInput): RaffleResult {
    const { entrants, winners } = this.state;
    if (input.kind === "enter") {
      const all = [...new Set([...entrants, input.name])];
      this.state = { ...this.state, entrants: all };
      return { entrants: all.length, winner: null };
    }
    // Both are the mistake: the draw, and the time of it.
    const winner = entrants[Math.floor(Math.random() * entrants.length)] ?? null;
    const left = entrants.filter((name) => name !== winner);
    this.state = { entrants: left, winners: winners + 1, drawnAtMs: Date.now() };
    return { entrants: left.length, winner };
  }

  snapshot(): Uint8Array {
    return encoder.encode(JSON.stringify(this.state));
  }

  restore(): SnapshotWriter {
    const chunks: Uint8Array[] = [];
    return {
      write: (chunk) => void chunks.push(chunk.slice()),
      finish: () => {
        const text =
          chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode();
        this.state = JSON.parse(text) as RaffleState;
      },
      abort: () => undefined,
    };
  }
}

export const machine = defineSimulatedMachine<Raffle, RaffleInput, RaffleResult>({
  name: "raffle",
  create: () => new Raffle(),
  workload: {
    next({ random, unique }) {
      const input: RaffleInput =
        random.below(4) === 0 ? { kind: "draw" } : { kind: "enter", name: `entrant-${unique}` };
      return { input, command: encoder.encode(JSON.stringify(input)) };
    },
  },
});

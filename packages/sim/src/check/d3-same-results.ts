import type { NodeId } from "@quorate/raft";
import type { Checker } from "./checker.ts";
import { hint } from "./d1-deterministic.ts";

type First = { readonly node: NodeId; readonly result: string };

/** D3: the same command gives the same result on every member, in every life: who answers must not matter. */
export function makeD3(): Checker {
  const firsts = new Map<number, First>();
  const strayed = new Set<string>();
  return {
    id: "D3",
    title: "results are the same everywhere",
    kinds: ["machine-result", "machine-strayed"],
    see(observation) {
      if (observation.kind === "machine-strayed") strayed.add(observation.what);
      if (observation.kind !== "machine-result") return null;
      const { node, index, result } = observation;
      const first = firsts.get(index);
      if (first === undefined) {
        firsts.set(index, { node, result });
        return null;
      }
      if (first.result === result) return null;
      const who = first.node === node ? "an earlier life of the same member" : `member ${first.node}`;
      return `member ${node} gave ${abridged(result)} for the command at index ${index}, ${who} ${abridged(first.result)}: the machine is not deterministic${hint(strayed)}`;
    },
  };
}

const shownMax = 80;

function abridged(text: string): string {
  return text.length <= shownMax ? text : `${text.slice(0, shownMax)}…`;
}

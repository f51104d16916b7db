import type { Checker } from "./checker.ts";

/** Commands of equal bytes: they cannot be told apart, so they are counted. */
type Group = {
  called: number;
  refused: number;
  applied: number;
  /** How often each result came about, less how often it was answered. */
  readonly results: Map<string, number>;
};

/**
 * K1 of machines that are not the store: a command takes effect at most once for each time that it was asked for; what is
 * answered is what an execution came to; what is refused for certain never happens (thesis §6.3). Exact where bytes are
 * unique.
 */
export function makeK1OfCalls(): Checker {
  const groups = new Map<string, Group>();
  const dataOf = new Map<number, string>();
  let lastIndex = 0;
  return {
    id: "K1",
    title: "exactly once",
    kinds: ["command-called", "command-answered", "machine-answered", "machine-result"],
    see(observation) {
      switch (observation.kind) {
        case "command-called": {
          const key = keyOf(observation.data);
          dataOf.set(observation.call, key);
          const group = groups.get(key);
          if (group === undefined) groups.set(key, { called: 1, refused: 0, applied: 0, results: new Map() });
          else group.called++;
          return null;
        }
        case "machine-result": {
          const { index, data, result } = observation;
          // The first member that gets there speaks for all; D3 compares them.
          if (index <= lastIndex) return null;
          lastIndex = index;
          const group = groups.get(keyOf(data));
          if (group === undefined) return `entry ${index} carries a command that nobody asked for`;
          group.applied++;
          group.results.set(result, (group.results.get(result) ?? 0) + 1);
          return tooOften(group, `by entry ${index}`);
        }
        case "machine-answered": {
          const { call, result } = observation;
          const group = groups.get(dataOf.get(call) ?? "");
          if (group === undefined) return null;
          const left = group.results.get(result) ?? 0;
          group.results.set(result, left - 1);
          return left > 0 ? null : `call ${call} was answered with ${result}, and no entry came to that`;
        }
        case "command-answered": {
          const { call, fate } = observation;
          const group = groups.get(dataOf.get(call) ?? "");
          dataOf.delete(call);
          if (group === undefined || fate !== "refused") return null;
          group.refused++;
          return tooOften(group, `and call ${call} was refused for certain`);
        }
        default:
          return null;
      }
    },
  };
}

function tooOften({ called, refused, applied }: Group, cause: string): string | null {
  const wanted = called - refused;
  return applied <= wanted
    ? null
    : `a command took effect ${times(applied)} ${cause}; it was asked for ${times(called)}, and refused ${times(refused)}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** The bytes as a text, one character each. O(bytes), once for each entry. */
function keyOf(data: Uint8Array): string {
  let key = "";
  for (const byte of data) key += String.fromCharCode(byte);
  return key;
}

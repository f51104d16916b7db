/**
 * What the checkers of one run keep together.
 */

import type { Ghost } from "../observe/ghost.ts";

/**
 * One value for each run, made when it is first asked for. That of the last run that was asked about is at hand, and kept
 * until another one is.
 */
export function onePerRun<Value>(make: (ghost: Ghost) => Value): (ghost: Ghost) => Value {
  const all = new WeakMap<Ghost, Value>();
  let recent: { readonly ghost: Ghost; readonly value: Value } | null = null;
  return (ghost) => {
    if (recent !== null && recent.ghost === ghost) return recent.value;
    const value = all.get(ghost) ?? make(ghost);
    all.set(ghost, value);
    recent = { ghost, value };
    return value;
  };
}

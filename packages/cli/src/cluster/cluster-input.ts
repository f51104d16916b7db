/**
 * What the person says: keys on a terminal, lines elsewhere.
 */

/** An order. `name` null: whoever is chosen, or the usual one. */
export type ClusterOrder =
  | { readonly kind: "kill" | "stop" | "restart"; readonly name: string | null }
  | { readonly kind: "choose"; readonly position: number }
  | { readonly kind: "move"; readonly by: 1 | -1 }
  | { readonly kind: "unchoose" }
  | { readonly kind: "quit" };

const byKey: Readonly<Record<string, ClusterOrder>> = {
  k: { kind: "kill", name: null },
  s: { kind: "stop", name: null },
  r: { kind: "restart", name: null },
  q: { kind: "quit" },
  // In raw mode Ctrl-C and Ctrl-D are bytes like any others.
  "\u0003": { kind: "quit" },
  "\u0004": { kind: "quit" },
  "\u001b": { kind: "unchoose" },
  "\u001b[A": { kind: "move", by: -1 },
  "\u001b[B": { kind: "move", by: 1 },
};

/** The orders in what a terminal sent at once. */
export function ordersOfKeys(text: string): readonly ClusterOrder[] {
  return keysOf(text).flatMap((key): readonly ClusterOrder[] => {
    if (/^[1-9]$/.test(key)) return [{ kind: "choose", position: Number(key) - 1 }];
    const order = byKey[key.length === 1 ? key.toLowerCase() : key];
    return order === undefined ? [] : [order];
  });
}

/** A key is a character, or what an arrow sends: escape, bracket, letter. */
function keysOf(text: string): readonly string[] {
  const keys: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = text.startsWith("\u001b[", at) ? 3 : 1;
    keys.push(text.slice(at, at + length));
    at += length;
  }
  return keys;
}

const words: Readonly<Record<string, "kill" | "stop" | "restart" | "quit">> = {
  k: "kill",
  kill: "kill",
  s: "stop",
  stop: "stop",
  r: "restart",
  restart: "restart",
  q: "quit",
  quit: "quit",
};

/** The order in a line such as `kill m2`; null if it is none. */
export function orderOfLine(line: string): ClusterOrder | null {
  const [word = "", name] = line.trim().split(/\s+/);
  const kind = words[word.toLowerCase()];
  if (kind === undefined) return null;
  return kind === "quit" ? { kind } : { kind, name: name ?? null };
}

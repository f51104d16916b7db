/**
 * Ranges of keys, as requests name them, over texts.
 */

/** Whether a key lies in a range: the one key, all from `from` on (`end` is "\0"), or `[from, end)`. */
export function isInRange(key: string, from: string, end: string): boolean {
  if (end === "") return key === from;
  return key >= from && (end === "\0" || key < end);
}

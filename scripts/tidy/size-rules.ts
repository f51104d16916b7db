/**
 * Rules about size: a file says one thing, a function fits a screen. What is longer already stands in the ratchet with
 * its present size; it may shrink, never grow, and a new one is not let in.
 */

import type { Finding } from "./finding.ts";
import type { Tree } from "./tree.ts";

/** Lines of a file. */
export const fileLinesMax = 400;
/** Lines of a function, signature and braces included. */
export const functionLinesMax = 70;
/** Where the ratchet is kept, from the root. */
export const ratchetFile = "scripts/tidy/ratchet.json";

/** Sizes in lines of what is over the limit. Keys are a file's path, or `path > function`. */
export type Ratchet = Readonly<Record<string, number>>;

type Size = {
  readonly key: string;
  readonly file: string;
  readonly line: number;
  readonly lines: number;
  readonly max: number;
};

/** Findings about sizes over the limit or over the ratchet, and about a ratchet that stands too high. */
export function checkSizes(tree: Tree, ratchet: Ratchet): Finding[] {
  const over = sizesOver(tree);
  const findings: Finding[] = [];
  for (const { key, file, line, lines, max } of over.values()) {
    const known = ratchet[key];
    if (known !== undefined && lines <= known) continue;
    const what = key === file ? "the file" : `function ${key.slice(file.length + 3)}`;
    const limit = known === undefined ? `the limit is ${max}` : `it had ${known} and may not grow`;
    const message = `${what} has ${lines} lines; ${limit}.`;
    findings.push({ file, line, rule: "size", message, remedy: "split it by what it says." });
  }
  for (const [key, known] of Object.entries(ratchet)) {
    const lines = over.get(key)?.lines ?? 0;
    if (lines >= known) continue;
    const message = `"${key}" has shrunk below its ${known} lines.`;
    findings.push({
      file: ratchetFile,
      line: 1,
      rule: "ratchet",
      message,
      remedy: "npm run tidy -- --update.",
    });
  }
  return findings;
}

/** The ratchet turned down to the present sizes; never up. */
export function lowerRatchet(tree: Tree, ratchet: Ratchet): Ratchet {
  const over = sizesOver(tree);
  return Object.fromEntries(
    Object.entries(ratchet).flatMap(([key, known]) => {
      const lines = over.get(key)?.lines;
      return lines === undefined ? [] : [[key, Math.min(lines, known)]];
    }),
  );
}

function sizesOver(tree: Tree): Map<string, Size> {
  const sizes = new Map<string, Size>();
  for (const [file, facts] of tree.sources) {
    if (facts.lines > fileLinesMax) {
      sizes.set(file, { key: file, file, line: 1, lines: facts.lines, max: fileLinesMax });
    }
    for (const { name, line, lines } of facts.functions) {
      const key = `${file} > ${name}`;
      if (lines <= functionLinesMax || lines <= (sizes.get(key)?.lines ?? 0)) continue;
      sizes.set(key, { key, file, line, lines, max: functionLinesMax });
    }
  }
  return sizes;
}

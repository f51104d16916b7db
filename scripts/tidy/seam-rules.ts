/**
 * Rules about the seams: in the packages that the simulator runs, time, randomness, disk and network come in from
 * outside, or a seed would not replay a run.
 */

import type { Finding } from "./finding.ts";
import { house, seamModules, seamUses } from "./layering.ts";
import { placeOf, type Tree } from "./tree.ts";

/** Findings about names and modules that go past a seam. */
export function checkSeams(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const [file, facts] of tree.sources) {
    const { folder, area } = placeOf(file);
    if (folder === null || area !== "src" || !house.get(folder)?.isSeamed) continue;
    const add = (line: number, what: string, seam: string): void => {
      const message = `${what} goes past the ${seam} seam.`;
      findings.push({ file, line, rule: "seam", message, remedy: `take a ${seam} in and use that.` });
    };
    for (const { specifier, line } of facts.imports) {
      const seam = seamModules.get(specifier.replace(/^node:/, ""));
      if (seam !== undefined) add(line, `import of "${specifier}"`, seam);
    }
    for (const { text, line } of facts.uses) {
      const seam = seamUses.get(text) ?? seamUses.get(text.replace(/\..*/, ".*"));
      if (seam !== undefined) add(line, text, seam);
    }
  }
  return findings;
}

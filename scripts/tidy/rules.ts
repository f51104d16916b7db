/**
 * All rules of the tree.
 */

import { checkContent, checkLinks, checkLockfile } from "./content-rules.ts";
import { checkDeadFiles } from "./dead-file-rule.ts";
import { type Finding, sortFindings } from "./finding.ts";
import { checkImports, checkManifests } from "./import-rules.ts";
import { checkSeams } from "./seam-rules.ts";
import { checkSizes, type Ratchet } from "./size-rules.ts";
import { checkConstructs, checkNames } from "./style-rules.ts";
import type { Tree } from "./tree.ts";

/** Everything that the tree breaks, in reading order. */
export function checkTree(tree: Tree, ratchet: Ratchet): Finding[] {
  return sortFindings([
    ...checkImports(tree),
    ...checkManifests(tree),
    ...checkSeams(tree),
    ...checkDeadFiles(tree),
    ...checkSizes(tree, ratchet),
    ...checkNames(tree),
    ...checkConstructs(tree),
    ...checkContent(tree),
    ...checkLinks(tree),
    ...checkLockfile(tree),
  ]);
}

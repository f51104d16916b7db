/**
 * Rules about names and constructs: what the style does without.
 */

import type { Finding } from "./finding.ts";
import type { ConstructFact } from "./source.ts";
import { placeOf, type Tree } from "./tree.ts";

const vagueNames = new Set(["util", "utils", "common", "helper", "helpers", "misc", "shared", "lib"]);
const kebabCase = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Findings about names of files and folders, and about barrels. */
export function checkNames(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const [file, facts] of tree.sources) {
    const add = (rule: string, message: string, remedy: string): void =>
      void findings.push({ file, line: 1, rule, message, remedy });
    const parts = file.replace(/(?:\.test|\.d)?\.ts$/, "").split("/");
    const vague = parts.find((part) => vagueNames.has(part));
    if (vague !== undefined) add("name", `"${vague}" says nothing.`, "name it after what it does.");
    const odd = parts.find((part) => !kebabCase.test(part));
    if (odd !== undefined) add("name", `"${odd}" is not in kebab case.`, "use lower case and hyphens.");
    const isIndex = /^packages\/[^/]+\/src\/index\.ts$/.test(file);
    if (facts.isBarrel && !isIndex) {
      add(
        "barrel",
        "this file only re-exports.",
        "import from where things are; src/index.ts is the one door.",
      );
    }
  }
  for (const { folder } of tree.packages) {
    if (tree.files.includes(`packages/${folder}/README.md`)) continue;
    const file = `packages/${folder}/package.json`;
    const remedy = "write one: the design, the invariants, the caveats.";
    findings.push({ file, line: 1, rule: "readme", message: "the package has no README.md.", remedy });
  }
  return findings;
}

const constructRemedies: Readonly<Record<ConstructFact["kind"], string>> = {
  any: "use unknown and narrow it, or a type parameter.",
  enum: "use a const object and a union of its values.",
  namespace: "use a module.",
  "parameter-property": "declare the field and assign it.",
  inheritance: "compose; only errors inherit.",
  "export-star": "name what is exported.",
  "test-mark": "run it; or skip inside the test, with a reason that says what is absent.",
};

const bannedComments: readonly { readonly pattern: RegExp; readonly remedy: string }[] = [
  { pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/, remedy: "do it now, or file an issue." },
  { pattern: /@ts-(?:ignore|nocheck|expect-error)\b/, remedy: "mend the type." },
  {
    pattern: /\b(?:oxlint|eslint)-disable(?!.* -- \S)/,
    remedy: "mend it, or give the reason behind two hyphens.",
  },
  { pattern: /\bbiome-ignore(?!.*: \S)/, remedy: "mend it, or give the reason behind a colon." },
];

/** Findings about constructs and comments that the style does without. */
export function checkConstructs(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const [file, facts] of tree.sources) {
    for (const { kind, text, line } of facts.constructs) {
      const message = `${text} is not used here.`;
      findings.push({ file, line, rule: kind, message, remedy: constructRemedies[kind] });
    }
    for (const { text, line } of facts.comments) {
      for (const { pattern, remedy } of bannedComments) {
        const found = pattern.exec(text)?.[0];
        if (found === undefined) continue;
        findings.push({ file, line, rule: "comment", message: `${found} is not left behind.`, remedy });
      }
    }
  }
  return findings.filter(({ file }) => placeOf(file).area !== "gen");
}

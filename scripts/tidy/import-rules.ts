/**
 * Rules about imports: the layering between packages, and what a package's folders may reach.
 */

import { isBuiltin } from "node:module";
import { posix } from "node:path";
import type { Finding } from "./finding.ts";
import { house, scope } from "./layering.ts";
import { type Manifest, type Package, placeOf, type Tree } from "./tree.ts";

type Import = { readonly file: string; readonly line: number; readonly specifier: string };

/** Findings about every import of the tree. */
export function checkImports(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const [file, facts] of tree.sources) {
    for (const { specifier, line } of facts.imports) {
      const finding = checkImport(tree, { file, line, specifier });
      if (finding !== null) findings.push(finding);
    }
  }
  return findings;
}

/** Findings about every package's manifest: dependencies that the layering forbids, or that nothing declares. */
export function checkManifests(tree: Tree): Finding[] {
  return tree.packages.flatMap(({ folder, manifest }) => {
    const file = `packages/${folder}/package.json`;
    const layer = house.get(folder);
    if (layer === undefined) {
      const message = `package "${folder}" is not in the house.`;
      return [{ file, line: 1, rule: "layering", message, remedy: "add it to scripts/tidy/layering.ts." }];
    }
    const names = Object.keys(dependenciesOf(manifest));
    return names.flatMap((name): Finding[] => {
      const line =
        tree
          .textOf(file)
          .split("\n")
          .findIndex((text) => text.includes(`"${name}"`)) + 1;
      const found = checkDependency(folder, name);
      return found === null ? [] : [{ file, line, rule: "layering", message: found, remedy: "remove it." }];
    });
  });
}

function checkDependency(folder: string, name: string): string | null {
  const layer = house.get(folder);
  if (!name.startsWith(scope))
    return layer?.isPure ? `${folder} may have no dependencies, not ${name}.` : null;
  return layer?.imports.includes(name.slice(scope.length)) ? null : `${folder} may not depend on ${name}.`;
}

function dependenciesOf(manifest: Manifest): Readonly<Record<string, string>> {
  return { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
}

function checkImport(tree: Tree, at: Import): Finding | null {
  if (at.specifier.startsWith(".")) return checkRelative(at);
  if (isBuiltin(at.specifier)) return checkBuiltin(at);
  const parts = at.specifier.split("/");
  const name = parts.slice(0, at.specifier.startsWith("@") ? 2 : 1).join("/");
  return name.startsWith(scope) ? checkLayer(tree, at, name) : checkExternal(tree, at, name);
}

function checkRelative(at: Import): Finding | null {
  const from = placeOf(at.file);
  const to = placeOf(posix.join(posix.dirname(at.file), at.specifier));
  if (from.folder !== to.folder || (from.folder === null && from.area !== to.area)) {
    return {
      ...describe(at, "relative-import", "leaves its package."),
      remedy: "import the other package by its name.",
    };
  }
  if (from.folder !== null && from.area === "src" && to.area !== "src") {
    return {
      ...describe(at, "relative-import", "reaches from src into " + to.area + "."),
      remedy: "move what both need into src.",
    };
  }
  return null;
}

function checkBuiltin(at: Import): Finding | null {
  if (!at.specifier.startsWith("node:")) {
    return { ...describe(at, "node-import", "lacks its prefix."), remedy: `write "node:${at.specifier}".` };
  }
  const { folder, area } = placeOf(at.file);
  if (area !== "src" || folder === null || !house.get(folder)?.isPure) return null;
  return {
    ...describe(at, "node-import", `is forbidden: ${folder} runs in a browser.`),
    remedy: "take it in as a value, or move the code to a package that may.",
  };
}

function checkLayer(tree: Tree, at: Import, name: string): Finding | null {
  const { folder, area } = placeOf(at.file);
  const target = name.slice(scope.length);
  if (folder === null) {
    if (area === "examples") return null;
    return {
      ...describe(at, "layering", "is forbidden in scripts."),
      remedy: "run the package's own entry instead.",
    };
  }
  if (target === folder && area !== "src") return null;
  const layer = house.get(folder);
  const mayImport = [...(layer?.imports ?? []), ...(area === "src" ? [] : (layer?.testImports ?? []))];
  if (!mayImport.includes(target)) {
    const allowed = mayImport.map((one) => scope + one);
    return {
      ...describe(
        at,
        "layering",
        `is forbidden: ${folder} may import ${allowed.join(", ") || "no package"}.`,
      ),
      remedy: "turn the dependency round, or pass what is needed in.",
    };
  }
  return area === "src" ? checkDeclared(tree, at, folder, name) : null;
}

function checkExternal(tree: Tree, at: Import, name: string): Finding | null {
  const { folder, area } = placeOf(at.file);
  if (folder !== null && area === "src") return checkDeclared(tree, at, folder, name);
  const own = tree.packages.find((one) => one.folder === folder);
  const known = { ...tree.manifest.devDependencies, ...(own && { ...own.manifest.devDependencies }) };
  if (name in known || (own !== undefined && name in dependenciesOf(own.manifest))) return null;
  return {
    ...describe(at, "undeclared", "is in no package.json."),
    remedy: `npm install --save-dev ${name}.`,
  };
}

function checkDeclared(tree: Tree, at: Import, folder: string, name: string): Finding | null {
  const own = tree.packages.find((one): one is Package => one.folder === folder);
  if (own !== undefined && name in dependenciesOf(own.manifest)) return null;
  return {
    ...describe(at, "undeclared", `is not in packages/${folder}/package.json.`),
    remedy: `add "${name}" to its dependencies.`,
  };
}

function describe(at: Import, rule: string, what: string): Omit<Finding, "remedy"> {
  return { file: at.file, line: at.line, rule, message: `import of "${at.specifier}" ${what}` };
}

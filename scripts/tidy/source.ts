/**
 * What one source file says, as plain data: read once from TypeScript's own syntax tree, so that no rule has to guess
 * where a string or a comment ends.
 *
 * This is the only file that touches the compiler's interface, which TypeScript 7 still calls unstable.
 */

import { join } from "node:path";
import {
  isCallExpression,
  isClassDeclaration,
  isElementAccessExpression,
  isExportDeclaration,
  isHeritageClause,
  isIdentifier,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isNewExpression,
  isObjectLiteralExpression,
  isParameterDeclaration,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isStringLiteral,
  type Node,
  type SourceFile,
  SyntaxKind,
} from "typescript/unstable/ast";
import { API } from "typescript/unstable/sync";
import { readComments } from "./comment.ts";
import { type FunctionFact, isFunction, nameFunction } from "./function.ts";

/** Something that the file says at a line (from 1). */
export type Fact = { readonly text: string; readonly line: number };

/** A module that the file names: imported, re-exported, imported on demand, as a type, or by `new URL`. */
export type ImportFact = { readonly specifier: string; readonly line: number };

/** A construct that the style does without. */
export type ConstructFact = Fact & {
  readonly kind:
    | "any"
    | "enum"
    | "namespace"
    | "parameter-property"
    | "inheritance"
    | "export-star"
    | "test-mark";
};

/** What one source file says. */
export type SourceFacts = {
  readonly lines: number;
  readonly imports: readonly ImportFact[];
  readonly functions: readonly FunctionFact[];
  /** Names used that the file may not have declared: `setTimeout`, `Date.now`, `new Date`. */
  readonly uses: readonly Fact[];
  readonly constructs: readonly ConstructFact[];
  readonly comments: readonly Fact[];
  /** Whether the file does nothing but re-export. */
  readonly isBarrel: boolean;
};

type Draft = {
  readonly file: SourceFile;
  readonly imports: ImportFact[];
  readonly functions: FunctionFact[];
  readonly uses: Fact[];
  readonly constructs: ConstructFact[];
  /** `[start, end)` of every string, template piece and regular expression. */
  readonly literals: [number, number][];
};

/** Reads source files; keys are the paths given, relative to `root`. */
export function readSources(root: string, paths: readonly string[]): Map<string, SourceFacts> {
  if (paths.length === 0) return new Map();
  const project = join(root, "tsconfig.tidy.json");
  const settings = JSON.stringify({
    compilerOptions: {
      noLib: true,
      noResolve: true,
      types: [],
      allowImportingTsExtensions: true,
      noEmit: true,
    },
    files: paths,
  });
  const api = new API({
    cwd: root,
    fs: {
      readFile: (path) => (path === project ? settings : undefined),
      fileExists: (path) => (path === project ? true : undefined),
    },
  });
  try {
    const program = api.updateSnapshot({ openProjects: [project] }).getProject(project)?.program;
    return new Map(
      paths.map((path) => {
        const file = program?.getSourceFile(join(root, path));
        if (file === undefined) throw new Error(`TypeScript did not read ${path}`);
        return [path, readSource(file)];
      }),
    );
  } finally {
    api.close();
  }
}

function readSource(file: SourceFile): SourceFacts {
  const draft: Draft = { file, imports: [], functions: [], uses: [], constructs: [], literals: [] };
  visit(draft, file, []);
  const { literals, file: _, ...facts } = draft;
  return {
    ...facts,
    lines: file.text.split("\n").length - (file.text.endsWith("\n") ? 1 : 0),
    comments: readComments(file.text, literals),
    isBarrel: file.statements.length > 0 && file.statements.every(isReExport),
  };
}

function visit(draft: Draft, node: Node, scope: readonly string[]): void {
  readImport(draft, node);
  readUse(draft, node);
  readConstruct(draft, node);
  readTestMark(draft, node);
  if (isLiteral(node.kind)) draft.literals.push([node.getStart(draft.file), node.end]);
  let inner = scope;
  if (isFunction(node)) {
    inner = [...scope, nameFunction(node)];
    const start = draft.file.getLineAndCharacterOfPosition(node.getStart(draft.file)).line;
    const end = draft.file.getLineAndCharacterOfPosition(node.end).line;
    draft.functions.push({ name: inner.join(" > "), line: start + 1, lines: end - start + 1 });
  } else if (isClassDeclaration(node) && node.name !== undefined) {
    inner = [...scope, node.name.text];
  }
  node.forEachChild((child) => visit(draft, child, inner));
}

function lineOf(draft: Draft, node: Node): number {
  return draft.file.getLineAndCharacterOfPosition(node.getStart(draft.file)).line + 1;
}

function readImport(draft: Draft, node: Node): void {
  let named: Node | undefined;
  if (isImportDeclaration(node) || isExportDeclaration(node)) named = node.moduleSpecifier;
  else if (isImportTypeNode(node) && isLiteralTypeNode(node.argument)) named = node.argument.literal;
  else if (isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword)
    named = node.arguments[0];
  else if (isNewExpression(node) && isIdentifier(node.expression) && node.expression.text === "URL") {
    named = node.arguments?.length === 2 ? node.arguments[0] : undefined;
  }
  if (named === undefined || !isStringLiteral(named)) return;
  draft.imports.push({ specifier: named.text, line: lineOf(draft, named) });
}

function readUse(draft: Draft, node: Node): void {
  const use = (text: string): void => void draft.uses.push({ text, line: lineOf(draft, node) });
  if (isPropertyAccessExpression(node) && isIdentifier(node.expression)) {
    use(`${node.expression.text}.${node.name.text}`);
  } else if (
    isElementAccessExpression(node) &&
    isIdentifier(node.expression) &&
    isStringLiteral(node.argumentExpression)
  ) {
    use(`${node.expression.text}.${node.argumentExpression.text}`);
  } else if (isNewExpression(node) && isIdentifier(node.expression) && (node.arguments?.length ?? 0) === 0) {
    use(`new ${node.expression.text}`);
  } else if (isIdentifier(node) && !isName(node) && !isBase(node)) {
    use(node.text);
  }
}

/** Whether the identifier is only the beginning of a use: `Date` in `Date.now` and in `new Date(0)`. */
function isBase(node: Node): boolean {
  const { parent } = node;
  if (isNewExpression(parent)) return parent.expression === node;
  return (
    (isPropertyAccessExpression(parent) || isElementAccessExpression(parent)) && parent.expression === node
  );
}

/** Whether the identifier names a declaration, a property or a type, and so is no use of a value. */
function isName(node: Node): boolean {
  const { parent } = node;
  if ("name" in parent && parent.name === node) return true;
  if ("propertyName" in parent && parent.propertyName === node) return true;
  return parent.kind === SyntaxKind.TypeReference || parent.kind === SyntaxKind.QualifiedName;
}

function readConstruct(draft: Draft, node: Node): void {
  const add = (kind: ConstructFact["kind"], text: string): void =>
    void draft.constructs.push({ kind, text, line: lineOf(draft, node) });
  if (node.kind === SyntaxKind.AnyKeyword) add("any", "any");
  else if (node.kind === SyntaxKind.EnumDeclaration) add("enum", "enum");
  else if (node.kind === SyntaxKind.ModuleDeclaration) add("namespace", "namespace");
  else if (isParameterDeclaration(node) && (node.modifiers?.length ?? 0) > 0) {
    add("parameter-property", node.name.getText(draft.file));
  } else if (
    isHeritageClause(node) &&
    node.token === SyntaxKind.ExtendsKeyword &&
    node.parent.kind !== interfaceKind
  ) {
    const base = node.types[0]?.expression.getText(draft.file) ?? "";
    if (!base.endsWith("Error")) add("inheritance", base);
  } else if (isExportDeclaration(node) && node.exportClause === undefined) add("export-star", "export *");
}

const interfaceKind = SyntaxKind.InterfaceDeclaration;
const runners = new Set(["test", "it", "describe", "suite"]);

/** `test.only`, `describe.skip`, `context.skip()` without a reason, and the same as options. */
function readTestMark(draft: Draft, node: Node): void {
  if (isCallExpression(node) && isPropertyAccessExpression(node.expression)) {
    const { expression: base, name } = node.expression;
    if (!["only", "skip", "todo"].includes(name.text) || !isIdentifier(base)) return;
    if (runners.has(base.text) || node.arguments.length === 0) {
      draft.constructs.push({
        kind: "test-mark",
        text: `${base.text}.${name.text}`,
        line: lineOf(draft, node),
      });
    }
  } else if (
    isPropertyAssignment(node) &&
    isIdentifier(node.name) &&
    isObjectLiteralExpression(node.parent)
  ) {
    if (!["only", "skip", "todo"].includes(node.name.text)) return;
    if (node.initializer.kind !== SyntaxKind.TrueKeyword) return;
    draft.constructs.push({ kind: "test-mark", text: `${node.name.text}: true`, line: lineOf(draft, node) });
  }
}

function isReExport(node: Node): boolean {
  return isExportDeclaration(node) && node.moduleSpecifier !== undefined;
}

function isLiteral(kind: SyntaxKind): boolean {
  switch (kind) {
    case SyntaxKind.StringLiteral:
    case SyntaxKind.NoSubstitutionTemplateLiteral:
    case SyntaxKind.TemplateHead:
    case SyntaxKind.TemplateMiddle:
    case SyntaxKind.TemplateTail:
    case SyntaxKind.RegularExpressionLiteral:
      return true;
    default:
      return false;
  }
}

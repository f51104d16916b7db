/**
 * Functions of a source file: how they are called in findings, and in the ratchet.
 */

import {
  isArrowFunction,
  isCallExpression,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isGetAccessorDeclaration,
  isIdentifier,
  isMethodDeclaration,
  isSetAccessorDeclaration,
  isStringLiteral,
  type Node,
} from "typescript/unstable/ast";

/** A function with its place and length. The name holds the names of what surrounds it. */
export type FunctionFact = { readonly name: string; readonly line: number; readonly lines: number };

/** Whether a node is a function with a body of its own. The callback of `describe` groups tests and is none. */
export function isFunction(node: Node): boolean {
  if (isArrowFunction(node) || isFunctionExpression(node)) return !isGrouping(node.parent);
  return (
    isFunctionDeclaration(node) ||
    isMethodDeclaration(node) ||
    isConstructorDeclaration(node) ||
    isGetAccessorDeclaration(node) ||
    isSetAccessorDeclaration(node)
  );
}

/** The function's own name, or that of what it is assigned or passed to. */
export function nameFunction(node: Node): string {
  if (isConstructorDeclaration(node)) return "constructor";
  return nameOf(node) ?? nameOf(node.parent) ?? callName(node.parent) ?? "(anonymous)";
}

function nameOf(node: Node): string | null {
  return "name" in node && node.name !== undefined ? (node.name as Node).getText() : null;
}

function callName(node: Node): string | null {
  if (!isCallExpression(node)) return null;
  const title = node.arguments[0];
  const callee = node.expression.getText();
  return title !== undefined && isStringLiteral(title) ? `${callee} "${title.text}"` : callee;
}

function isGrouping(node: Node): boolean {
  return (
    isCallExpression(node) &&
    isIdentifier(node.expression) &&
    /^(?:describe|suite)$/.test(node.expression.text)
  );
}

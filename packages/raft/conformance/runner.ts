/**
 * Runs one script: carries out its directives, compares, and rewrites the file on demand.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { confchangeCommands, startConfchange } from "./confchange-script.ts";
import { interactionCommands, startInteraction } from "./interaction.ts";
import { quorumCommands, startQuorum } from "./quorum-script.ts";
import { type Directive, parseScript, rewriteScript, type Script } from "./script.ts";

/** What a script exercises. */
export type ScriptKind = "interaction" | "confchange" | "quorum";

/** The commands that each kind knows. */
export const commandsOfKind: ReadonlyMap<ScriptKind, ReadonlySet<string>> = new Map([
  ["interaction", interactionCommands],
  ["confchange", confchangeCommands],
  ["quorum", quorumCommands],
]);

/** How one directive went. */
export type DirectiveReport = {
  readonly directive: Directive;
  /** What it printed, ended by a newline. */
  readonly actual: string;
  /** What broke while it ran, or null. */
  readonly fault: string | null;
  readonly passed: boolean;
};

/** How one script went. */
export type ScriptReport = {
  readonly path: string;
  readonly kind: ScriptKind;
  readonly directives: readonly DirectiveReport[];
  readonly passed: number;
  readonly failed: number;
  /** Whether the file was given new expectations. */
  readonly rewritten: boolean;
};

/** Options of {@link runFile}. */
export type RunOptions = {
  /** Write what happened as the new expectation, except for directives with a fault. Default false. */
  readonly update?: boolean;
};

/** Runs the script in a file. */
export function runFile(path: string, kind: ScriptKind, options: RunOptions = {}): ScriptReport {
  const text = readFileSync(path, "utf8");
  const script = parseScript(text);
  const directives = runScript(script, kind);
  let rewritten = false;
  if (options.update === true) {
    const outputs = directives.map(({ actual, fault }) => (fault === null ? actual : null));
    const renewed = rewriteScript(script, outputs);
    rewritten = renewed !== text;
    if (rewritten) writeFileSync(path, renewed);
  }
  const isGood = (report: DirectiveReport): boolean =>
    report.passed || (options.update === true && report.fault === null);
  const passed = directives.filter(isGood).length;
  return { path, kind, directives, passed, failed: directives.length - passed, rewritten };
}

/** Runs every directive, also behind one that failed. */
export function runScript(script: Script, kind: ScriptKind): DirectiveReport[] {
  const run = start(kind);
  return script.directives.map((directive) => {
    let actual = "";
    let fault = directive.problem;
    if (fault === null) {
      try {
        actual = run(directive);
      } catch (error) {
        fault = describeFault(error);
      }
    }
    if (actual !== "" && !actual.endsWith("\n")) actual += "\n";
    return { directive, actual, fault, passed: fault === null && actual === directive.expected };
  });
}

function start(kind: ScriptKind): (directive: Directive) => string {
  switch (kind) {
    case "interaction":
      return startInteraction();
    case "confchange":
      return startConfchange();
    case "quorum":
      return startQuorum();
  }
}

/** A script's fault is told by its message; anything else is a defect, and its stack says where. */
function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "Fault" ? error.message : (error.stack ?? error.message);
}

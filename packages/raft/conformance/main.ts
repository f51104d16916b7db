/**
 * `npm run conformance -- PATH...`: runs scripts and says how they went. See README.md.
 */

import { relative, resolve } from "node:path";
import { type FoundScript, findScripts, PathError } from "./discovery.ts";
import { renderReport, renderSum } from "./report.ts";
import { runFile, type ScriptReport } from "./runner.ts";

const usage = `usage: npm run conformance -- [--update] PATH...

  PATH      a script, a folder of scripts, or a checkout of etcd-io/raft
  --update  write what happens as the new expectation
`;

/** Runs the scripts that the arguments name; returns the exit code. */
function main(args: readonly string[]): number {
  const update = args.includes("--update");
  const unknown = args.find((arg) => arg.startsWith("-") && arg !== "--update" && arg !== "--help");
  const paths = args.filter((arg) => !arg.startsWith("-"));
  if (args.includes("--help")) {
    process.stdout.write(usage);
    return 0;
  }
  if (unknown !== undefined || paths.length === 0) {
    const problem = unknown === undefined ? "no path was given" : `unknown option ${unknown}`;
    process.stderr.write(`conformance: ${problem}\n\n${usage}`);
    return 1;
  }
  // npm changes into the package's folder; people mean the folder that they called it from.
  const base = process.env["INIT_CWD"] ?? process.cwd();
  let scripts: FoundScript[];
  try {
    scripts = findScripts(paths.map((path) => resolve(base, path)));
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    process.stderr.write(`conformance: ${error.message}\n`);
    return 1;
  }
  const isColored = process.stdout.isTTY && !process.env["NO_COLOR"];
  const reports: ScriptReport[] = [];
  for (const { path, kind } of scripts) {
    const report = runFile(path, kind, { update });
    reports.push(report);
    const shownPath = relative(base, path);
    process.stdout.write(renderReport(report, shownPath.startsWith("..") ? path : shownPath, isColored));
  }
  process.stdout.write(`${renderSum(reports)}\n`);
  return reports.some((report) => report.failed > 0) ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));

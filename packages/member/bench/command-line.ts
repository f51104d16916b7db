/**
 * The benchmark's command line.
 */

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Effort, fullEffort, quickEffort } from "./measure.ts";

export const help = `Measures three members in three processes on loopback, with their logs on disk and fsync on.
The clients run inside the members' processes.

  npm run bench:member -- [options]

  --only LIST       parts to run: proposals, reads, failover (default: all)
  --in-flight LIST  calls that wait at a time, such as 1,64,1000 (default)
  --payload BYTES   bytes of a command (default 256)
  --kills N         kills of the leader (default ${fullEffort.kills}; 0 leaves failover out)
  --dir DIR         where the data directories are made (default: a place for temporary files that is on a disk)
  --quick           shorter runs, ${quickEffort.kills} kills
  --json FILE       also writes the figures as JSON
  --profile FILE    instead of measuring, profiles the leader's process under the highest load of the first part,
                    writes FILE for a profile viewer, prints where the time goes
  --at WHERE        with --profile: the load is at the leader (default) or at a follower
  --help            this text
`;

/** Parts of the benchmark, in the order in which they run. */
export const parts = ["proposals", "reads", "failover"] as const;
export type Part = (typeof parts)[number];

/** A mistake on the command line, told without a stack. */
export class UsageError extends Error {}

/** What was asked for. */
export type Options = {
  readonly parts: readonly Part[];
  readonly inFlight: readonly number[];
  readonly payloadBytes: number;
  readonly effort: Effort;
  readonly directory: string | null;
  readonly jsonFile: string | null;
  readonly profileFile: string | null;
  readonly profileAt: "leader" | "follower";
  readonly wantsHelp: boolean;
};

/** Reads the arguments. @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseOrExplain(args);
  const effort = values.quick === true ? quickEffort : fullEffort;
  const kills = values.kills === undefined ? effort.kills : readNumber("--kills", values.kills, 0);
  const { at = "leader" } = values;
  if (at !== "leader" && at !== "follower")
    throw new UsageError(`--at takes leader or follower, not "${at}"`);
  return {
    parts: readParts(values.only),
    inFlight: (values["in-flight"] ?? "1,64,1000")
      .split(",")
      .map((text) => readNumber("--in-flight", text, 1)),
    payloadBytes: readNumber("--payload", values.payload ?? "256", 0),
    effort: { ...effort, kills },
    directory: readPath(values.dir),
    jsonFile: readPath(values.json),
    profileFile: readPath(values.profile),
    profileAt: at,
    wantsHelp: values.help === true,
  };
}

function parseOrExplain(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string" },
        "in-flight": { type: "string" },
        payload: { type: "string" },
        kills: { type: "string" },
        dir: { type: "string" },
        quick: { type: "boolean" },
        json: { type: "string" },
        profile: { type: "string" },
        at: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readNumber(option: string, text: string, lowest: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= lowest) return value;
  throw new UsageError(`${option} takes whole numbers from ${lowest} on, not "${text}"`);
}

function readParts(text: string | undefined): readonly Part[] {
  if (text === undefined) return parts;
  const wanted = text.split(",").map((word) => word.trim());
  for (const word of wanted) {
    if (!parts.some((part) => part === word))
      throw new UsageError(`--only knows ${parts.join(", ")}, not "${word}"`);
  }
  return parts.filter((part) => wanted.includes(part));
}

/** npm runs scripts in the repository's root; paths mean the folder it was called in. */
function readPath(path: string | undefined): string | null {
  return path === undefined ? null : resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
}

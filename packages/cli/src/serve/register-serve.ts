/**
 * `quorate serve` in the program. Its flags are read by `arguments.ts` as Go reads them, so the program passes them
 * through; what is needed to run a server is loaded only when one is run.
 */

import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { usageError } from "../command-error.ts";
import { readGiven } from "./given.ts";
import { serveHelp } from "./serve-help.ts";

export function registerServe(program: Command): void {
  const command = program.command("serve");
  command.helpInformation = serveHelp;
  command

    .summary("run a member; takes etcd's flags")
    .usage("[FLAG…]")
    .argument("[flags...]")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (args: string[]) => {
      const request = readGiven(args, process.env, readConfigText);
      if (request.wants === "help") {
        process.stdout.write(serveHelp());
        return;
      }
      if (request.wants === "version") {
        const { readVersions, versionText } = await import("../version-text.ts");
        process.stdout.write(versionText(readVersions()));
        return;
      }
      const { serve } = await import("./serve.ts");
      await serve(request);
    });
}

function readConfigText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw usageError(`--config-file ${path}: ${what}`);
  }
}

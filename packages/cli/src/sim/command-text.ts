/**
 * The command that was given, for reports.
 */

import { quoted } from "./shell-word.ts";

/** It, as one would write it again. */
export function commandText(): string {
  return ["quorate", ...process.argv.slice(2).map(quoted)].join(" ");
}

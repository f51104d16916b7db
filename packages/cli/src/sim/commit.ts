/**
 * Which code is being simulated.
 */

import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The commit of the code, with `-dirty` if there are changes; `unknown` outside of a repository. */
export function commit(): string {
  const folder = dirname(fileURLToPath(import.meta.url));
  try {
    return execFileSync("git", ["-C", folder, "describe", "--always", "--dirty"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}

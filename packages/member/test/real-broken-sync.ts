/**
 * Preloaded into a member's process (`--import`): once the file that `QUORATE_BREAK_SYNC` names is there, every fdatasync
 * fails as it does on a disk that is dying. What runs above is the production code, unchanged.
 */

import { existsSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";

type Done = (error: NodeJS.ErrnoException | null) => void;
type Sync = (handle: number, done: Done) => void;

/** The environment variable that names the trigger; where it is not set, nothing is touched. */
export const breakSyncVariable = "QUORATE_BREAK_SYNC";

const trigger = process.env[breakSyncVariable];
const fs = createRequire(import.meta.url)("node:fs") as { fdatasync: Sync };
const real = fs.fdatasync;

if (trigger !== undefined) {
  fs.fdatasync = (handle, done) => {
    if (!existsSync(trigger)) return real(handle, done);
    const error: NodeJS.ErrnoException = new Error("EIO: i/o error, fdatasync");
    error.code = "EIO";
    error.syscall = "fdatasync";
    setImmediate(done, error);
  };
  syncBuiltinESMExports();
}

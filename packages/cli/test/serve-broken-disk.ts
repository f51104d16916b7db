/**
 * Preloaded into a server's process: once the file that `BREAK_SYNC` names is there, every fdatasync fails, as on a disk
 * that is dying. What runs above is the production code, unchanged.
 */

import { existsSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";

type Sync = (handle: number, done: (error: NodeJS.ErrnoException | null) => void) => void;

/** The environment variable that names the trigger; where it is not set, nothing is touched. */
export const breakSyncVariable = "BREAK_SYNC";

const trigger = process.env[breakSyncVariable];
const fs = createRequire(import.meta.url)("node:fs") as { fdatasync: Sync };
const real = fs.fdatasync;

if (trigger !== undefined) {
  fs.fdatasync = (handle, done) => {
    if (!existsSync(trigger)) {
      real(handle, done);
      return;
    }
    const error: NodeJS.ErrnoException = new Error("EIO: i/o error, fdatasync");
    error.code = "EIO";
    setImmediate(done, error);
  };
  syncBuiltinESMExports();
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LmdbBackend } from "../src/lmdb-backend.ts";

/** Opens LMDB in a folder of its own that goes when it is closed. */
export function openLmdb(): { readonly backend: LmdbBackend; readonly close: () => Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), "quorate-store-"));
  const backend = new LmdbBackend({ path: join(folder, "state"), mapBytes: 256 * 1024 * 1024 });
  return {
    backend,
    close: async () => {
      await backend.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

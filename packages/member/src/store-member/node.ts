/**
 * Store members on Node: LMDB, real disks, real sockets, real time. The entry point `@quorate/member/store-node`.
 */

import { joinPath, NodeDisk, nodeSha256 } from "@quorate/storage";
import { LmdbBackend } from "@quorate/store/lmdb";
import { exitWith, type NodeSettings, openNodeSeams } from "../node.ts";
import { assembleStoreMember, type StoreMemberSettings } from "./assemble-store-member.ts";
import type { StoreMember } from "./store-member.ts";

/** Settings of {@link startStoreMember}. */
export type StartStoreSettings = StoreMemberSettings &
  NodeSettings & {
    /** Where the log is kept; default: `log` in the data directory. A disk of its own keeps writes quick. */
    readonly walDir?: string;
  };

/**
 * Starts a store member of a new or running cluster, or starts one again from its data. The state is in `state` in the
 * data directory, the log in `log`, unless `walDir` says otherwise.
 * @throws MemberError, StoreError, StorageError, TransportError: nothing is running then
 */
export async function startStoreMember(settings: StartStoreSettings): Promise<StoreMember> {
  const { dataDir, walDir = joinPath(dataDir, "log") } = settings;
  const stateDir = joinPath(dataDir, "state");
  const disk = new NodeDisk();
  await disk.createDirectory(stateDir);
  const seams = await openNodeSeams({ ...settings, dataDir: walDir });
  let backend: LmdbBackend;
  try {
    backend = new LmdbBackend({ path: joinPath(stateDir, "data.mdb"), disk });
  } catch (error) {
    await seams.transport.close();
    throw error;
  }
  const storeMember = await assembleStoreMember(
    { sha256: nodeSha256, ...settings },
    { ...seams, backend, closeBackend: () => backend.close() },
  );
  if (settings.exitOnFailure ?? true) exitWith(storeMember.member);
  return storeMember;
}

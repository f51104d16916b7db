/**
 * A member as a process of its own: the store over LMDB. Its parent asks over the channel; when that is cut, it stops.
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { encodeCommand, type Outcome, putRequest, rangeRequest, Store, StoreMachine } from "@quorate/store";
import { LmdbBackend } from "@quorate/store/lmdb";
import { MemberError } from "../src/index.ts";
import { startMember } from "../src/node.ts";

/** What a parent asks. */
export type StoreQuestion = { readonly id: number } & (
  | { readonly kind: "put"; readonly key: string; readonly inSession: boolean }
  | { readonly kind: "dump" }
  | { readonly kind: "look" }
);

/** What it is told. `event` lines come unasked. */
export type StoreAnswer =
  | { readonly id: number; readonly fate: "acknowledged" | "refused" | "unknown" }
  | { readonly id: number; readonly versions: readonly [string, number][]; readonly digest: string }
  | { readonly id: number; readonly lead: boolean; readonly applied: number; readonly found: number }
  | { readonly event: "started"; readonly found: number }
  | { readonly event: "restored" | "cut" };

const [name = "", dataDir = "", peers = ""] = process.argv.slice(2);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function tell(answer: StoreAnswer): void {
  if (process.connected) process.send?.(answer);
}

mkdirSync(dataDir, { recursive: true });
const backend = new LmdbBackend({ path: join(dataDir, "state"), mapBytes: 1024 * 1024 * 1024 });
const store = new Store({ backend });
const found = store.appliedIndex;
const member = await startMember<Outcome>({
  name,
  dataDir: join(dataDir, "log"),
  peers: JSON.parse(peers) as Record<string, string>,
  stateMachine: new StoreMachine(store),
  segmentBytes: 256 * 1024,
  limits: { snapshotEntries: 300, catchUpEntries: 50, catchUpBytes: 0, flushEntries: 150 },
  onEvent: ({ event: { kind } }) => {
    if (kind === "snapshot-restored") tell({ event: "restored" });
    if (kind === "log-compacted") tell({ event: "cut" });
  },
});
tell({ event: "started", found });
let session = member.openSession();
session.catch(() => undefined);

async function put(key: string, inSession: boolean): Promise<"acknowledged" | "refused" | "unknown"> {
  const command = encodeCommand(putRequest({ key: encoder.encode(key), value: encoder.encode(name) }));
  try {
    const outcome = await (inSession ? (await session).propose(command) : member.propose(command));
    if (!outcome.ok) throw new Error(outcome.code);
    return "acknowledged";
  } catch (error) {
    if (!(error instanceof MemberError)) throw error;
    if (inSession) {
      session = member.openSession();
      session.catch(() => undefined);
    }
    return error.definite ? "refused" : "unknown";
  }
}

function dump(): { readonly versions: readonly [string, number][]; readonly digest: string } {
  const range = store.range(rangeRequest({ key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) }));
  const hash = store.hashKv(0);
  if (!range.ok || !hash.ok) throw new Error("the store does not answer");
  return {
    versions: range.response.kvs.map(({ key, version }) => [decoder.decode(key), version]),
    digest: `${hash.response.hash} ${store.revision} ${store.applyDigest}`,
  };
}

async function answer(question: StoreQuestion): Promise<StoreAnswer> {
  const { id, kind } = question;
  if (kind === "put") return { id, fate: await put(question.key, question.inSession) };
  if (kind === "dump") return { id, ...(await member.read(dump)) };
  return { id, lead: member.isLeader, applied: member.status().applied, found };
}

process.on("message", (question: StoreQuestion) => {
  answer(question).then(tell, (error: unknown) => {
    if (question.kind === "dump" && error instanceof MemberError) return;
    throw error;
  });
});
process.once("disconnect", () => {
  void member.stop().then(async () => {
    await backend.close();
    process.exit(0);
  });
});

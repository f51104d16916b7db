/**
 * A member says its name and where clients reach it, when what the roster has of it differs; until it is done.
 */

import type { Engine } from "./engine.ts";
import { MemberError } from "./member-error.ts";
import { pause } from "./waiting.ts";

/** What a member says of itself; null for client URLs that are to stay as they are. */
export type Publication = { readonly name: string; readonly clientUrls: readonly string[] | null };

const retryMsMin = 100;
const retryMsMax = 1000;

/** Resolves when the roster says so, or the member does not run any more. */
export async function publish(engine: Engine, publication: Publication): Promise<void> {
  let retryMs = retryMsMin;
  let reported = "";
  while (engine.isRunning) {
    try {
      if (await publishOnce(engine, publication)) return;
    } catch (error) {
      if (!(error instanceof MemberError)) throw error;
      if (error.code === "name-exists" && reported !== error.message) {
        reported = error.message;
        engine.emit({ kind: "membership", step: "publish", message: error.message });
      }
    }
    await pause(engine, retryMs);
    retryMs = Math.min(2 * retryMs, retryMsMax);
  }
}

/** True if nothing is left to do. What this replica has by itself may be from before the last life of this member. */
async function publishOnce(engine: Engine, { name, clientUrls }: Publication): Promise<boolean> {
  const { id, replica, limits } = engine.parts;
  const known = await engine.read(() => replica.roster.get(id), "linearizable", limits.requestTimeoutMs);
  // Not added yet, or removed: the one will change, the other ends the member's work.
  if (known === undefined) return false;
  const urls = clientUrls ?? known.clientUrls;
  if (known.name === name && isEqual(known.clientUrls, urls)) return true;
  const body = { kind: "publish-member", id, name, clientUrls: urls } as const;
  await engine.desk.submit(body, limits.requestTimeoutMs);
  return true;
}

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((url, position) => url === other[position]);
}

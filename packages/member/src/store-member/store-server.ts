/**
 * What a store member answers to its peers.
 */

import type { KvHash, Outcome, Result } from "@quorate/store";
import type { Member } from "../member.ts";
import { definitely } from "../member-error.ts";
import type { CorruptionCheck } from "./corruption-check.ts";
import type { LeaseCalls } from "./lease-calls.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import {
  decodeStoreRequest,
  encodeDigest,
  encodeKvHash,
  encodeLeaseSeconds,
  encodeRenewals,
} from "./store-requests.ts";

/** Longer than any asker waits for the leader in one try. */
const timeoutMs = 5000;

/** Who answers. */
export type StoreServerParts = {
  readonly member: Member<Outcome>;
  readonly keeper: LeaseKeeper;
  readonly calls: LeaseCalls;
  readonly check: CorruptionCheck;
  readonly hashKv: (revision: number) => Promise<Result<KvHash>>;
};

/** Answers a request. @throws MemberError, FormatError */
export async function answerStoreRequest(bytes: Uint8Array, parts: StoreServerParts): Promise<Uint8Array> {
  const request = decodeStoreRequest(bytes);
  if (request === null) {
    throw definitely("refused", "this member does not know that request; upgrade it");
  }
  switch (request.kind) {
    case "renew":
      return encodeRenewals(await parts.keeper.renew(request.ids, timeoutMs));
    case "lease-time":
      return encodeLeaseSeconds(await parts.calls.remainingHere(request.id, timeoutMs));
    case "hash": {
      // The asker may be ahead of this member.
      await parts.member.read(() => undefined, { timeoutMs });
      const hash = await parts.hashKv(request.revision);
      return encodeKvHash(hash.ok ? hash.response : null);
    }
    case "compact-digest":
      return encodeDigest(parts.check.digestAt(request.revision));
  }
}

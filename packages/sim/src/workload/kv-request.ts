/**
 * Calls to a store member, as the server would make them, and its answers as clients read them.
 */

import { MemberError, type Session } from "@quorate/member";
import type { StoreMember } from "@quorate/member/store";
import {
  type Command,
  type Compare,
  CompareResult,
  CompareTarget,
  compare,
  deleteRangeRequest,
  encodeCommand,
  type KeyValue,
  type Outcome,
  putRequest,
  type RangeResponse,
  type Response,
  type Result,
  rangeRequest,
  txnRequest,
} from "@quorate/store";
import type { KvInput, KvOutput, KvVersion } from "./kv-operation.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Keys of these clients begin so; those of leases do not. */
export const keyPrefix = "k/";

export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** A refusal that the store gave as an answer: nothing was changed. */
class Refusal extends Error {}

/** Whether an error says that the call certainly had no effect. */
export function isDefinite(error: unknown): boolean {
  return error instanceof Refusal || (error instanceof MemberError && error.definite);
}

/** The command of a call that writes; no two of a run are equal. Null: it only reads. */
export function commandOf(input: KvInput): Command | null {
  switch (input.kind) {
    case "put":
      return putRequest({ key: bytesOf(input.key), value: bytesOf(input.value) });
    case "delete":
      return txnRequest({
        compare: [isAbsent(bytesOf(`x/${input.nonce}`))],
        success: [deleteRangeRequest({ key: bytesOf(input.key) })],
      });
    case "cas": {
      const key = bytesOf(input.key);
      const condition =
        input.expected === null
          ? isAbsent(key)
          : compare({ key, target: CompareTarget.value, value: bytesOf(input.expected) });
      return txnRequest({
        compare: [condition],
        success: [putRequest({ key, value: bytesOf(input.value) })],
        failure: [rangeRequest({ key })],
      });
    }
    default:
      return null;
  }
}

function isAbsent(key: Uint8Array): Compare {
  return compare({ key, target: CompareTarget.version, result: CompareResult.equal, number: 0 });
}

/** Carries a call out. @throws MemberError, Refusal */
export async function request(
  storeMember: StoreMember,
  input: KvInput,
  session: Session<Outcome> | null,
  timeoutMs: number,
): Promise<KvOutput> {
  const command = commandOf(input);
  if (command === null) return read(storeMember, input, timeoutMs);
  const outcome =
    session === null
      ? await storeMember.execute(command, { timeoutMs })
      : await session.propose(encodeCommand(command), { timeoutMs });
  const response = responseOf(outcome);
  const { revision } = response;
  if (input.kind === "put") return { kind: "put", revision };
  if (response.kind !== "txn") throw new TypeError(`a transaction was answered by ${response.kind}`);
  const [inner] = response.responses;
  if (input.kind === "delete")
    return { kind: "delete", revision, deleted: inner?.kind === "delete-range" ? inner.deleted : 0 };
  const found = inner?.kind === "range" ? versionOf(inner.kvs[0]) : null;
  return { kind: "cas", revision, succeeded: response.succeeded, found };
}

async function read(storeMember: StoreMember, input: KvInput, timeoutMs: number): Promise<KvOutput> {
  if (input.kind === "get") {
    const wanted = rangeRequest({ key: bytesOf(input.key) });
    const consistency = input.isSerializable ? "serializable" : "linearizable";
    const range = rangeOf(await storeMember.range(wanted, consistency, { timeoutMs }));
    return { kind: "get", revision: range.revision, found: versionOf(range.kvs[0]) };
  }
  const wanted = rangeRequest({ key: bytesOf(keyPrefix), rangeEnd: bytesOf("k0") });
  const range = rangeOf(await storeMember.range(wanted, "linearizable", { timeoutMs }));
  const found = new Map<string, KvVersion>();
  for (const kv of range.kvs) found.set(textOf(kv.key), versionOf(kv) as KvVersion);
  return { kind: "scan", revision: range.revision, found };
}

/** The response of an outcome. @throws Refusal */
export function responseOf(outcome: Outcome): Response {
  if (!outcome.ok) throw new Refusal(outcome.code);
  return outcome.response;
}

function rangeOf(result: Result<RangeResponse>): RangeResponse {
  if (!result.ok) throw new Refusal(result.code);
  return result.response;
}

/** A version as clients read it. */
export function versionOf(kv: KeyValue | undefined): KvVersion | null {
  if (kv === undefined) return null;
  const { value, createRevision, modRevision, version } = kv;
  return { value: textOf(value), createRevision, modRevision, version };
}

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
  type KeyValue,
  type Outcome,
  type Principal,
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

/** A refusal that the store gave as an answer: nothing was changed. Its message is the code. */
class Refusal extends Error {}

/** Why the store refused, if it did. */
export function refusalOf(error: unknown): string | null {
  return error instanceof Refusal ? error.message : null;
}

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

/** How a call is made. */
export type RequestOptions = {
  readonly session: Session<Outcome> | null;
  readonly timeoutMs: number;
  readonly principal: Principal | null;
};

/** Carries out a call that writes. @throws MemberError, Refusal */
export async function requestWrite(
  storeMember: StoreMember,
  input: KvInput,
  command: Command,
  { session, timeoutMs, principal }: RequestOptions,
): Promise<KvOutput> {
  const outcome =
    session === null
      ? await storeMember.execute(command, { timeoutMs, principal })
      : await session.propose(storeMember.auth.encode(command, principal), { timeoutMs });
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

/** The range that a call reads. */
export function rangeAskedBy(input: KvInput): { readonly key: string; readonly rangeEnd: string } {
  return input.kind === "scan" ? { key: keyPrefix, rangeEnd: "k0" } : { key: input.key, rangeEnd: "" };
}

/** Carries out a call that only reads. @throws MemberError */
export function requestRead(
  storeMember: StoreMember,
  input: KvInput,
  { timeoutMs, principal }: RequestOptions,
): Promise<Result<RangeResponse>> {
  const { key, rangeEnd } = rangeAskedBy(input);
  const wanted = rangeRequest({ key: bytesOf(key), rangeEnd: bytesOf(rangeEnd) });
  const isSerializable = input.kind === "get" && input.isSerializable;
  return storeMember.range(wanted, isSerializable ? "serializable" : "linearizable", {
    timeoutMs,
    principal,
  });
}

/** What a read found. @throws Refusal */
export function foundBy(input: KvInput, result: Result<RangeResponse>): KvOutput {
  if (!result.ok) throw new Refusal(result.code);
  const { revision, kvs } = result.response;
  if (input.kind === "get") return { kind: "get", revision, found: versionOf(kvs[0]) };
  const found = new Map<string, KvVersion>();
  for (const kv of kvs) found.set(textOf(kv.key), versionOf(kv) as KvVersion);
  return { kind: "scan", revision, found };
}

/** The response of an outcome. @throws Refusal */
export function responseOf(outcome: Outcome): Response {
  if (!outcome.ok) throw new Refusal(outcome.code);
  return outcome.response;
}

/** A version as clients read it. */
export function versionOf(kv: KeyValue | undefined): KvVersion | null {
  if (kv === undefined) return null;
  const { value, createRevision, modRevision, version } = kv;
  return { value: textOf(value), createRevision, modRevision, version };
}

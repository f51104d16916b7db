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
/** Short ASCII, which is nearly everything here, takes a loop a fifth of the time that it takes the encoder. */
const loopMax = 32;
const noBytes = new Uint8Array(0);

/** Keys of these clients begin so; those of leases do not. */
export const keyPrefix = "k/";

export function bytesOf(text: string): Uint8Array {
  if (text === "") return noBytes;
  if (text.length > loopMax) return encoder.encode(text);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return encoder.encode(text);
    bytes[at] = code;
  }
  return bytes;
}

export function textOf(bytes: Uint8Array): string {
  if (bytes.length > loopMax) return decoder.decode(bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes[at] as number;
    if (code > 0x7f) return decoder.decode(bytes);
    text += String.fromCharCode(code);
  }
  return text;
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
export function requestWrite(
  storeMember: StoreMember,
  command: Command,
  options: RequestOptions,
): Promise<Response> {
  const { session, principal } = options;
  const outcome =
    session === null
      ? storeMember.execute(command, options)
      : session.propose(storeMember.auth.encode(command, principal), options);
  return outcome.then(responseOf);
}

/** What became of a write. */
export function writtenBy(input: KvInput, response: Response): KvOutput {
  const { revision } = response;
  if (input.kind === "put") return { kind: "put", revision };
  if (response.kind !== "txn") throw new TypeError(`a transaction was answered by ${response.kind}`);
  const inner = response.responses[0];
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
  options: RequestOptions,
): Promise<Result<RangeResponse>> {
  const { key, rangeEnd } = rangeAskedBy(input);
  const wanted = rangeRequest({ key: bytesOf(key), rangeEnd: bytesOf(rangeEnd) });
  const isSerializable = input.kind === "get" && input.isSerializable;
  return storeMember.range(wanted, isSerializable ? "serializable" : "linearizable", options);
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

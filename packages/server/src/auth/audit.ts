/**
 * The audit log: one record for every request that was denied, and one for every administrative request with what became
 * of it. No values, no passwords, no tokens: a record is made of names and ranges only, field by field.
 */

import type { IdentityProof } from "./identity.ts";

/** What became of it: `ok`, or the status as gRPC and etcd call it. */
export type AuditOutcome = "ok" | { readonly code: number; readonly text: string };

/** A record. Keys are as text, or in Base64 behind `base64:` if they are no UTF-8; long ones are cut. */
export type AuditRecord = {
  readonly event: "denied" | "admin";
  /** Null: somebody who did not say who it is. */
  readonly user: string | null;
  /** How it said so. */
  readonly by: IdentityProof | null;
  /** Common name of its client certificate; null without one. */
  readonly certificate: string | null;
  /** Name of the method: `etcdserverpb.KV/Put`. */
  readonly method: string;
  /** What the request was about: keys, names of users and roles, IDs. Never what is behind a key. */
  readonly what: Readonly<Record<string, string | number | boolean>>;
  readonly outcome: AuditOutcome;
  /** `address:port`. */
  readonly peer: string;
  readonly via: "grpc" | "gateway";
  /** Of the client's `traceparent` (W3C Trace Context); null without one. */
  readonly traceId: string | null;
};

/** Takes records; must not throw. */
export type AuditSink = (record: AuditRecord) => void;

/** Longest text in a record, in characters. */
const textLengthMax = 256;

/** The line of a record, with its time and without its end. */
export function auditLine(record: AuditRecord, at: Date): string {
  const { outcome, traceId, ...rest } = record;
  return JSON.stringify({
    ts: at.toISOString(),
    ...rest,
    ...(outcome === "ok" ? { outcome } : { outcome: "refused", code: outcome.code, error: outcome.text }),
    ...(traceId === null ? {} : { trace_id: traceId }),
  });
}

/** A text that clients chose, bounded. */
export function shownText(text: string): string {
  return text.length <= textLengthMax ? text : `${text.slice(0, textLengthMax)}… (${text.length} characters)`;
}

/** A key, bounded. */
export function shownKey(key: Uint8Array): string {
  const cut = key.length <= textLengthMax ? key : key.subarray(0, textLengthMax);
  const bytes = Buffer.from(cut.buffer, cut.byteOffset, cut.length);
  const text = bytes.toString("utf8");
  const isText = Buffer.from(text).equals(bytes);
  const shown = isText ? text : `base64:${bytes.toString("base64")}`;
  return cut.length === key.length ? shown : `${shown}… (${key.length} bytes)`;
}

/** The trace of a `traceparent` header; null if it is none. */
export function traceIdOf(traceparent: string | null): string | null {
  return traceparent === null
    ? null
    : (/^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent)?.[1] ?? null);
}

/**
 * Small texts of gRPC over HTTP/2: timeouts, messages in headers, and what a status is in HTTP.
 *
 * Source: grpc/doc/PROTOCOL-HTTP2.md, and the table of google.rpc.Code for the gateway.
 */

import { RpcCode } from "../rpc/rpc-error.ts";

/** Longest timer that a timeout needs; beyond it nothing distinguishes a deadline from none. 24 days fit a Node timer. */
const timeoutMsMax = 2 ** 31 - 1;

const unitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** Milliseconds of a `grpc-timeout` header (`1S`, `250m`), or null if it is none. Rounded up, at most 24 days. */
export function parseTimeout(text: string): number | null {
  const factor = unitMs[text.charAt(text.length - 1)];
  if (factor === undefined || text.length < 2 || text.length > 9) return null;
  let value = 0;
  for (let at = 0; at < text.length - 1; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  return Math.min(Math.ceil(value * factor), timeoutMsMax);
}

const utf8 = new TextEncoder();

/** A message as `grpc-message` carries it: everything but printable ASCII, and `%`, as `%XX` of its UTF-8 bytes. */
export function encodeStatusMessage(text: string): string {
  if (/^[\x20-\x24\x26-\x7e]*$/.test(text)) return text;
  let encoded = "";
  for (const byte of utf8.encode(text)) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

const httpStatuses: Readonly<Record<RpcCode, number>> = {
  [RpcCode.ok]: 200,
  [RpcCode.canceled]: 408,
  [RpcCode.unknown]: 500,
  [RpcCode.invalidArgument]: 400,
  [RpcCode.deadlineExceeded]: 504,
  [RpcCode.notFound]: 404,
  [RpcCode.alreadyExists]: 409,
  [RpcCode.permissionDenied]: 403,
  [RpcCode.resourceExhausted]: 429,
  [RpcCode.failedPrecondition]: 400,
  [RpcCode.aborted]: 409,
  [RpcCode.outOfRange]: 400,
  [RpcCode.unimplemented]: 501,
  [RpcCode.internal]: 500,
  [RpcCode.unavailable]: 503,
  [RpcCode.dataLoss]: 500,
  [RpcCode.unauthenticated]: 401,
};

/** The HTTP status that the gateway answers for a gRPC status. */
export function httpStatusOf(code: RpcCode): number {
  return httpStatuses[code];
}

const codeNames = [
  "OK",
  "Canceled",
  "Unknown",
  "InvalidArgument",
  "DeadlineExceeded",
  "NotFound",
  "AlreadyExists",
  "PermissionDenied",
  "ResourceExhausted",
  "FailedPrecondition",
  "Aborted",
  "OutOfRange",
  "Unimplemented",
  "Internal",
  "Unavailable",
  "DataLoss",
  "Unauthenticated",
] as const;

/** The name of a status, as the metrics of gRPC servers spell it. */
export function codeName(code: RpcCode): string {
  return codeNames[code];
}

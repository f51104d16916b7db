/**
 * What a gRPC status means to a caller: which error, whether anything can have happened, whether another try may help.
 *
 * etcd tells its errors apart by their texts, and so do its clients. A text that is known decides; otherwise the code
 * does, and then only codes that a server gives before it does anything count as refused.
 */

import { status as grpcStatus } from "@grpc/grpc-js";
import { ClientError, type ClientErrorCode, type Outcome } from "./client-error.ts";

type Meaning = {
  readonly code: ClientErrorCode;
  readonly outcome: Outcome;
  readonly isTransient: boolean;
  readonly remedy: string;
};

function refused(code: ClientErrorCode, remedy = ""): Meaning {
  return { code, outcome: "refused", isTransient: false, remedy };
}

function refusedForNow(code: ClientErrorCode, remedy = ""): Meaning {
  return { code, outcome: "refused", isTransient: true, remedy };
}

function unknown(code: ClientErrorCode): Meaning {
  const remedy = "it may have happened: read before you try again";
  return { code, outcome: "unknown", isTransient: true, remedy };
}

const checkCluster = "look at the cluster's health: it needs a majority of its members";
const signIn = "check the credentials of this client";

/** By a part of the server's text; the first that fits counts. */
const meaningsByText: readonly (readonly [text: string, meaning: Meaning])[] = [
  ["required revision has been compacted", refused("compacted", "read again without a revision")],
  ["required revision is a future revision", refused("future-revision")],
  ["no leader", refusedForNow("no-leader", checkCluster)],
  ["raft proposal dropped", refusedForNow("no-leader", checkCluster)],
  // Said only of reads by etcd, and by Quorate of what certainly did not happen.
  ["leader changed", refusedForNow("no-leader", checkCluster)],
  ["server is starting", refusedForNow("unavailable")],
  ["request timed out", unknown("timeout")],
  ["server stopped", unknown("unavailable")],
  ["request canceled", unknown("unavailable")],
  ["unhealthy cluster", refused("unavailable", "wait until all members are connected")],
  ["too many requests", refusedForNow("too-many-requests", "send less, or later")],
  ["not supported for learner", refusedForNow("learner", "name a voting member among the endpoints")],
  ["database space exceeded", refused("no-space", "compact, defragment, then disarm the alarm")],
  ["corrupt cluster", refused("corrupt", "see which member raised the alarm before trusting any")],
  ["request is too large", refused("too-large", "put less into one request")],
  ["requested lease not found", refused("lease-not-found", "it has ended, or was never granted")],
  ["lease already exists", refused("already-exists")],
  ["key not found", refused("key-not-found")],
  ["permission denied", refused("permission-denied", "grant the user's role what it needs")],
  ["invalid auth token", refused("unauthenticated", signIn)],
  ["revision of auth store is old", refused("unauthenticated", signIn)],
  ["authentication failed", refused("unauthenticated", signIn)],
  ["user name is empty", refused("unauthenticated", "this cluster wants credentials")],
  ["authentication is not enabled", refused("failed-precondition")],
  ["member not found", refused("not-found")],
  ["user name not found", refused("not-found")],
  ["role name not found", refused("not-found")],
  ["already exist", refused("already-exists")],
  ["not leader", refused("failed-precondition", "ask the leader's endpoint")],
  ["received message larger than max", refused("too-large", "put less into one request")],
];

/** By gRPC code, where no text is known. */
const meaningsByCode: ReadonlyMap<number, Meaning> = new Map([
  [grpcStatus.CANCELLED, unknown("unavailable")],
  [grpcStatus.INVALID_ARGUMENT, refused("invalid")],
  [grpcStatus.DEADLINE_EXCEEDED, unknown("timeout")],
  [grpcStatus.NOT_FOUND, refused("not-found")],
  [grpcStatus.ALREADY_EXISTS, refused("already-exists")],
  [grpcStatus.PERMISSION_DENIED, refused("permission-denied")],
  [grpcStatus.RESOURCE_EXHAUSTED, { ...unknown("too-large"), isTransient: false }],
  [grpcStatus.FAILED_PRECONDITION, refused("failed-precondition")],
  [grpcStatus.OUT_OF_RANGE, refused("invalid")],
  [grpcStatus.UNIMPLEMENTED, refused("unimplemented", "the server is too old, or not etcd")],
  [grpcStatus.UNAVAILABLE, unknown("unavailable")],
  [grpcStatus.UNAUTHENTICATED, refused("unauthenticated", signIn)],
]);

const internal: Meaning = { ...unknown("internal"), isTransient: false };

/** How the gRPC library says that a request never left, or that the server's HTTP/2 refused it unread. */
const notSentTexts = [
  "No connection established",
  "Name resolution failed",
  "Channel closed before call started",
  "Failed to start HTTP/2 stream",
  "Stream refused by server",
  "Attempted to send message with a size larger than",
];

/** How it says that the connection or the stream broke, under codes that mean other things as well. */
const brokenStreamTexts = ["Received RST_STREAM", "Call cancelled", "Bandwidth exhausted"];

/** The error of a call that ended with a status other than OK. */
export function statusError(code: number, text: string, endpoint: string | null): ClientError {
  const { code: name, ...meaning } = meaningOf(code, text);
  const where = endpoint === null ? "" : ` (${endpoint})`;
  return new ClientError(name, `${text === "" ? `gRPC status ${code}` : text}${where}`, {
    ...meaning,
    grpcCode: code,
    serverText: text,
    endpoint,
  });
}

function meaningOf(code: number, text: string): Meaning {
  if (notSentTexts.some((start) => text.startsWith(start))) {
    if (text.startsWith("Attempted")) return refused("too-large", "put less into one request");
    return refusedForNow("unavailable", "check the endpoints and that the servers run");
  }
  // Locally generated too, but after the server has done its work.
  if (text.startsWith("Received message larger than max"))
    return { ...unknown("too-large"), isTransient: false };
  if (brokenStreamTexts.some((start) => text.startsWith(start))) return unknown("unavailable");
  const known = meaningsByText.find(([part]) => text.includes(part));
  return known?.[1] ?? meaningsByCode.get(code) ?? internal;
}

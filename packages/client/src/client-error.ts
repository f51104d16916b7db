/**
 * The one error of this package.
 */

/** What went wrong, in words that a program can compare. */
export type ClientErrorCode =
  /** No connection, or the server is not able to serve just now. */
  | "unavailable"
  /** The member knows no leader. */
  | "no-leader"
  /** The time for the call is over. */
  | "timeout"
  /** The caller's signal was aborted. */
  | "canceled"
  /** The client was closed. */
  | "closed"
  /** The wanted revision has been compacted; see {@link ClientError.compactRevision}. */
  | "compacted"
  /** The wanted revision does not exist yet. */
  | "future-revision"
  | "key-not-found"
  /** There is no such lease, or no more. */
  | "lease-not-found"
  /** A lease of this client may have ended. */
  | "lease-lost"
  /** The wait for a lock was longer than asked for. */
  | "lock-timeout"
  /** Somebody else leads. */
  | "not-elected"
  /** Name or password are wrong, or a token is. */
  | "unauthenticated"
  | "permission-denied"
  /** The request itself is wrong. */
  | "invalid"
  /** Member, user or role that is not there. */
  | "not-found"
  /** Member, user, role or lease that is there already. */
  | "already-exists"
  /** The state of the cluster does not allow it. */
  | "failed-precondition"
  /** The server does not know this call. */
  | "unimplemented"
  /** The request, or the answer, is too big. */
  | "too-large"
  /** The store is full. */
  | "no-space"
  /** The server is overloaded. */
  | "too-many-requests"
  /** The member does not serve this because it is a learner. */
  | "learner"
  /** The cluster has found its data to be damaged. */
  | "corrupt"
  /** The cluster is not the one that it was. */
  | "cluster-changed"
  /** Anything else. */
  | "internal";

/** `refused`: nothing has changed and nothing will. `unknown`: it may have happened, or may still. */
export type Outcome = "refused" | "unknown";

/** Everything about a {@link ClientError} but its code and text. */
export type ClientErrorDetails = {
  /** Default: `refused`. */
  readonly outcome?: Outcome | undefined;
  /** gRPC status; null if no call was made. */
  readonly grpcCode?: number | null | undefined;
  /** What the server said, to the letter; empty if it said nothing. */
  readonly serverText?: string | undefined;
  /** URL of the endpoint that was asked; null if none was. */
  readonly endpoint?: string | null | undefined;
  /** What to do about it. */
  readonly remedy?: string | undefined;
  /** First revision that can still be read; 0 if it is not about compaction, or the server did not tell. */
  readonly compactRevision?: number | undefined;
  /** Whether the same may work a moment later, or elsewhere. */
  readonly isTransient?: boolean | undefined;
  readonly cause?: unknown;
};

/** A call, a watch, a lease or a lock that failed. */
export class ClientError extends Error {
  readonly code: ClientErrorCode;
  /** For a call that changes something: whether it may have. */
  readonly outcome: Outcome;
  /** gRPC status; null if no call was made. */
  readonly grpcCode: number | null;
  /** What the server said, to the letter; empty if it said nothing. */
  readonly serverText: string;
  /** URL of the endpoint that was asked; null if none was. */
  readonly endpoint: string | null;
  /** What to do about it; may be empty. */
  readonly remedy: string;
  /** First revision that can still be read; 0 if it is not about compaction, or the server did not tell. */
  readonly compactRevision: number;
  /** Whether the same may work a moment later, or elsewhere. */
  readonly isTransient: boolean;

  constructor(code: ClientErrorCode, message: string, details: ClientErrorDetails = {}) {
    const remedy = details.remedy ?? "";
    super(remedy === "" ? message : `${message}; ${remedy}`, { cause: details.cause });
    this.name = "ClientError";
    this.code = code;
    this.outcome = details.outcome ?? "refused";
    this.grpcCode = details.grpcCode ?? null;
    this.serverText = details.serverText ?? "";
    this.endpoint = details.endpoint ?? null;
    this.remedy = remedy;
    this.compactRevision = details.compactRevision ?? 0;
    this.isTransient = details.isTransient ?? false;
  }
}

/** The error for work on a client that is closed. */
export function closedError(): ClientError {
  return new ClientError("closed", "the client is closed");
}

/** Whatever was thrown, as a ClientError. */
export function toClientError(cause: unknown): ClientError {
  if (cause instanceof ClientError) return cause;
  const text = cause instanceof Error ? cause.message : String(cause);
  return new ClientError("internal", text, { outcome: "unknown", cause });
}

/** The same error, for a call that was sent before with an unknown outcome. */
export function asUnknown(error: ClientError): ClientError {
  if (error.outcome === "unknown") return error;
  const { code, message, grpcCode, serverText, endpoint, compactRevision, isTransient } = error;
  const details = { grpcCode, serverText, endpoint, compactRevision, isTransient, cause: error };
  return new ClientError(code, message, { ...details, outcome: "unknown" });
}

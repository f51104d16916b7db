/**
 * What of a client's observation goes into the run's hash.
 */

import type { ClientSeen } from "./client-observation.ts";
import type { RunningHash } from "./running-hash.ts";

/** Takes an observation in; its kind is in already. */
export function hashClientObservation(hash: RunningHash, seen: ClientSeen): void {
  switch (seen.kind) {
    case "read-called":
    case "read-failed":
    case "command-called":
      hash.number(seen.call);
      break;
    case "read-answered":
    case "command-answered":
      hash.number(seen.call);
      hash.number(seen.revision);
      break;
    case "compaction-answered":
      hash.number(seen.revision);
      break;
    case "permission-asked":
    case "permission-told":
    case "users-asked":
    case "users-told":
    case "command-told":
    case "auth-state":
      hashUsersObservation(hash, seen);
      break;
    case "watch-opened":
      hash.number(seen.watch);
      hash.number(seen.startRevision);
      break;
    case "watch-delivered":
      hash.number(seen.watch);
      hash.number(seen.groups.length);
      hash.number(seen.throughRevision);
      break;
    case "watch-progress":
      hash.number(seen.watch);
      hash.number(seen.revision);
      break;
    case "watch-ended":
      hash.number(seen.watch);
      hash.number(seen.compactRevision);
      break;
    case "lease-granted":
    case "lease-kept":
    case "lease-revoke-called":
      hash.text(seen.lease.toString());
      break;
    case "replicated":
      hash.number(seen.index);
      hash.text(seen.digest);
      break;
    case "probe-called":
    case "probe-answered":
      hash.number(seen.probe);
      break;
    case "setup":
    case "liveness-begun":
    case "liveness-impossible":
    case "liveness-ended":
      break;
  }
}

type UsersSeen = Extract<
  ClientSeen,
  { readonly kind: `permission-${string}` | `users-${string}` | "command-told" | "auth-state" }
>;

function hashUsersObservation(hash: RunningHash, seen: UsersSeen): void {
  switch (seen.kind) {
    case "permission-asked":
    case "users-asked":
      hash.number(seen.call);
      hash.number(seen.authRevision);
      break;
    case "permission-told":
      hash.number(seen.call);
      hash.text(seen.code);
      hash.number(seen.revision);
      break;
    case "users-told":
      hash.number(seen.call);
      hash.text(seen.code);
      hash.text(seen.shown);
      break;
    case "command-told":
      hash.number(seen.call);
      hash.text(seen.code);
      break;
    case "auth-state":
      hash.number(seen.digest);
      break;
  }
}

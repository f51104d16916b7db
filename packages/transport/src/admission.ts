/**
 * Admission: whether a hello is let in. A pure decision, in the order in which the causes explain most.
 */

import type { NodeId } from "@quorate/raft";
import { type Hello, type Inquiry, negotiateVersion, type VersionRange } from "./handshake.ts";
import { RefusalCause, type RefusalCauseName } from "./refusal.ts";

/** What the decision depends on. */
export type AdmissionPolicy = {
  readonly clusterId: bigint;
  readonly self: NodeId;
  readonly versions: VersionRange;
  readonly isolated: boolean;
  isRemoved(id: NodeId): boolean;
  /** Whether there is room for a member that nobody announced, if this is one. */
  hasRoomFor(id: NodeId): boolean;
  /** Whether the peer's certificate has an allowed name; true without TLS. */
  isNameAllowed(): boolean;
};

/** The decision. */
export type Admission =
  | { readonly admitted: true; readonly version: number }
  | { readonly admitted: false; readonly cause: RefusalCauseName; readonly detail: string };

/** Decides about a hello. */
export function admit(hello: Hello, policy: AdmissionPolicy): Admission {
  if (!policy.isNameAllowed()) return refuse("certificateName", "the certificate's name is not allowed");
  if (hello.clusterId !== policy.clusterId) {
    return refuse("wrongCluster", `cluster ${hex(hello.clusterId)} is not ${hex(policy.clusterId)}`);
  }
  if (hello.from === policy.self || hello.from === 0) {
    return refuse("ownId", `the dialer calls itself ${hello.from}; this is member ${policy.self}`);
  }
  if (policy.isRemoved(hello.from))
    return refuse("removed", `member ${hello.from} was removed from the cluster`);
  if (hello.to !== policy.self)
    return refuse("wrongTarget", `this is member ${policy.self}, not ${hello.to}`);
  const version = negotiateVersion(policy.versions, hello.versions);
  if (version === null) {
    return refuse("noCommonVersion", `versions ${range(hello.versions)} and ${range(policy.versions)}`);
  }
  if (policy.isolated) return refuse("isolated", `member ${policy.self} is isolated`);
  if (!policy.hasRoomFor(hello.from)) return refuse("crowded", `member ${hello.from} is unknown here`);
  return { admitted: true, version };
}

/** Decides about an inquiry, whose asker has no identity to look at. */
export function admitInquiry(
  inquiry: Inquiry,
  policy: Pick<AdmissionPolicy, "clusterId" | "self" | "versions" | "isolated" | "isNameAllowed">,
): Admission {
  if (!policy.isNameAllowed()) return refuse("certificateName", "the certificate's name is not allowed");
  if (inquiry.clusterId !== policy.clusterId) {
    return refuse("wrongCluster", `cluster ${hex(inquiry.clusterId)} is not ${hex(policy.clusterId)}`);
  }
  const version = negotiateVersion(policy.versions, inquiry.versions);
  if (version === null) {
    return refuse("noCommonVersion", `versions ${range(inquiry.versions)} and ${range(policy.versions)}`);
  }
  if (policy.isolated) return refuse("isolated", `member ${policy.self} is isolated`);
  return { admitted: true, version };
}

function refuse(cause: RefusalCauseName, detail: string): Admission {
  return { admitted: false, cause, detail };
}

function range(versions: VersionRange): string {
  return `${versions.min}-${versions.max}`;
}

function hex(clusterId: bigint): string {
  return clusterId.toString(16);
}

/** The number that travels for a cause. */
export function causeNumber(cause: RefusalCauseName): number {
  return RefusalCause[cause];
}

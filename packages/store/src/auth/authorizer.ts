/**
 * Who may do what: the checks of etcd's apply, and the questions of the front (reference §6).
 *
 * Stricter than etcd 3.4, whose transactions are a way around some of them: nested transactions are checked like others, and so
 * are `prev_kv` and leases of the puts in a transaction. Leases are granted to users only; compaction and alarms are root's.
 */

import { noBytes } from "../bytes.ts";
import { keyRange } from "../key-range.ts";
import type { Lessor } from "../lessor.ts";
import {
  AlarmAction,
  type DeleteRangeRequest,
  type Operation,
  type PutRequest,
  type TxnRequest,
} from "../request.ts";
import {
  type Access,
  type AuthorizedRequest,
  type AuthRefusalCode,
  type AuthRole,
  type AuthStatus,
  type AuthUser,
  type AuthView,
  type Principal,
  rootName,
} from "./auth-api.ts";
import type { AuthState, Grants } from "./auth-state.ts";

/** What is looked at. */
export type AuthSource = { readonly auth: AuthState; readonly lessor: Lessor };

/** See the module. */
export class Authorizer implements AuthView {
  readonly #source: () => AuthSource;

  /** Looks at what `source` returns at the time of each question. */
  constructor(source: () => AuthSource) {
    this.#source = source;
  }

  get enabled(): boolean {
    return this.#auth.meta.enabled;
  }

  get revision(): number {
    return this.#auth.meta.revision;
  }

  status(): AuthStatus {
    return { enabled: this.enabled, authRevision: this.revision };
  }

  user(name: string): AuthUser | null {
    const user = this.#auth.user(name);
    return user === null ? null : { name, noPassword: user.noPassword, roles: user.roles };
  }

  users(): readonly string[] {
    return this.#auth.userNames();
  }

  role(name: string): AuthRole | null {
    return this.#auth.role(name);
  }

  roles(): readonly string[] {
    return this.#auth.roleNames();
  }

  passwordHash(name: string): Uint8Array | null {
    const user = this.#auth.user(name);
    return user === null || user.noPassword ? null : user.passwordHash;
  }

  hasRole(name: string, role: string): boolean {
    return this.#auth.user(name)?.roles.includes(role) ?? false;
  }

  isAdmin(name: string): boolean {
    return this.hasRole(name, rootName);
  }

  permits(name: string, key: Uint8Array, rangeEnd: Uint8Array, access: Access): boolean {
    if (!this.enabled) return true;
    const grants = this.#auth.grantsOf(name);
    return grants !== null && this.#rangeRefusal(grants, key, rangeEnd, access) === null;
  }

  authorize(principal: Principal | null, request: AuthorizedRequest): AuthRefusalCode | null {
    if (!this.enabled || principal?.kind === "system") return null;
    return this.#requestRefusal(principal, request);
  }

  #requestRefusal(principal: Principal | null, request: AuthorizedRequest): AuthRefusalCode | null {
    switch (request.kind) {
      case "range":
      case "put":
      case "delete-range":
      case "txn":
        return this.#asUser(principal, (grants) => this.#operationRefusal(grants, request));
      case "lease-grant":
        return this.authorizeUser(principal);
      case "lease-revoke":
        return this.authorizeLease(principal, request.id, "write");
      // No front takes one from a client: it is the leader's own, even if it has not heard of users yet.
      case "lease-checkpoint":
        return principal === null ? null : "permission-denied";
      case "alarm":
        return request.action === AlarmAction.get ? null : this.authorizeAdmin(principal);
      // The password that was compared is what counts.
      case "auth-authenticate":
        return null;
      default:
        return this.authorizeAdmin(principal);
    }
  }

  authorizeRange(
    principal: Principal | null,
    key: Uint8Array,
    rangeEnd: Uint8Array,
    access: Access,
  ): AuthRefusalCode | null {
    return this.#asUser(principal, (grants) => this.#rangeRefusal(grants, key, rangeEnd, access));
  }

  authorizeLease(principal: Principal | null, lease: bigint, access: Access): AuthRefusalCode | null {
    return this.#asUser(principal, (grants) => this.#leaseRefusal(grants, lease, access));
  }

  authorizeKeys(
    principal: Principal | null,
    keys: readonly Uint8Array[],
    access: Access,
  ): AuthRefusalCode | null {
    const allowed = (grants: Grants): boolean =>
      keys.every((key) => this.#rangeRefusal(grants, key, noBytes, access) === null);
    return this.#asUser(principal, (grants) => (allowed(grants) ? null : "permission-denied"));
  }

  /** As in etcd, whatever revision the user's word was taken at: who has lost the role root is refused anyhow. */
  authorizeAdmin(principal: Principal | null): AuthRefusalCode | null {
    if (!this.enabled || principal?.kind === "system") return null;
    if (principal === null || principal.name.length === 0) return "user-empty";
    return this.isAdmin(principal.name) ? null : "permission-denied";
  }

  authorizeUser(principal: Principal | null): AuthRefusalCode | null {
    return this.#asUser(principal, () => null);
  }

  authorizeUserGet(principal: Principal | null, name: string): AuthRefusalCode | null {
    const code = this.authorizeAdmin(principal);
    return code === "permission-denied" && nameOf(principal) === name ? null : code;
  }

  authorizeRoleGet(principal: Principal | null, role: string): AuthRefusalCode | null {
    const code = this.authorizeAdmin(principal);
    return code === "permission-denied" && this.hasRole(nameOf(principal), role) ? null : code;
  }

  digest(): number {
    return this.#auth.digest();
  }

  get #auth(): AuthState {
    return this.#source().auth;
  }

  #asUser(
    principal: Principal | null,
    check: (grants: Grants) => AuthRefusalCode | null,
  ): AuthRefusalCode | null {
    if (!this.enabled || principal?.kind === "system") return null;
    if (principal === null || principal.name.length === 0) return "user-empty";
    if (principal.authRevision < this.revision) return "auth-revision-old";
    const grants = this.#auth.grantsOf(principal.name);
    return grants === null ? "permission-denied" : check(grants);
  }

  #operationRefusal(grants: Grants, operation: Operation): AuthRefusalCode | null {
    if (grants.isRoot) return null;
    switch (operation.kind) {
      case "range":
        return this.#rangeRefusal(grants, operation.key, operation.rangeEnd, "read");
      case "put":
        return this.#putRefusal(grants, operation);
      case "delete-range":
        return this.#deleteRefusal(grants, operation);
      case "txn":
        return this.#txnRefusal(grants, operation);
      case "empty":
        return null;
    }
  }

  #putRefusal(grants: Grants, { key, lease, prevKv }: PutRequest): AuthRefusalCode | null {
    return (
      this.#rangeRefusal(grants, key, noBytes, "write") ??
      (prevKv ? this.#rangeRefusal(grants, key, noBytes, "read") : null) ??
      (lease === 0n ? null : this.#leaseRefusal(grants, lease, "write"))
    );
  }

  #deleteRefusal(grants: Grants, { key, rangeEnd, prevKv }: DeleteRangeRequest): AuthRefusalCode | null {
    return (
      this.#rangeRefusal(grants, key, rangeEnd, "write") ??
      (prevKv ? this.#rangeRefusal(grants, key, rangeEnd, "read") : null)
    );
  }

  /** Both branches, whichever will be run: what a refusal depends on is the request alone. */
  #txnRefusal(grants: Grants, request: TxnRequest): AuthRefusalCode | null {
    for (const { key, rangeEnd } of request.compare) {
      const code = this.#rangeRefusal(grants, key, rangeEnd, "read");
      if (code !== null) return code;
    }
    for (const operations of [request.success, request.failure]) {
      for (const operation of operations) {
        const code = this.#operationRefusal(grants, operation);
        if (code !== null) return code;
      }
    }
    return null;
  }

  #rangeRefusal(
    grants: Grants,
    key: Uint8Array,
    rangeEnd: Uint8Array,
    access: Access,
  ): AuthRefusalCode | null {
    if (grants.isRoot) return null;
    const set = grants[access];
    const isAllowed = rangeEnd.length === 0 ? set.holds(key) : set.covers(keyRange(key, rangeEnd));
    return isAllowed ? null : "permission-denied";
  }

  /** Looks for a key in the gaps between what is permitted, so that it matters little how many keys hang on the lease. */
  #leaseRefusal(grants: Grants, lease: bigint, access: Access): AuthRefusalCode | null {
    if (grants.isRoot) return null;
    const { lessor } = this.#source();
    const isBeyond = grants[access].gaps().some((gap) => lessor.hasKeyIn(lease, gap.low, gap.high));
    return isBeyond ? "permission-denied" : null;
  }
}

function nameOf(principal: Principal | null): string {
  return principal?.kind === "user" ? principal.name : "";
}

/** Users, roles and permissions as slowly and plainly as possible: the oracle of auth-model.test.ts. */

import type { AuthChangeCommand, Permission, Principal } from "../src/auth/auth-api.ts";
import type { Command, Operation, RangeRequest } from "../src/request.ts";
import { str } from "./model.ts";

type ModelUser = { hash: string; noPassword: boolean; roles: Set<string> };
type ModelPermission = { type: number; key: string; end: string };

/** Keys as text of one character per byte, so that texts sort as bytes do. */
type Range = { low: string; high: string | null };

export class AuthModel {
  enabled = false;
  revision = 1;
  readonly users = new Map<string, ModelUser>();
  readonly roles = new Map<string, ModelPermission[]>();
  /** Keys that hang on a lease, as the model of the keys says. */
  readonly leaseKeys: (lease: bigint) => readonly string[];

  constructor(leaseKeys: (lease: bigint) => readonly string[]) {
    this.leaseKeys = leaseKeys;
  }

  /** Why a command is not permitted, or null. */
  refusal(command: Command | RangeRequest, principal: Principal | null): string | null {
    if (!this.enabled || principal?.kind === "system" || command.kind === "auth-authenticate") return null;
    if (command.kind === "alarm" && command.action === 0) return null;
    if (command.kind === "lease-checkpoint") return principal === null ? null : "permission-denied";
    if (principal === null || principal.name === "") return "user-empty";
    const user = this.users.get(principal.name);
    const isRoot = user?.roles.has("root") ?? false;
    if (command.kind === "compaction" || command.kind === "alarm" || command.kind.startsWith("auth-")) {
      return isRoot ? null : "permission-denied";
    }
    if (principal.authRevision < this.revision) return "auth-revision-old";
    if (user === undefined) return "permission-denied";
    if (isRoot || command.kind === "lease-grant") return null;
    const isAllowed =
      command.kind === "lease-revoke"
        ? this.#lease(user, command.id)
        : this.#operation(user, command as Operation);
    return isAllowed ? null : "permission-denied";
  }

  /** Executes a change; returns a code, or null. */
  change(command: AuthChangeCommand): string | null {
    const before = JSON.stringify([...this.users].map(([name, user]) => [name, user.hash, [...user.roles]]));
    const enabled = this.enabled;
    const code = this.#change(command);
    const after = JSON.stringify([...this.users].map(([name, user]) => [name, user.hash, [...user.roles]]));
    const idle =
      command.kind === "auth-enable" ||
      (command.kind === "auth-disable" && enabled === this.enabled) ||
      (command.kind === "auth-user-grant-role" && before === after);
    if (code === null && !idle) this.revision++;
    return code;
  }

  #change(command: AuthChangeCommand): string | null {
    const root = this.users.get("root");
    const { kind } = command;
    if (kind === "auth-enable") {
      if (this.enabled) return null;
      if (root === undefined) return "root-user-missing";
      if (!root.roles.has("root")) return "root-role-missing";
      this.enabled = true;
      return null;
    }
    if (kind === "auth-disable") {
      this.enabled = false;
      return null;
    }
    return kind.startsWith("auth-role") ? this.#changeRole(command) : this.#changeUser(command);
  }

  #changeUser(command: AuthChangeCommand): string | null {
    if (!("name" in command)) return null;
    const { name } = command;
    const user = this.users.get(name);
    const isRoot = name === "root" && this.enabled;
    switch (command.kind) {
      case "auth-user-add":
        if (name === "") return "user-empty";
        if (user !== undefined) return "user-exists";
        this.users.set(name, {
          hash: str(command.passwordHash),
          noPassword: command.noPassword,
          roles: new Set(),
        });
        return null;
      case "auth-user-delete":
        if (isRoot) return "invalid-auth-management";
        return this.users.delete(name) ? null : "user-not-found";
      case "auth-user-change-password":
        if (user === undefined) return "user-not-found";
        if (!user.noPassword) user.hash = str(command.passwordHash);
        return null;
      case "auth-user-grant-role":
        if (user === undefined) return "user-not-found";
        if (command.role !== "root" && !this.roles.has(command.role)) return "role-not-found";
        user.roles.add(command.role);
        return null;
      case "auth-user-revoke-role":
        if (isRoot && command.role === "root") return "invalid-auth-management";
        if (user === undefined) return "user-not-found";
        return user.roles.delete(command.role) ? null : "role-not-granted";
      default:
        throw new Error(command.kind);
    }
  }

  #changeRole(command: AuthChangeCommand): string | null {
    if (!("name" in command)) return null;
    const { name } = command;
    const permissions = this.roles.get(name);
    switch (command.kind) {
      case "auth-role-add":
        if (name === "") return "role-empty";
        if (permissions !== undefined) return "role-exists";
        this.roles.set(name, []);
        return null;
      case "auth-role-delete":
        if (name === "root" && this.enabled) return "invalid-auth-management";
        if (!this.roles.delete(name)) return "role-not-found";
        for (const user of this.users.values()) user.roles.delete(name);
        return null;
      case "auth-role-grant-permission": {
        if (command.permission === null) return "permission-not-given";
        const given = plainPermission(command.permission);
        if (given.key === "" || isEmpty(rangeOf(given.key, given.end))) return "invalid-auth-management";
        if (permissions === undefined) return "role-not-found";
        this.roles.set(name, [...permissions.filter((other) => !isOnSame(other, given)), given]);
        return null;
      }
      case "auth-role-revoke-permission": {
        if (permissions === undefined) return "role-not-found";
        const named = { key: str(command.key), end: str(command.rangeEnd) };
        const rest = permissions.filter((other) => !isOnSame(other, named));
        if (rest.length === permissions.length) return "permission-not-granted";
        this.roles.set(name, rest);
        return null;
      }
      default:
        throw new Error(command.kind);
    }
  }

  #operation(user: ModelUser, operation: Operation): boolean {
    switch (operation.kind) {
      case "range":
        return this.covers(user, "read", rangeOf(str(operation.key), str(operation.rangeEnd)));
      case "put": {
        const range = rangeOf(str(operation.key), "");
        return (
          this.covers(user, "write", range) &&
          (!operation.prevKv || this.covers(user, "read", range)) &&
          (operation.lease === 0n || this.#lease(user, operation.lease))
        );
      }
      case "delete-range": {
        const range = rangeOf(str(operation.key), str(operation.rangeEnd));
        return this.covers(user, "write", range) && (!operation.prevKv || this.covers(user, "read", range));
      }
      case "txn":
        return (
          operation.compare.every(({ key, rangeEnd }) =>
            this.covers(user, "read", rangeOf(str(key), str(rangeEnd))),
          ) && [...operation.success, ...operation.failure].every((inner) => this.#operation(user, inner))
        );
      case "empty":
        return true;
    }
  }

  #lease(user: ModelUser, lease: bigint): boolean {
    return this.leaseKeys(lease).every((key) => this.covers(user, "write", rangeOf(key, "")));
  }

  /**
   * A range is covered if its first key is, and so is every key in it at which a permission ends: where it is not covered
   * must begin at one of them.
   */
  covers(user: ModelUser, access: "read" | "write", range: Range): boolean {
    const ranges = [...user.roles]
      .flatMap((role) => this.roles.get(role) ?? [])
      .filter(({ type }) => type === 2 || type === (access === "read" ? 0 : 1))
      .map(({ key, end }) => rangeOf(key, end));
    const low = range.low === "" ? "\0" : range.low;
    const doubtful = ranges
      .flatMap(({ high }) => (high === null ? [] : [high]))
      .filter((high) => high > low && (range.high === null || high < range.high));
    return [low, ...doubtful].every((key) => ranges.some((each) => holds(each, key)));
  }
}

export function plainPermission({ type, key, rangeEnd }: Permission): ModelPermission {
  return { type, key: str(key), end: str(rangeEnd) };
}

export function rangeOf(key: string, end: string): Range {
  if (end === "") return { low: key, high: `${key}\0` };
  return { low: key, high: end === "\0" ? null : end };
}

function isEmpty({ low, high }: Range): boolean {
  return high !== null && high <= low;
}

function holds({ low, high }: Range, key: string): boolean {
  return low <= key && (high === null || key < high);
}

function isOnSame(left: { key: string; end: string }, right: { key: string; end: string }): boolean {
  return left.key === right.key && left.end === right.end;
}

/**
 * Users, roles and permissions as an outsider understands the reference (§6): what A1 goes by. It shares nothing with the
 * store's own: names and keys are texts, nothing is merged or kept ready, and every version of it stays as it was.
 */

import type { AuthChangeCommand, Permission, Principal } from "@quorate/store";
import type { UsersQuery } from "../observe/client-observation.ts";

const decoder = new TextDecoder();

/** Keys from `low` on, before `high`; null: all behind. */
export type KeySpan = { readonly low: string; readonly high: string | null };

/** What somebody wants to do with keys. */
export type Wish = { readonly access: "read" | "write"; readonly span: KeySpan };

type Granted = { readonly type: number; readonly key: string; readonly rangeEnd: string };
type User = { readonly hasPassword: boolean; readonly roles: readonly string[] };

/** Answers of authentication that say no. */
export const denials: ReadonlySet<string> = new Set(["permission-denied", "user-empty", "auth-revision-old"]);

/** See the module. Unchangeable: a change makes another one. */
export class PermissionModel {
  /** Nobody is known, and nothing is checked. */
  static readonly blank = new PermissionModel(false, 1, new Map(), new Map());
  readonly enabled: boolean;
  readonly revision: number;
  private readonly users: ReadonlyMap<string, User>;
  private readonly roles: ReadonlyMap<string, readonly Granted[]>;

  constructor(
    enabled: boolean,
    revision: number,
    users: ReadonlyMap<string, User>,
    roles: ReadonlyMap<string, readonly Granted[]>,
  ) {
    this.enabled = enabled;
    this.revision = revision;
    this.users = users;
    this.roles = roles;
  }

  /** Why somebody may not do all of this with keys; null: it may. Who wishes for nothing only has to be somebody. */
  refusalOfUser(principal: Principal | null, wishes: readonly Wish[]): string | null {
    if (!this.enabled || principal?.kind === "system") return null;
    if (principal === null || principal.name === "") return "user-empty";
    if (principal.authRevision < this.revision) return "auth-revision-old";
    const user = this.users.get(principal.name);
    if (user === undefined) return "permission-denied";
    if (user.roles.includes("root")) return null;
    return wishes.every((wish) => this.isGranted(user, wish)) ? null : "permission-denied";
  }

  /** Why somebody may not do what is root's. How old its word is does not matter (as in etcd). */
  refusalOfAdmin(principal: Principal | null): string | null {
    if (!this.enabled || principal?.kind === "system") return null;
    if (principal === null || principal.name === "") return "user-empty";
    return this.users.get(principal.name)?.roles.includes("root") === true ? null : "permission-denied";
  }

  /** What somebody is told who asks about users: why not, or what is shown, as {@link UsersQuery} writes it down. */
  answer(principal: Principal | null, query: UsersQuery, name: string): string {
    if (query === "status") return `${this.enabled ? "on" : "off"} ${this.revision}`;
    const asks = principal?.kind === "user" ? principal.name : "";
    const isOwn = query === "user" ? asks === name : this.users.get(asks)?.roles.includes(name) === true;
    const code = this.refusalOfAdmin(principal);
    if (code !== null && !(code === "permission-denied" && isOwn)) return code;
    if (query === "user") return this.users.get(name)?.roles.toSorted().join(" ") ?? "user-not-found";
    const granted = this.roles.get(name);
    if (granted === undefined) return "role-not-found";
    return granted
      .map(({ type, key, rangeEnd }) => `${type} ${key}..${rangeEnd}`)
      .toSorted()
      .join(", ");
  }

  /** Why a login that took a user's password at a revision does not count; null: it does. */
  refusalOfLogin(name: string, authRevision: number): string | null {
    if (!this.enabled) return "auth-not-enabled";
    if (authRevision !== this.revision) return "auth-revision-old";
    return this.users.get(name)?.hasPassword === true ? null : "auth-failed";
  }

  /** From where a key is granted on, as far as what is granted reaches: once around for each permission at most. */
  private isGranted({ roles }: User, { access, span }: Wish): boolean {
    const spans = roles
      .flatMap((role) => this.roles.get(role) ?? [])
      .filter(({ type }) => type === 2 || type === (access === "read" ? 0 : 1))
      .map(({ key, rangeEnd }) => spanOf(key, rangeEnd));
    // Of a range without any key the first one counts.
    const high = span.high !== null && span.high <= span.low ? `${span.low}\0` : span.high;
    let reached = span.low;
    for (;;) {
      const here = spans.find((one) => one.low <= reached && (one.high === null || reached < one.high));
      if (here === undefined) return false;
      if (here.high === null) return true;
      if (high !== null && here.high >= high) return true;
      reached = here.high;
    }
  }

  /** What a change comes to: the model behind it, which may be this one, or why it is refused. */
  change(command: AuthChangeCommand): PermissionModel | string {
    switch (command.kind) {
      case "auth-enable":
        if (this.enabled) return this;
        if (!this.users.has("root")) return "root-user-missing";
        if (this.users.get("root")?.roles.includes("root") !== true) return "root-role-missing";
        return new PermissionModel(true, this.revision, this.users, this.roles);
      case "auth-disable":
        return this.enabled ? new PermissionModel(false, this.revision + 1, this.users, this.roles) : this;
      case "auth-user-add":
        if (command.name === "") return "user-empty";
        if (this.users.has(command.name)) return "user-exists";
        return this.withUser(command.name, { hasPassword: !command.noPassword, roles: [] });
      case "auth-user-delete":
        return this.deleteUser(command.name);
      case "auth-user-change-password": {
        const user = this.users.get(command.name);
        return user === undefined ? "user-not-found" : this.withUser(command.name, user);
      }
      case "auth-user-grant-role":
        return this.grantRole(command.name, command.role);
      case "auth-user-revoke-role":
        return this.revokeRole(command.name, command.role);
      case "auth-role-add":
        if (command.name === "") return "role-empty";
        return this.roles.has(command.name) ? "role-exists" : this.withRole(command.name, []);
      case "auth-role-delete":
        return this.deleteRole(command.name);
      case "auth-role-grant-permission":
        return this.grantPermission(command.name, command.permission);
      case "auth-role-revoke-permission": {
        const granted = this.roles.get(command.name);
        if (granted === undefined) return "role-not-found";
        const place = { key: decoder.decode(command.key), rangeEnd: decoder.decode(command.rangeEnd) };
        const left = granted.filter((one) => !isAt(one, place));
        return left.length === granted.length ? "permission-not-granted" : this.withRole(command.name, left);
      }
    }
  }

  private deleteUser(name: string): PermissionModel | string {
    if (this.enabled && name === "root") return "invalid-auth-management";
    if (!this.users.has(name)) return "user-not-found";
    const users = new Map([...this.users].filter(([other]) => other !== name));
    return this.next(users, this.roles);
  }

  private grantRole(name: string, role: string): PermissionModel | string {
    const user = this.users.get(name);
    if (user === undefined) return "user-not-found";
    if (role !== "root" && !this.roles.has(role)) return "role-not-found";
    return user.roles.includes(role) ? this : this.withUser(name, { ...user, roles: [...user.roles, role] });
  }

  private revokeRole(name: string, role: string): PermissionModel | string {
    if (this.enabled && name === "root" && role === "root") return "invalid-auth-management";
    const user = this.users.get(name);
    if (user === undefined) return "user-not-found";
    if (!user.roles.includes(role)) return "role-not-granted";
    return this.withUser(name, { ...user, roles: user.roles.filter((other) => other !== role) });
  }

  private deleteRole(name: string): PermissionModel | string {
    if (this.enabled && name === "root") return "invalid-auth-management";
    if (!this.roles.has(name)) return "role-not-found";
    const users = new Map(
      [...this.users].map(([user, { hasPassword, roles }]): [string, User] => [
        user,
        { hasPassword, roles: roles.filter((role) => role !== name) },
      ]),
    );
    return this.next(users, new Map([...this.roles].filter(([other]) => other !== name)));
  }

  private grantPermission(name: string, permission: Permission | null): PermissionModel | string {
    if (permission === null) return "permission-not-given";
    const key = decoder.decode(permission.key);
    const rangeEnd = decoder.decode(permission.rangeEnd);
    const { low, high } = spanOf(key, rangeEnd);
    if (key === "" || (high !== null && high <= low)) return "invalid-auth-management";
    const granted = this.roles.get(name);
    if (granted === undefined) return "role-not-found";
    const one = { type: permission.type, key, rangeEnd };
    return this.withRole(name, [...granted.filter((other) => !isAt(other, one)), one]);
  }

  private withUser(name: string, user: User): PermissionModel {
    return this.next(new Map([...this.users, [name, user]]), this.roles);
  }

  private withRole(name: string, granted: readonly Granted[]): PermissionModel {
    return this.next(this.users, new Map([...this.roles, [name, granted]]));
  }

  private next(
    users: ReadonlyMap<string, User>,
    roles: ReadonlyMap<string, readonly Granted[]>,
  ): PermissionModel {
    return new PermissionModel(this.enabled, this.revision + 1, users, roles);
  }
}

function isAt(
  one: { readonly key: string; readonly rangeEnd: string },
  other: { readonly key: string; readonly rangeEnd: string },
): boolean {
  return one.key === other.key && one.rangeEnd === other.rangeEnd;
}

/** The keys that a request or a permission means: one, or a range, or all from one on (a zero byte as the end). */
export function spanOf(key: string, rangeEnd: string): KeySpan {
  if (rangeEnd === "") return { low: key, high: `${key}\0` };
  return { low: key, high: rangeEnd === "\0" ? null : rangeEnd };
}

/**
 * What the layers above see of users, roles and permissions (reference §6): commands, refusals, answers, and the view that
 * checks and queries go through. Types and constants only.
 *
 * ## How a server uses it
 *
 * - **Who asks**: every command and read carries a {@link Principal} beside it. None (null) is an anonymous client, which is
 *   all anybody needs while authentication is off. The decisive check is made where the command is applied, with the users
 *   and roles as of that entry of the log; a check before the proposal only spares the trip.
 * - **Login**: take `passwordHash(name)` and `revision` from the view, compare outside of the store, then propose
 *   `auth-authenticate` with that revision. It is refused (`auth-revision-old`) when users or roles changed in between: look
 *   and compare again. Its answer holds the log index; each member hears `auth-token` and remembers the token's digest.
 * - **Open watches**: on each `auth-changed` (and `restored`) ask `permits` again, before anything more is handed out.
 */

import type { Command, RangeRequest } from "../request.ts";

/** authpb.Permission.Type. */
export const PermissionType = { read: 0, write: 1, readWrite: 2 } as const;

/** What an operation does with keys. */
export type Access = "read" | "write";

/** What a role may do with a range of keys (authpb.Permission). */
export type Permission = {
  /** One of {@link PermissionType}. */
  readonly type: number;
  /** First key; not empty. */
  readonly key: Uint8Array;
  /** As in a range request: empty is the one key, one zero byte everything from `key` on. */
  readonly rangeEnd: Uint8Array;
};

/** Who asks; null stands for a client that did not say. */
export type Principal =
  /** The cluster itself: expired leases, alarms, automatic compaction. Never made from what a client sent. */
  | { readonly kind: "system" }
  /** A user, and the revision of the users and roles as of which the front took its word (its token's). */
  | { readonly kind: "user"; readonly name: string; readonly authRevision: number };

/** See {@link Principal}. */
export const systemPrincipal: Principal = { kind: "system" };

/** The user and the role that may do everything. */
export const rootName = "root";

/** Begins to check permissions; needs a user `root` that has the role `root`. Nothing happens when it is on already. */
export type AuthEnableRequest = { readonly kind: "auth-enable" };

/** Ends checking permissions. Nothing happens when it is off already. */
export type AuthDisableRequest = { readonly kind: "auth-disable" };

/** Adds a user. The hash is made by the proposer (bcrypt): no password ever reaches the log. */
export type AuthUserAddRequest = {
  readonly kind: "auth-user-add";
  readonly name: string;
  /** Empty with `noPassword`, and only then. */
  readonly passwordHash: Uint8Array;
  /** The user cannot log in by password: it is known by its client certificate. */
  readonly noPassword: boolean;
};

export type AuthUserDeleteRequest = { readonly kind: "auth-user-delete"; readonly name: string };

/** Replaces a user's password. Of a user without one nothing but the revision changes, as in etcd. */
export type AuthUserChangePasswordRequest = {
  readonly kind: "auth-user-change-password";
  readonly name: string;
  readonly passwordHash: Uint8Array;
};

export type AuthUserGrantRoleRequest = {
  readonly kind: "auth-user-grant-role";
  readonly name: string;
  readonly role: string;
};

export type AuthUserRevokeRoleRequest = {
  readonly kind: "auth-user-revoke-role";
  readonly name: string;
  readonly role: string;
};

export type AuthRoleAddRequest = { readonly kind: "auth-role-add"; readonly name: string };

/** Deletes a role, and takes it from all users. */
export type AuthRoleDeleteRequest = { readonly kind: "auth-role-delete"; readonly name: string };

/** Gives a role a permission; one on the same key and range end is replaced. */
export type AuthRoleGrantPermissionRequest = {
  readonly kind: "auth-role-grant-permission";
  readonly name: string;
  /** Null when the message had none: refused. */
  readonly permission: Permission | null;
};

/** Takes from a role the permission on exactly this key and range end. */
export type AuthRoleRevokePermissionRequest = {
  readonly kind: "auth-role-revoke-permission";
  readonly name: string;
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
};

/**
 * Makes a token known to all members, after the proposer compared the password. The log holds a digest of the token's secret
 * part only: who reads the log cannot use it.
 */
export type AuthAuthenticateRequest = {
  readonly kind: "auth-authenticate";
  readonly name: string;
  /** {@link AuthView.revision} when the password was compared. */
  readonly authRevision: number;
  /** The front's affair; kept by nobody here. */
  readonly tokenDigest: Uint8Array;
};

/** What changes who may do what. */
export type AuthChangeCommand =
  | AuthEnableRequest
  | AuthDisableRequest
  | AuthUserAddRequest
  | AuthUserDeleteRequest
  | AuthUserChangePasswordRequest
  | AuthUserGrantRoleRequest
  | AuthUserRevokeRoleRequest
  | AuthRoleAddRequest
  | AuthRoleDeleteRequest
  | AuthRoleGrantPermissionRequest
  | AuthRoleRevokePermissionRequest;

/** Commands of authentication; a part of the store's `Command`. */
export type AuthCommand = AuthChangeCommand | AuthAuthenticateRequest;

/**
 * Why authentication or permissions refuse; a part of the store's `RefusalCode`. In brackets etcd's text.
 *
 * - `user-empty` [user name is empty]: also said to anonymous clients while authentication is on.
 * - `role-empty` [role name is empty], `user-exists` [user name already exists], `user-not-found` [user name not found],
 *   `role-exists` [role name already exists], `role-not-found` [role name not found], `role-not-granted` [role is not granted
 *   to the user], `permission-not-granted` [permission is not granted to the role], `permission-not-given` [permission not
 *   given].
 * - `invalid-auth-management` [invalid auth management]: would take root its powers while authentication is on; or a
 *   permission on an empty key or range.
 * - `root-user-missing` [root user does not exist], `root-role-missing` [root user does not have root role].
 * - `auth-not-enabled` [authentication is not enabled], `auth-failed` [authentication failed, invalid user ID or password].
 * - `permission-denied` [permission denied].
 * - `auth-revision-old` [revision of auth store is old]: users or roles changed after the front took the user's word.
 */
export type AuthRefusalCode =
  | "user-empty"
  | "role-empty"
  | "user-exists"
  | "user-not-found"
  | "role-exists"
  | "role-not-found"
  | "role-not-granted"
  | "permission-not-granted"
  | "permission-not-given"
  | "invalid-auth-management"
  | "root-user-missing"
  | "root-role-missing"
  | "auth-not-enabled"
  | "auth-failed"
  | "permission-denied"
  | "auth-revision-old";

/** Answer to a command that changes who may do what. */
export type AuthResponse = {
  readonly kind: "auth";
  readonly revision: number;
  /** After the command. */
  readonly authRevision: number;
};

/** Answer to {@link AuthAuthenticateRequest}. */
export type AuthTokenResponse = {
  readonly kind: "auth-token";
  readonly revision: number;
  readonly authRevision: number;
  /** Index of the entry: unique, known to all members; what stands behind the dot in etcd's simple tokens. */
  readonly index: number;
};

/** Whether permissions are checked, and how often that or users and roles changed; 1 in a new store, as in etcd. */
export type AuthStatus = { readonly enabled: boolean; readonly authRevision: number };

/** A user, without its password. */
export type AuthUser = {
  readonly name: string;
  readonly noPassword: boolean;
  /** Sorted byte by byte. */
  readonly roles: readonly string[];
};

/** A role. */
export type AuthRole = {
  readonly name: string;
  /** By key and range end. */
  readonly permissions: readonly Permission[];
};

/** Told to the store's sink inside of apply, at every member alike; a part of `StoreEvent`. Only take note. */
export type AuthEvent =
  | {
      readonly kind: "auth-changed";
      readonly enabled: boolean;
      readonly authRevision: number;
      /** Users whose tokens end: deleted, or with a new password. When `enabled` is false all tokens end. */
      readonly endedUsers: readonly string[];
    }
  | {
      readonly kind: "auth-token";
      readonly index: number;
      readonly name: string;
      readonly authRevision: number;
      readonly tokenDigest: Uint8Array;
    };

/** What {@link AuthView.authorize} judges. */
export type AuthorizedRequest = Command | RangeRequest;

/**
 * Users, roles and permissions as applied here, and the checks. All answers hold for this moment; the object itself stays
 * valid (a restored snapshot shows through it). Every check passes while authentication is off, and for the system.
 */
export type AuthView = {
  readonly enabled: boolean;
  /** Raised by every change; see {@link AuthStatus}. */
  readonly revision: number;
  status(): AuthStatus;

  user(name: string): AuthUser | null;
  /** Names, sorted byte by byte, as etcd lists them. */
  users(): readonly string[];
  role(name: string): AuthRole | null;
  roles(): readonly string[];
  /** Null: no such user, or one without a password. Do not write into it. */
  passwordHash(name: string): Uint8Array | null;
  hasRole(name: string, role: string): boolean;
  /** Whether the user exists and has the role `root`. Says nothing about `enabled`. */
  isAdmin(name: string): boolean;

  /**
   * Whether the user may do this now with all keys of the range, whatever revision its word was taken at: for watches that
   * are open, on each change. True while authentication is off. An empty range is judged by its first key.
   */
  permits(name: string, key: Uint8Array, rangeEnd: Uint8Array, access: Access): boolean;

  /** The check that apply makes. Order: anonymous, revision, permission. Null: allowed. */
  authorize(principal: Principal | null, request: AuthorizedRequest): AuthRefusalCode | null;
  /** For what is not in the log: a watch (`read`), keys by name. */
  authorizeRange(
    principal: Principal | null,
    key: Uint8Array,
    rangeEnd: Uint8Array,
    access: Access,
  ): AuthRefusalCode | null;
  /** All keys attached to a lease now: `write` to revoke it or attach to it. */
  authorizeLease(principal: Principal | null, lease: bigint, access: Access): AuthRefusalCode | null;
  /** Keys one by one: `read` for those that a lease was found to have. */
  authorizeKeys(
    principal: Principal | null,
    keys: readonly Uint8Array[],
    access: Access,
  ): AuthRefusalCode | null;
  /** For what only root may: membership, snapshots, digests, defragmentation, moving the leader, lists of users and roles. */
  authorizeAdmin(principal: Principal | null): AuthRefusalCode | null;
  /** For what every user may and no anonymous client. */
  authorizeUser(principal: Principal | null): AuthRefusalCode | null;
  /** To see a user: root, or itself. */
  authorizeUserGet(principal: Principal | null, name: string): AuthRefusalCode | null;
  /** To see a role: root, or who has it. */
  authorizeRoleGet(principal: Principal | null, role: string): AuthRefusalCode | null;

  /** A CRC32C over all of it: equal on members that applied the same. For checks. */
  digest(): number;
};

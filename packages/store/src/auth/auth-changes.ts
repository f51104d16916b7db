/**
 * Executes what changes users and roles, with etcd's rules and answers (reference §6; where that is silent, as etcd 3.4
 * answered on loopback). What is refused changes nothing.
 */

import { noBytes } from "../bytes.ts";
import { isEmptyRange, keyRange } from "../key-range.ts";
import {
  type AuthChangeCommand,
  type AuthRefusalCode,
  type AuthRoleGrantPermissionRequest,
  type AuthRoleRevokePermissionRequest,
  type AuthUserAddRequest,
  type AuthUserChangePasswordRequest,
  type AuthUserGrantRoleRequest,
  type AuthUserRevokeRoleRequest,
  type Permission,
  rootName,
} from "./auth-api.ts";
import { compareNames } from "./auth-name.ts";
import { comparePermissions } from "./auth-records.ts";
import type { AuthState } from "./auth-state.ts";

/** What became of a command. */
export type AuthChange =
  /** Nothing had to be done. */
  | { readonly kind: "same" }
  /** Users whose tokens end are named. */
  | { readonly kind: "changed"; readonly endedUsers: readonly string[] }
  | { readonly kind: "refused"; readonly code: AuthRefusalCode };

const same: AuthChange = { kind: "same" };
const changed: AuthChange = { kind: "changed", endedUsers: [] };

function refuse(code: AuthRefusalCode): AuthChange {
  return { kind: "refused", code };
}

/** Executes a command, and raises the revision if that is due. */
export function changeAuth(state: AuthState, command: AuthChangeCommand): AuthChange {
  const change = execute(state, command);
  // To switch it on is not a change of who may do what: etcd's tokens of before would be valid, too.
  if (change.kind === "changed" && command.kind !== "auth-enable") state.changed();
  return change;
}

function execute(state: AuthState, command: AuthChangeCommand): AuthChange {
  switch (command.kind) {
    case "auth-enable":
      return enable(state);
    case "auth-disable":
      return disable(state);
    case "auth-user-add":
      return addUser(state, command);
    case "auth-user-delete":
      return deleteUser(state, command.name);
    case "auth-user-change-password":
      return changePassword(state, command);
    case "auth-user-grant-role":
      return grantRole(state, command);
    case "auth-user-revoke-role":
      return revokeRole(state, command);
    case "auth-role-add":
      return addRole(state, command.name);
    case "auth-role-delete":
      return deleteRole(state, command.name);
    case "auth-role-grant-permission":
      return grantPermission(state, command);
    case "auth-role-revoke-permission":
      return revokePermission(state, command);
  }
}

function enable(state: AuthState): AuthChange {
  if (state.meta.enabled) return same;
  const root = state.user(rootName);
  if (root === null) return refuse("root-user-missing");
  // The role root needs no record: to have it is what counts.
  if (!root.roles.includes(rootName)) return refuse("root-role-missing");
  state.meta.enabled = true;
  return changed;
}

function disable(state: AuthState): AuthChange {
  if (!state.meta.enabled) return same;
  state.meta.enabled = false;
  return changed;
}

function addUser(state: AuthState, { name, passwordHash, noPassword }: AuthUserAddRequest): AuthChange {
  if (name.length === 0) return refuse("user-empty");
  if (state.user(name) !== null) return refuse("user-exists");
  state.putUser({ name, noPassword, passwordHash: passwordHash.slice(), roles: [] });
  return changed;
}

function deleteUser(state: AuthState, name: string): AuthChange {
  if (state.meta.enabled && name === rootName) return refuse("invalid-auth-management");
  if (state.user(name) === null) return refuse("user-not-found");
  state.deleteUser(name);
  return { kind: "changed", endedUsers: [name] };
}

function changePassword(state: AuthState, { name, passwordHash }: AuthUserChangePasswordRequest): AuthChange {
  const user = state.user(name);
  if (user === null) return refuse("user-not-found");
  state.putUser({ ...user, passwordHash: user.noPassword ? noBytes : passwordHash.slice() });
  return { kind: "changed", endedUsers: [name] };
}

function grantRole(state: AuthState, { name, role }: AuthUserGrantRoleRequest): AuthChange {
  const user = state.user(name);
  if (user === null) return refuse("user-not-found");
  if (role !== rootName && state.role(role) === null) return refuse("role-not-found");
  if (user.roles.includes(role)) return same;
  state.putUser({ ...user, roles: [...user.roles, role].sort(compareNames) });
  return changed;
}

function revokeRole(state: AuthState, { name, role }: AuthUserRevokeRoleRequest): AuthChange {
  if (state.meta.enabled && name === rootName && role === rootName) return refuse("invalid-auth-management");
  const user = state.user(name);
  if (user === null) return refuse("user-not-found");
  if (!user.roles.includes(role)) return refuse("role-not-granted");
  state.putUser({ ...user, roles: user.roles.filter((granted) => granted !== role) });
  return changed;
}

function addRole(state: AuthState, name: string): AuthChange {
  if (name.length === 0) return refuse("role-empty");
  if (state.role(name) !== null) return refuse("role-exists");
  state.putRole({ name, permissions: [] });
  return changed;
}

function deleteRole(state: AuthState, name: string): AuthChange {
  if (state.meta.enabled && name === rootName) return refuse("invalid-auth-management");
  if (state.role(name) === null) return refuse("role-not-found");
  state.deleteRole(name);
  for (const userName of state.userNames()) {
    const user = state.user(userName);
    if (user === null || !user.roles.includes(name)) continue;
    state.putUser({ ...user, roles: user.roles.filter((role) => role !== name) });
  }
  return changed;
}

function grantPermission(state: AuthState, { name, permission }: AuthRoleGrantPermissionRequest): AuthChange {
  if (permission === null) return refuse("permission-not-given");
  if (permission.key.length === 0 || isEmptyRange(keyRange(permission.key, permission.rangeEnd)))
    return refuse("invalid-auth-management");
  const role = state.role(name);
  if (role === null) return refuse("role-not-found");
  const granted: Permission = {
    type: permission.type,
    key: permission.key.slice(),
    rangeEnd: permission.rangeEnd.slice(),
  };
  const others = role.permissions.filter((other) => comparePermissions(other, granted) !== 0);
  state.putRole({ name, permissions: [...others, granted].sort(comparePermissions) });
  return changed;
}

function revokePermission(state: AuthState, request: AuthRoleRevokePermissionRequest): AuthChange {
  const role = state.role(request.name);
  if (role === null) return refuse("role-not-found");
  const permissions = role.permissions.filter((granted) => comparePermissions(granted, request) !== 0);
  if (permissions.length === role.permissions.length) return refuse("permission-not-granted");
  state.putRole({ name: role.name, permissions });
  return changed;
}

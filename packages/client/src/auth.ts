/**
 * Users, roles, permissions.
 */

import {
  AuthDisableRequest,
  AuthEnableRequest,
  AuthRoleAddRequest,
  AuthRoleDeleteRequest,
  AuthRoleGetRequest,
  AuthRoleGrantPermissionRequest,
  AuthRoleListRequest,
  AuthRoleRevokePermissionRequest,
  AuthStatusRequest,
  type AuthStatusResponse,
  AuthUserAddRequest,
  AuthUserChangePasswordRequest,
  AuthUserDeleteRequest,
  AuthUserGetRequest,
  AuthUserGrantRoleRequest,
  AuthUserListRequest,
  AuthUserRevokeRoleRequest,
  authService,
  Permission,
  PermissionType,
  UserAddOptions,
} from "@quorate/etcd-api";
import type { Caller, CallOptions } from "./caller.ts";
import { type Bytes, type Selection, toWireRange } from "./selection.ts";

const { methods } = authService;

const permissionTypes = {
  read: PermissionType.READ,
  write: PermissionType.WRITE,
  readwrite: PermissionType.READWRITE,
} as const;

/** Calls about users and roles. All throw ClientError. */
export class Auth {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** From now on everybody has to sign in. There must be a user `root` with the role `root`. */
  async enable(options: CallOptions = {}): Promise<void> {
    await this.#caller.unary(methods.authEnable, AuthEnableRequest.create(), options);
  }

  async disable(options: CallOptions = {}): Promise<void> {
    await this.#caller.unary(methods.authDisable, AuthDisableRequest.create(), options);
  }

  status(options: CallOptions = {}): Promise<AuthStatusResponse> {
    return this.#caller.unary(methods.authStatus, AuthStatusRequest.create(), options);
  }

  /** Without a password the user can sign in only by certificate. */
  async addUser(name: string, password: string | null, options: CallOptions = {}): Promise<void> {
    const how = UserAddOptions.create({ noPassword: password === null });
    const request = AuthUserAddRequest.create({ name, password: password ?? "", options: how });
    await this.#caller.unary(methods.userAdd, request, options);
  }

  /** The roles of a user. */
  async user(name: string, options: CallOptions = {}): Promise<readonly string[]> {
    return (await this.#caller.unary(methods.userGet, AuthUserGetRequest.create({ name }), options)).roles;
  }

  async users(options: CallOptions = {}): Promise<readonly string[]> {
    return (await this.#caller.unary(methods.userList, AuthUserListRequest.create(), options)).users;
  }

  async deleteUser(name: string, options: CallOptions = {}): Promise<void> {
    await this.#caller.unary(methods.userDelete, AuthUserDeleteRequest.create({ name }), options);
  }

  async changePassword(name: string, password: string, options: CallOptions = {}): Promise<void> {
    const request = AuthUserChangePasswordRequest.create({ name, password });
    await this.#caller.unary(methods.userChangePassword, request, options);
  }

  async grantRole(user: string, role: string, options: CallOptions = {}): Promise<void> {
    const request = AuthUserGrantRoleRequest.create({ user, role });
    await this.#caller.unary(methods.userGrantRole, request, options);
  }

  async revokeRole(name: string, role: string, options: CallOptions = {}): Promise<void> {
    const request = AuthUserRevokeRoleRequest.create({ name, role });
    await this.#caller.unary(methods.userRevokeRole, request, options);
  }

  async addRole(name: string, options: CallOptions = {}): Promise<void> {
    await this.#caller.unary(methods.roleAdd, AuthRoleAddRequest.create({ name }), options);
  }

  /** What a role may do. */
  async role(role: string, options: CallOptions = {}): Promise<readonly Permission[]> {
    return (await this.#caller.unary(methods.roleGet, AuthRoleGetRequest.create({ role }), options)).perm;
  }

  async roles(options: CallOptions = {}): Promise<readonly string[]> {
    return (await this.#caller.unary(methods.roleList, AuthRoleListRequest.create(), options)).roles;
  }

  async deleteRole(role: string, options: CallOptions = {}): Promise<void> {
    await this.#caller.unary(methods.roleDelete, AuthRoleDeleteRequest.create({ role }), options);
  }

  /** Lets a role do something with keys. */
  async grantPermission(
    role: string,
    permission: keyof typeof permissionTypes,
    selection: Bytes | Selection,
    options: CallOptions = {},
  ): Promise<void> {
    const perm = Permission.create({ permType: permissionTypes[permission], ...toWireRange(selection) });
    const request = AuthRoleGrantPermissionRequest.create({ name: role, perm });
    await this.#caller.unary(methods.roleGrantPermission, request, options);
  }

  /** Takes back what was granted for exactly these keys. */
  async revokePermission(
    role: string,
    selection: Bytes | Selection,
    options: CallOptions = {},
  ): Promise<void> {
    const request = AuthRoleRevokePermissionRequest.create({ role, ...toWireRange(selection) });
    await this.#caller.unary(methods.roleRevokePermission, request, options);
  }
}

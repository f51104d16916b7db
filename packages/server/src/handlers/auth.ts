/**
 * etcdserverpb.Auth: as a cluster answers that has no users, no roles, and no authentication. None can be made yet.
 */

import { authService } from "@quorate/etcd-api";
import { type EtcdErrorName, etcdError } from "../rpc/error-table.ts";
import type { Router } from "../rpc/router.ts";
import type { ServerCore } from "./core.ts";

/** etcd's authentication store begins at 1, and nothing raises it here. */
const authRevision = 1;

const { methods } = authService;

/** What cannot be, since nobody is there whom it could be done to. */
const refusals = [
  [methods.authenticate, "authNotEnabled"],
  [methods.authEnable, "rootUserNotExist"],
  [methods.userAdd, "authNotEnabled"],
  [methods.roleAdd, "authNotEnabled"],
  [methods.userGet, "userNotFound"],
  [methods.userDelete, "userNotFound"],
  [methods.userChangePassword, "userNotFound"],
  [methods.userGrantRole, "userNotFound"],
  [methods.userRevokeRole, "userNotFound"],
  [methods.roleGet, "roleNotFound"],
  [methods.roleDelete, "roleNotFound"],
  [methods.roleGrantPermission, "roleNotFound"],
  [methods.roleRevokePermission, "roleNotFound"],
] as const satisfies readonly (readonly [object, EtcdErrorName])[];

/** Registers the service. */
export function registerAuth(router: Router, core: ServerCore): void {
  const header = () => core.header(core.revision);
  router.unary(methods.authStatus, () => ({ header: header(), enabled: false, authRevision }));
  router.unary(methods.authDisable, () => ({ header: header() }));
  router.unary(methods.userList, () => ({ header: header(), users: [] }));
  router.unary(methods.roleList, () => ({ header: header(), roles: [] }));
  for (const [method, name] of refusals) {
    router.unary<object, object>(method, () => {
      throw etcdError(name);
    });
  }
}

/**
 * etcdserverpb.Auth (reference §6): users, roles, permissions, logging in. Users and roles can be made before authentication
 * is enabled, by everybody; then only by root.
 *
 * Passwords are hashed here, before a command is proposed: neither the log nor any other member ever sees one.
 */

import type * as etcd from "@quorate/etcd-api";
import { authService, type Method } from "@quorate/etcd-api";
import type { AuthChangeCommand, Permission, Result } from "@quorate/store";
import type { CallContext } from "../rpc/call.ts";
import { refusalError } from "../rpc/error-table.ts";
import type { Router } from "../rpc/router.ts";
import type { ServerCore } from "./core.ts";
import { accepted } from "./outcome.ts";

type HeaderOnly = { readonly header: etcd.ResponseHeader | null };

/** Registers the service. */
export function registerAuth(router: Router, core: ServerCore): void {
  registerChanges(router, core);
  registerQueries(router, core);
  router.unary(authService.methods.authenticate, async ({ name, password }, context) => {
    const timeoutMs = core.callOptions(context).timeoutMs ?? core.requestTimeoutMs;
    const token = await core.login.authenticate(name, password, context.peer, timeoutMs);
    return { header: core.header(core.revision), token };
  });
}

/** What goes through the log. */
function registerChanges(router: Router, core: ServerCore): void {
  const { methods } = authService;
  const change = <Request extends object>(
    method: Method<Request, HeaderOnly>,
    toCommand: (request: Request) => AuthChangeCommand | Promise<AuthChangeCommand>,
  ): void => {
    router.unary(method, async (request: Request, context) => {
      const outcome = await core.execute(await toCommand(request), context);
      return { header: core.header(accepted(outcome, "auth").revision) };
    });
  };
  change(methods.authEnable, () => ({ kind: "auth-enable" }));
  change(methods.authDisable, () => ({ kind: "auth-disable" }));
  change(methods.userAdd, async ({ name, password, options }) => {
    const noPassword = options?.noPassword ?? false;
    const passwordHash = noPassword ? new Uint8Array(0) : await core.login.hash(password);
    return { kind: "auth-user-add", name, passwordHash, noPassword };
  });
  change(methods.userDelete, ({ name }) => ({ kind: "auth-user-delete", name }));
  change(methods.userChangePassword, async ({ name, password }) => {
    return { kind: "auth-user-change-password", name, passwordHash: await core.login.hash(password) };
  });
  change(methods.userGrantRole, ({ user, role }) => ({ kind: "auth-user-grant-role", name: user, role }));
  change(methods.userRevokeRole, ({ name, role }) => ({ kind: "auth-user-revoke-role", name, role }));
  change(methods.roleAdd, ({ name }) => ({ kind: "auth-role-add", name }));
  change(methods.roleDelete, ({ role }) => ({ kind: "auth-role-delete", name: role }));
  change(methods.roleGrantPermission, ({ name, perm }) => {
    return {
      kind: "auth-role-grant-permission",
      name,
      permission: perm === null ? null : { type: perm.permType, key: perm.key, rangeEnd: perm.rangeEnd },
    };
  });
  change(methods.roleRevokePermission, ({ role, key, rangeEnd }) => {
    return { kind: "auth-role-revoke-permission", name: role, key, rangeEnd };
  });
}

/** What is read. */
function registerQueries(router: Router, core: ServerCore): void {
  const { methods } = authService;
  const { auth } = core.storeMember;
  router.unary(methods.authStatus, async (_request, context) => {
    const { revision, enabled, authRevision } = await auth.status(core.callOptions(context));
    return { header: core.header(revision), enabled, authRevision };
  });
  router.unary(methods.userGet, async ({ name }, context) => {
    const { revision, user } = await ask(core, context, (options) => auth.user(name, options));
    return { header: core.header(revision), roles: user.roles };
  });
  router.unary(methods.userList, async (_request, context) => {
    const { revision, names } = await ask(core, context, (options) => auth.users(options));
    return { header: core.header(revision), users: names };
  });
  router.unary(methods.roleGet, async ({ role: name }, context) => {
    const { revision, role } = await ask(core, context, (options) => auth.role(name, options));
    return { header: core.header(revision), perm: role.permissions.map(toWire) };
  });
  router.unary(methods.roleList, async (_request, context) => {
    const { revision, names } = await ask(core, context, (options) => auth.roles(options));
    return { header: core.header(revision), roles: names };
  });
}

async function ask<Answer>(
  core: ServerCore,
  context: CallContext,
  run: (options: ReturnType<ServerCore["callOptions"]>) => Promise<Result<Answer>>,
): Promise<Answer> {
  const result = await core.asCaller(context, run);
  if (!result.ok) throw refusalError(result.code);
  return result.response;
}

function toWire({ type, key, rangeEnd }: Permission): etcd.Permission {
  return { permType: type, key, rangeEnd };
}

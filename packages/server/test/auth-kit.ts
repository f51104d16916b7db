/**
 * A cluster with authentication: `root`, `rita` who may read and write the keys [a, b), and `nora` who may do nothing.
 */

import { authService, Permission, PermissionType } from "@quorate/etcd-api";
import { bytesOf, type KitOptions, ServerKit, type TestServer } from "./server-kit.ts";
import type { CallOptions } from "./test-call.ts";

const { methods } = authService;

/** Everybody's password is their name and this. */
export const passwordOf = (name: string): string => `${name}'s`;

/** Makes users and roles; authentication stays off. */
export async function addUsers(server: TestServer): Promise<void> {
  for (const name of ["root", "rita", "nora"])
    await server.call(methods.userAdd, { name, password: passwordOf(name) });
  for (const name of ["root", "ab"]) await server.call(methods.roleAdd, { name });
  await grant(server, "ab", "a", "b", PermissionType.READWRITE);
  await server.call(methods.userGrantRole, { user: "root", role: "root" });
  await server.call(methods.userGrantRole, { user: "rita", role: "ab" });
}

/** Lets a role do something with keys. */
export async function grant(
  server: TestServer,
  role: string,
  key: string,
  rangeEnd: string,
  permType: number,
  options: CallOptions = {},
): Promise<void> {
  const perm = Permission.create({ permType, key: bytesOf(key), rangeEnd: bytesOf(rangeEnd) });
  await server.call(methods.roleGrantPermission, { name: role, perm }, options);
}

/** A kit with authentication on. */
export async function authKit(options: KitOptions = {}): Promise<ServerKit> {
  const kit = await ServerKit.started(options);
  await addUsers(kit.server());
  await kit.server().call(methods.authEnable, {});
  return kit;
}

/** Logs in; what goes with the calls of that user. */
export async function loginAs(server: TestServer, name: string): Promise<CallOptions> {
  const { token } = await server.call(methods.authenticate, { name, password: passwordOf(name) });
  return { metadata: { token } };
}

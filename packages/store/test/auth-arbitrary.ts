/** Random changes of users, roles and permissions, and who asks for them. */

import fc from "fast-check";
import type { AuthCommand, Permission, Principal } from "../src/auth/auth-api.ts";
import { systemPrincipal } from "../src/auth/auth-api.ts";
import type { Command } from "../src/request.ts";
import { command as keyCommand, rangeEnd } from "./arbitrary.ts";
import { b } from "./bytes-of.ts";

const kindOf = <K extends string>(kind: K): fc.Arbitrary<K> => fc.constant(kind);

function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

export const userNames = ["root", "u", "v", "ü"];
const userName = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom("root", "u", "u", "u", "v", "ü") },
  { weight: 1, arbitrary: fc.constant("") },
);
export const roleNames = ["root", "r", "q", "\u{10000}", "\uffff"];
const roleName = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom("r", "r", "r", "q", "root", "\u{10000}", "\uffff") },
  { weight: 1, arbitrary: fc.constant("") },
);
const hash = fc.constantFrom("h1", "h2").map(b);

const permissionKey = fc.constantFrom("a", "a", "b", "ab", "c", "\0", "a\0", "").map(b);
export const permission: fc.Arbitrary<Permission> = record({
  type: fc.constantFrom(0, 1, 2, 2),
  key: permissionKey,
  rangeEnd,
});

const maybePermission: fc.Arbitrary<Permission | null> = fc.option(permission, { freq: 20 });

export const authCommand: fc.Arbitrary<AuthCommand> = fc.oneof(
  { weight: 4, arbitrary: record({ kind: kindOf("auth-enable") }) },
  { weight: 1, arbitrary: record({ kind: kindOf("auth-disable") }) },
  {
    weight: 4,
    arbitrary: fc.tuple(userName, hash, fc.boolean()).map(([name, passwordHash, noPassword]) => ({
      kind: "auth-user-add" as const,
      name,
      passwordHash: noPassword ? b("") : passwordHash,
      noPassword,
    })),
  },
  { weight: 1, arbitrary: record({ kind: kindOf("auth-user-delete"), name: userName }) },
  {
    weight: 1,
    arbitrary: record({
      kind: kindOf("auth-user-change-password"),
      name: userName,
      passwordHash: hash,
    }),
  },
  {
    weight: 6,
    arbitrary: record({ kind: kindOf("auth-user-grant-role"), name: userName, role: roleName }),
  },
  {
    weight: 1,
    arbitrary: record({ kind: kindOf("auth-user-revoke-role"), name: userName, role: roleName }),
  },
  { weight: 3, arbitrary: record({ kind: kindOf("auth-role-add"), name: roleName }) },
  { weight: 1, arbitrary: record({ kind: kindOf("auth-role-delete"), name: roleName }) },
  {
    weight: 8,
    arbitrary: record({
      kind: kindOf("auth-role-grant-permission"),
      name: roleName,
      permission: maybePermission,
    }),
  },
  {
    weight: 2,
    arbitrary: record({
      kind: kindOf("auth-role-revoke-permission"),
      name: roleName,
      key: permissionKey,
      rangeEnd,
    }),
  },
  {
    weight: 1,
    arbitrary: record({
      kind: kindOf("auth-authenticate"),
      name: userName,
      authRevision: fc.integer({ min: 1, max: 12 }),
      tokenDigest: hash,
    }),
  },
);

/** Commands of all kinds, without alarms, which would stop everything else. */
export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: authCommand },
  { weight: 3, arbitrary: keyCommand.filter(({ kind }) => kind !== "alarm") },
);

/** Who asks, with the revision its word was taken at counted back from the current one. */
export type Asker = null | { readonly kind: "system" } | { readonly name: string; readonly age: number };

export const asker: fc.Arbitrary<Asker> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant({ kind: "system" as const }) },
  {
    weight: 12,
    arbitrary: record({
      name: fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom("root", "u", "u") },
        { weight: 1, arbitrary: userName },
      ),
      age: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, -1),
    }),
  },
);

/** The principal of an asker. */
export function principalOf(who: Asker, authRevision: number): Principal | null {
  if (who === null) return null;
  if ("kind" in who) return systemPrincipal;
  return { kind: "user", name: who.name, authRevision: Math.max(0, authRevision - who.age) };
}

/** Random users, roles, permissions and requests: the store answers as etcd 3.4 does. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AuthCommand, AuthRefusalCode, Permission, Principal } from "../src/auth/auth-api.ts";
import { isEmptyRange, keyRange } from "../src/key-range.ts";
import type { RefusalCode } from "../src/outcome.ts";
import {
  type DeleteRangeRequest,
  deleteRangeRequest,
  type PutRequest,
  putRequest,
  type RangeRequest,
  rangeRequest,
} from "../src/request.ts";
import { authCommand } from "./auth-arbitrary.ts";
import { AuthDriver } from "./auth-driver.ts";
import { b, text } from "./bytes-of.ts";
import { EtcdGateway, etcdIsAbsent, type GatewayAnswer } from "./etcd-gateway.ts";
import { property } from "./property-options.ts";

type Request =
  | Exclude<AuthCommand, { kind: "auth-authenticate" }>
  | RangeRequest
  | PutRequest
  | DeleteRangeRequest
  | { readonly kind: "user-get" | "role-get"; readonly name: string };

/** etcd's texts (reference §7). */
const texts: Partial<Record<RefusalCode, string>> = {
  "user-empty": "user name is empty",
  "role-empty": "role name is empty",
  "user-exists": "user name already exists",
  "user-not-found": "user name not found",
  "role-exists": "role name already exists",
  "role-not-found": "role name not found",
  "role-not-granted": "role is not granted to the user",
  "permission-not-granted": "permission is not granted to the role",
  "invalid-auth-management": "invalid auth management",
  "root-user-missing": "root user does not exist",
  "root-role-missing": "root user does not have root role",
  "permission-denied": "permission denied",
};

const key = fc.constantFrom("a", "b", "ab", "c", "d").map(b);
/** etcd 3.4 judges empty ranges otherwise, and has more than one permission with a key. One end for each key, then. */
const endOf: Readonly<Record<string, string>> = { a: "c", b: "", ab: "b", c: "e", d: "\0" };
const range = fc
  .tuple(key, fc.constantFrom("", "", "b", "c", "e", "\0").map(b))
  .filter(([from, end]) => !isEmptyRange(keyRange(from, end)));

const request: fc.Arbitrary<Request> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(authCommand, key).map(([command, from]) => comparable(command, from)),
  },
  { weight: 1, arbitrary: range.map(([from, rangeEnd]) => rangeRequest({ key: from, rangeEnd })) },
  {
    weight: 1,
    arbitrary: fc.tuple(key, fc.boolean()).map(([from, prevKv]) => putRequest({ key: from, prevKv })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(range, fc.boolean())
      .map(([[from, rangeEnd], prevKv]) => deleteRangeRequest({ key: from, rangeEnd, prevKv })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom("user-get" as const, "role-get" as const),
        fc.constantFrom("root", "u", "v", "r", "q"),
      )
      .map(([kind, name]) => ({ kind, name })),
  },
);

/** The command, or one like it that etcd 3.4 does not answer otherwise on purpose (README, "Where it differs"). */
function comparable(command: AuthCommand, from: Uint8Array): Request {
  const rangeEnd = b(endOf[text(from)] ?? "");
  if (command.kind === "auth-authenticate") return { kind: "user-get", name: command.name || "root" };
  if (command.kind === "auth-role-grant-permission")
    return { ...command, permission: { type: command.permission?.type ?? 0, key: from, rangeEnd } };
  return command.kind === "auth-role-revoke-permission" ? { ...command, key: from, rangeEnd } : command;
}

const asker = fc.constantFrom("root", "root", "root", "u", "u", "u", "v", null);

test("the store answers as etcd does", { skip: etcdIsAbsent, timeout: 120_000 }, async () => {
  const etcd = await EtcdGateway.start();
  try {
    const pair = new Pair(etcd);
    for (const command of beginning()) await pair.ask(command, null);
    for (const [one, who] of fc.sample(fc.tuple(request, asker), property(700))) await pair.ask(one, who);
    // All kinds of answers came, or this says little.
    const never = Object.keys(texts).filter((code) => !pair.seen.has(code as RefusalCode));
    assert.deepEqual(never, []);
  } finally {
    await etcd.stop();
  }
});

/** Users with few permissions are there from the beginning; and refusals that chance may pass by. */
function beginning(): Request[] {
  const add = (name: string): Request => ({
    kind: "auth-user-add",
    name,
    passwordHash: b("password"),
    noPassword: false,
  });
  const permission: Permission = { type: 1, key: b("a"), rangeEnd: b("c") };
  return [
    { kind: "auth-enable" },
    add("root"),
    { kind: "auth-enable" },
    { kind: "auth-user-grant-role", name: "root", role: "root" },
    add("u"),
    { kind: "auth-role-add", name: "" },
    { kind: "auth-role-add", name: "r" },
    { kind: "auth-role-grant-permission", name: "r", permission },
    { kind: "auth-role-revoke-permission", name: "r", key: b("d"), rangeEnd: b("") },
    { kind: "auth-user-grant-role", name: "u", role: "r" },
    { kind: "auth-enable" },
  ];
}

/** Both, asked the same. */
class Pair {
  readonly seen = new Set<RefusalCode | "ok">();
  readonly #driver = new AuthDriver();
  readonly #etcd: EtcdGateway;

  constructor(etcd: EtcdGateway) {
    this.#etcd = etcd;
  }

  async ask(one: Request, who: string | null): Promise<void> {
    const token = await this.#login(who);
    const authRevision = this.#driver.store.auth.revision;
    const principal: Principal | null =
      token === null || who === null ? null : { kind: "user", name: who, authRevision };
    const answer = this.#ours(one, principal);
    const { path, body } = toGateway(one);
    const theirs = await this.#etcd.post(path, body, token);
    assert.equal(answer, described(one, theirs), `${who}: ${path} ${JSON.stringify(body)}`);
  }

  /** A token of a user who has a password, while there are tokens. Ours keep passwords as they are in place of hashes. */
  async #login(who: string | null): Promise<string | null> {
    const { auth } = this.#driver.store;
    const password = who === null ? null : auth.passwordHash(who);
    if (!auth.enabled || who === null || password === null) return null;
    const answer = await this.#etcd.post("auth/authenticate", { name: who, password: text(password) }, null);
    assert.equal(typeof answer["token"], "string", `${who} cannot log in: ${JSON.stringify(answer)}`);
    return String(answer["token"]);
  }

  #ours(one: Request, principal: Principal | null): string {
    const { auth } = this.#driver.store;
    switch (one.kind) {
      case "range":
        return this.#said(auth.authorize(principal, one));
      case "user-get": {
        const user = auth.user(one.name);
        const code = auth.authorizeUserGet(principal, one.name) ?? (user === null ? "user-not-found" : null);
        return this.#said(code, JSON.stringify(user?.roles));
      }
      case "role-get": {
        const role = auth.role(one.name);
        const code = auth.authorizeRoleGet(principal, one.name) ?? (role === null ? "role-not-found" : null);
        return this.#said(code, JSON.stringify(role?.permissions.map(toGatewayPermission)));
      }
      default: {
        const code = this.#driver.apply(one, principal)["code"];
        return this.#said(code === undefined ? null : (code as AuthRefusalCode));
      }
    }
  }

  #said(code: RefusalCode | null, answer = ""): string {
    this.seen.add(code ?? "ok");
    return code === null ? answer : `etcdserver: ${texts[code] ?? code}`;
  }
}

/** An answer of etcd as far as it is compared. */
function described(one: Request, answer: GatewayAnswer): string {
  if (typeof answer["error"] === "string") return answer["error"];
  if (one.kind === "user-get") return JSON.stringify(answer["roles"] ?? []);
  if (one.kind !== "role-get") return "";
  const permissions = (answer["perm"] ?? []) as { permType?: string; key?: string; range_end?: string }[];
  return JSON.stringify(permissions.map((each) => ({ permType: "READ", key: "", range_end: "", ...each })));
}

function toGatewayPermission({ type, key: from, rangeEnd }: Permission): object {
  const permType = ["READ", "WRITE", "READWRITE"][type];
  return { permType, key: base64(from), range_end: base64(rangeEnd) };
}

function toGateway(one: Request): { readonly path: string; readonly body: object } {
  switch (one.kind) {
    case "range":
      return { path: "kv/range", body: { key: base64(one.key), range_end: base64(one.rangeEnd) } };
    case "put":
      return { path: "kv/put", body: { key: base64(one.key), prev_kv: one.prevKv } };
    case "delete-range": {
      const body = { key: base64(one.key), range_end: base64(one.rangeEnd), prev_kv: one.prevKv };
      return { path: "kv/deleterange", body };
    }
    case "user-get":
      return { path: "auth/user/get", body: { name: one.name } };
    case "role-get":
      return { path: "auth/role/get", body: { role: one.name } };
    default:
      return toGatewayChange(one);
  }
}

function toGatewayChange(one: Exclude<AuthCommand, { kind: "auth-authenticate" }>): {
  readonly path: string;
  readonly body: object;
} {
  switch (one.kind) {
    case "auth-enable":
      return { path: "auth/enable", body: {} };
    case "auth-disable":
      return { path: "auth/disable", body: {} };
    case "auth-user-add": {
      const { name, noPassword } = one;
      const body = { name, password: text(one.passwordHash), options: { no_password: noPassword } };
      return { path: "auth/user/add", body };
    }
    case "auth-user-delete":
      return { path: "auth/user/delete", body: { name: one.name } };
    case "auth-user-change-password":
      return { path: "auth/user/changepw", body: { name: one.name, password: text(one.passwordHash) } };
    case "auth-user-grant-role":
      return { path: "auth/user/grant", body: { user: one.name, role: one.role } };
    case "auth-user-revoke-role":
      return { path: "auth/user/revoke", body: { name: one.name, role: one.role } };
    case "auth-role-add":
      return { path: "auth/role/add", body: { name: one.name } };
    case "auth-role-delete":
      return { path: "auth/role/delete", body: { role: one.name } };
    case "auth-role-grant-permission": {
      const perm = one.permission === null ? null : toGatewayPermission(one.permission);
      return { path: "auth/role/grant", body: { name: one.name, perm } };
    }
    case "auth-role-revoke-permission": {
      const body = { role: one.name, key: base64(one.key), range_end: base64(one.rangeEnd) };
      return { path: "auth/role/revoke", body };
    }
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

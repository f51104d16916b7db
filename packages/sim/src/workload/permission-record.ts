/**
 * What was asked for a read, and what the member made of it, in its own turns: between the two it decided, behind some entry
 * of the log. The same of questions about users. A1 goes by it.
 */

import type { StoreMember } from "@quorate/member/store";
import type { Principal, Result } from "@quorate/store";
import type { ReadKind, UsersQuery } from "../observe/client-observation.ts";
import type { Client } from "./client.ts";
import { textOf } from "./kv-request.ts";

/** A read of somebody. */
export type ReadAsked = {
  /** Of the call; see the observations. */
  readonly call: number;
  readonly principal: Principal | null;
  readonly read: ReadKind;
  readonly ranges: readonly { readonly key: string; readonly rangeEnd: string }[];
};

/** Carries a read out at a member, with a record of it. @throws what `run` throws */
export async function recordRead<Response extends { readonly revision: number }>(
  client: Client,
  storeMember: StoreMember,
  { call, principal, read, ranges }: ReadAsked,
  run: () => Promise<Result<Response>>,
): Promise<Result<Response>> {
  const { witness } = client.world;
  const node = storeMember.member.id;
  witness.see(node, { kind: "permission-asked", call, ...whoOf(principal), read, ranges });
  const result = await run();
  const told = result.ok
    ? { code: "", revision: result.response.revision }
    : { code: result.code, revision: 0 };
  witness.see(node, { kind: "permission-told", call, ...told });
  return result;
}

/** A question about users. */
export type UsersAsked = {
  readonly call: number;
  readonly principal: Principal | null;
  readonly read: ReadKind;
  readonly query: UsersQuery;
  /** Which user or role. */
  readonly name: string;
};

/** Asks a member about users, with a record of it; gives why not, or nothing. @throws MemberError */
export async function recordUsers(
  client: Client,
  storeMember: StoreMember,
  { principal, ...asked }: UsersAsked,
  timeoutMs: number,
): Promise<string> {
  const { witness } = client.world;
  const node = storeMember.member.id;
  witness.see(node, { kind: "users-asked", ...whoOf(principal), ...asked });
  const told = await askAboutUsers(storeMember, asked, { timeoutMs, principal });
  witness.see(node, { kind: "users-told", call: asked.call, ...told });
  return told.code;
}

async function askAboutUsers(
  { auth }: StoreMember,
  { query, name }: Pick<UsersAsked, "query" | "name">,
  options: { readonly timeoutMs: number; readonly principal: Principal | null },
): Promise<{ readonly code: string; readonly shown: string }> {
  switch (query) {
    case "status": {
      const { enabled, authRevision } = await auth.status(options);
      return { code: "", shown: `${enabled ? "on" : "off"} ${authRevision}` };
    }
    case "user": {
      const result = await auth.user(name, options);
      if (!result.ok) return { code: result.code, shown: "" };
      return { code: "", shown: result.response.user.roles.toSorted().join(" ") };
    }
    case "role": {
      const result = await auth.role(name, options);
      if (!result.ok) return { code: result.code, shown: "" };
      const permissions = result.response.role.permissions.map(
        ({ type, key, rangeEnd }) => `${type} ${textOf(key)}..${textOf(rangeEnd)}`,
      );
      return { code: "", shown: permissions.toSorted().join(", ") };
    }
  }
}

/** A client in an observation. */
function whoOf(principal: Principal | null): { readonly user: string | null; readonly authRevision: number } {
  return principal?.kind === "user"
    ? { user: principal.name, authRevision: principal.authRevision }
    : { user: null, authRevision: 0 };
}

/**
 * From what a client shows (a token, a certificate) to who it is (reference §6).
 *
 * A token goes before a certificate, as in etcd: whoever shows both is who the token says, and a bad token is an error even
 * beside a good certificate. Through the gateway there are no certificates: it would lend its own to everybody.
 */

import type { AuthEvent, AuthView } from "@quorate/store";
import type { CallContext } from "../rpc/call.ts";
import { etcdError } from "../rpc/error-table.ts";
import type { Identity, IdentityProof } from "./identity.ts";
import { passwordMarkOf, type SignedTokens, type TokenClaims } from "./signed-tokens.ts";
import { readSimpleToken, type SimpleTokens } from "./simple-tokens.ts";

/** What it is made of. */
export type AuthenticatorParts = {
  readonly view: AuthView;
  /** Entries of the log that are applied here. */
  readonly appliedIndex: () => number;
  /** Resolves when everything acknowledged before is applied here. */
  readonly confirm: () => Promise<unknown>;
  /** One of the two is there. */
  readonly simple: SimpleTokens | null;
  readonly signed: SignedTokens | null;
};

/** See the module. */
export class Authenticator {
  private readonly parts: AuthenticatorParts;

  constructor(parts: AuthenticatorParts) {
    this.parts = parts;
  }

  /**
   * Who calls; null: it does not say. At once where nothing has to be waited for. `countsRevision`: whether the revision in a
   * signed token counts. @throws RpcError `invalid auth token`
   */
  identify(
    context: CallContext,
    version: number,
    countsRevision: boolean,
  ): Identity | null | Promise<Identity | null> {
    const token = tokenOf(context);
    if (token !== null) {
      return this.parts.signed === null
        ? this.bySimpleToken(token, version)
        : this.bySignedToken(this.parts.signed, token, version, countsRevision);
    }
    const { certificateName } = context;
    return certificateName === null || certificateName === "" || context.via === "gateway"
      ? null
      : this.identity(certificateName, "certificate", version);
  }

  /**
   * The same identity as of now, for what takes longer than a change of users and roles.
   * @throws RpcError `invalid auth token` when its user is gone or has another password
   */
  renew(identity: Identity, version: number): Identity {
    if (identity.version === version) return identity;
    const { user, by, passwordHash } = identity;
    if (by !== "certificate" && !areSame(passwordHash, this.parts.view.passwordHash(user)))
      throw etcdError("invalidAuthToken");
    return this.identity(user, by, version);
  }

  /** Called inside of apply: only takes note. */
  note(event: AuthEvent | { readonly kind: "restored" }): void {
    const { simple } = this.parts;
    if (simple === null) return;
    if (event.kind === "auth-token") simple.add(event.tokenDigest, event.index, event.name);
    else if (event.kind === "restored" || !event.enabled) simple.clear();
    else if (event.endedUsers.length > 0) simple.endUsers(new Set(event.endedUsers));
  }

  private bySimpleToken(token: string, version: number): Identity | Promise<Identity> {
    const { simple, appliedIndex, confirm } = this.parts;
    const parsed = readSimpleToken(token);
    if (simple === null || parsed === null) throw etcdError("invalidAuthToken");
    const user = simple.find(parsed);
    if (user !== null) return this.identity(user, "token", version);
    if (parsed.index <= appliedIndex()) throw etcdError("invalidAuthToken");
    // Another member handed it out, and this one has not heard of it yet.
    return confirm().then(() => {
      const owner = simple.find(parsed);
      if (owner === null) throw etcdError("invalidAuthToken");
      return this.identity(owner, "token", version);
    });
  }

  private bySignedToken(
    signed: SignedTokens,
    token: string,
    version: number,
    countsRevision: boolean,
  ): Identity | Promise<Identity> {
    const known = signed.recall(token);
    if (known !== undefined) return this.ofClaims(known, version, countsRevision);
    return signed.check(token).then((claims) => {
      if (claims === null) throw etcdError("invalidAuthToken");
      return this.ofClaims(claims, version, countsRevision);
    });
  }

  private ofClaims(claims: TokenClaims, version: number, countsRevision: boolean): Identity {
    const { user, revision, passwordMark } = claims;
    const hash = this.parts.view.passwordHash(user);
    if (passwordMark !== null && (hash === null || passwordMarkOf(hash) !== passwordMark))
      throw etcdError("invalidAuthToken");
    const identity = this.identity(user, "jwt", version);
    if (!countsRevision) return identity;
    return { ...identity, principal: { ...identity.principal, authRevision: revision } };
  }

  private identity(user: string, by: IdentityProof, version: number): Identity {
    const { view } = this.parts;
    return {
      user,
      by,
      principal: { kind: "user", name: user, authRevision: view.revision },
      passwordHash: by === "certificate" ? null : view.passwordHash(user),
      version,
    };
  }
}

/** The token in a call's metadata; null without one. */
export function tokenOf(context: CallContext): string | null {
  const token = context.metadata("token");
  if (token !== null) return token;
  const authorization = context.metadata("authorization");
  return authorization === null ? null : authorization.replace(/^bearer +/i, "");
}

function areSame(one: Uint8Array | null, other: Uint8Array | null): boolean {
  if (one === null || other === null) return one === other;
  return Buffer.compare(one, other) === 0;
}

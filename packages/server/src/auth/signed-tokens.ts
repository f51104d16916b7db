/**
 * Signed tokens (JSON Web Tokens, RFC 7519), made and checked by `jose`: a member knows one again without having heard of
 * it, so nothing of them is in the log, and members need no common memory but their keys.
 *
 * Claims are etcd's: `username`, `revision` (of the users, when it was made) and `exp`. Ours have `pwd` besides: a mark of
 * the password that was used, so that a changed password voids them also where the revision is not looked at. Tokens that
 * others signed with the same key need not have it.
 *
 * Checking a signature is work for the process's pool of threads, so a token that was found good is remembered until it
 * expires, and few are checked at a time.
 */

import { createHash } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { etcdError } from "../rpc/error-table.ts";
import { RpcCode, RpcError } from "../rpc/rpc-error.ts";
import type { JwtSettings } from "./auth-settings.ts";

/** What a good token says. */
export type TokenClaims = {
  readonly user: string;
  /** Revision of the users when it was made. */
  readonly revision: number;
  /** Mark of the password; null: the token has none. */
  readonly passwordMark: string | null;
};

type Known = { readonly claims: TokenClaims; readonly expiresAtMs: number };

const tokenLengthMax = 8192;
const knownMax = 10_000;
/** Signatures that are checked at a time, and tokens that wait for it. */
const checksMax = 2;
const waitingMax = 256;

/** Same for the same password hash, and of no use to guess it. */
export function passwordMarkOf(passwordHash: Uint8Array): string {
  return createHash("sha256").update(passwordHash).digest("base64url").slice(0, 16);
}

/** See the module. */
export class SignedTokens {
  private readonly settings: JwtSettings;
  private readonly wallNow: () => number;
  private readonly known = new Map<string, Known>();
  private checks = 0;
  private readonly waiting: (() => void)[] = [];

  /** `wallNow`: milliseconds since 1970, for tokens are known to others by that time. */
  constructor(settings: JwtSettings, wallNow: () => number) {
    this.settings = settings;
    this.wallNow = wallNow;
  }

  /** Makes one. @throws RpcError at a member that only verifies */
  async make({ user, revision, passwordMark }: TokenClaims): Promise<string> {
    const { signKey, method, ttlMs } = this.settings;
    if (signKey === null)
      throw new RpcError(RpcCode.unknown, "auth: token signing attempted with verify-only key");
    const claims = {
      username: user,
      revision,
      exp: Math.floor((this.wallNow() + ttlMs) / 1000),
      ...(passwordMark === null ? {} : { pwd: passwordMark }),
    };
    return new SignJWT(claims).setProtectedHeader({ alg: method, typ: "JWT" }).sign(signKey);
  }

  /** What a token says that was found good before; undefined: it has to be looked at. */
  recall(token: string): TokenClaims | undefined {
    const known = this.known.get(token);
    if (known === undefined) return undefined;
    if (known.expiresAtMs > this.wallNow()) return known.claims;
    this.known.delete(token);
    return undefined;
  }

  /** What a token says; null if it is not good. @throws RpcError when too many wait */
  async check(token: string): Promise<TokenClaims | null> {
    if (token.length > tokenLengthMax) return null;
    await this.enter();
    try {
      return this.recall(token) ?? (await this.verify(token));
    } finally {
      this.leave();
    }
  }

  private async verify(token: string): Promise<TokenClaims | null> {
    const { verifyKey, method, leewayMs } = this.settings;
    let payload: Record<string, unknown>;
    try {
      const verified = await jwtVerify(token, verifyKey, {
        algorithms: [method],
        clockTolerance: leewayMs / 1000,
        currentDate: new Date(this.wallNow()),
        requiredClaims: ["exp"],
      });
      payload = verified.payload;
    } catch {
      // Whatever it was, it is the client's doing: a signature, an expiry, a form.
      return null;
    }
    const { username, revision, exp, pwd } = payload;
    if (typeof username !== "string" || username === "") return null;
    if (typeof revision !== "number" || !Number.isSafeInteger(revision) || typeof exp !== "number")
      return null;
    const claims = { user: username, revision, passwordMark: typeof pwd === "string" ? pwd : null };
    this.remember(token, { claims, expiresAtMs: exp * 1000 + leewayMs });
    return claims;
  }

  private remember(token: string, known: Known): void {
    if (this.known.size >= knownMax) {
      const [oldest] = this.known.keys();
      if (oldest !== undefined) this.known.delete(oldest);
    }
    this.known.set(token, known);
  }

  private async enter(): Promise<void> {
    if (this.checks < checksMax) {
      this.checks++;
      return;
    }
    if (this.waiting.length >= waitingMax) throw etcdError("tooManyRequests");
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
    });
  }

  /** The place goes to who waits, without being free in between. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.checks--;
    else next();
  }
}

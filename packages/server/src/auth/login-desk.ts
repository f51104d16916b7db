/**
 * Logging in: from a name and a password to a token (reference §6).
 *
 * The password is compared on a thread of its own (`password-desk.ts`), and users may change meanwhile. So a token is handed
 * out only for the revision of the users that was current before: by the log, which refuses it otherwise, or for signed
 * tokens by a look afterwards; then the password is compared once more.
 *
 * Whatever is wrong (no such user, a user without a password, the wrong password), the answer is the same and takes as long.
 */

import type { MemberClock, MemberSeams } from "@quorate/member";
import type { StoreMember } from "@quorate/member/store";
import { systemPrincipal } from "@quorate/store";
import { etcdError, refusalError } from "../rpc/error-table.ts";
import { RpcCode, RpcError } from "../rpc/rpc-error.ts";
import { LoginThrottle } from "./login-throttle.ts";
import type { PasswordThread } from "./password-desk.ts";
import { isTooLong, passwordBytesMax } from "./password-job.ts";
import { passwordMarkOf, type SignedTokens } from "./signed-tokens.ts";
import { digestOf, newLetters, tokenText } from "./simple-tokens.ts";

/** What it is made of. */
export type LoginDeskParts = {
  readonly storeMember: StoreMember;
  readonly passwords: PasswordThread;
  /** Null: tokens are simple ones. */
  readonly signed: SignedTokens | null;
  readonly bcryptCost: number;
  readonly clock: Pick<MemberClock, "now">;
  /** A source of secrets. */
  readonly random: MemberSeams["random"];
};

/** Who changes users in the very moment of every try is told to come later. */
const triesMax = 8;

/** See the module. */
export class LoginDesk {
  private readonly parts: LoginDeskParts;
  private readonly throttle: LoginThrottle;

  constructor(parts: LoginDeskParts) {
    this.parts = parts;
    this.throttle = new LoginThrottle(() => parts.clock.now());
  }

  /** The token. `peer`: `address:port` of the client. @throws RpcError */
  async authenticate(name: string, password: string, peer: string, timeoutMs: number): Promise<string> {
    if (!this.throttle.begin(name, peer)) throw etcdError("tooManyRequests");
    let isGuess = false;
    try {
      return await this.tokenFor(name, password, timeoutMs);
    } catch (error) {
      isGuess = error === etcdError("authenticationFailed");
      throw error;
    } finally {
      if (!isGuess) this.throttle.succeeded(name, peer);
    }
  }

  /** What is kept of a new password. @throws RpcError when it is too long */
  async hash(password: string): Promise<Uint8Array> {
    if (isTooLong(password)) {
      const text = `a password may have ${passwordBytesMax} bytes: bcrypt would not look at the rest; choose a shorter one`;
      throw new RpcError(RpcCode.invalidArgument, `etcdserver: ${text}`);
    }
    const { passwords, bcryptCost } = this.parts;
    const hash = await passwords.run({ kind: "hash", password, cost: bcryptCost });
    return Buffer.from(String(hash), "latin1");
  }

  /** Ends the thread. */
  close(): void {
    this.parts.passwords.close();
  }

  private async tokenFor(name: string, password: string, timeoutMs: number): Promise<string> {
    const { storeMember, passwords, bcryptCost: cost } = this.parts;
    const { view } = storeMember.auth;
    await storeMember.confirm({ timeoutMs });
    for (let tries = 0; tries < triesMax; tries++) {
      if (!view.enabled) throw etcdError("authNotEnabled");
      const { revision } = view;
      const stored = view.passwordHash(name);
      const hash = stored === null ? null : Buffer.from(stored).toString("latin1");
      const isRight = await passwords.run({ kind: "verify", password, hash, cost });
      if (isRight !== true || stored === null) throw etcdError("authenticationFailed");
      const token = await this.tokenAt(name, revision, stored, timeoutMs);
      if (token !== null) return token;
    }
    throw etcdError("tooManyRequests");
  }

  /** A token of this revision of the users; null: there is another one now. */
  private async tokenAt(
    user: string,
    revision: number,
    passwordHash: Uint8Array,
    timeoutMs: number,
  ): Promise<string | null> {
    const { storeMember, signed, random } = this.parts;
    if (signed !== null) {
      const token = await signed.make({ user, revision, passwordMark: passwordMarkOf(passwordHash) });
      return storeMember.auth.view.revision === revision ? token : null;
    }
    const letters = newLetters((bound) => random.below(bound));
    const command = {
      kind: "auth-authenticate",
      name: user,
      authRevision: revision,
      tokenDigest: digestOf(letters),
    } as const;
    const outcome = await storeMember.execute(command, { timeoutMs, principal: systemPrincipal });
    if (!outcome.ok) {
      if (outcome.code === "auth-revision-old") return null;
      throw refusalError(outcome.code);
    }
    const { response } = outcome;
    if (response.kind !== "auth-token") throw new Error(`a login was answered by ${response.kind}`);
    return tokenText({ letters, index: response.index });
  }
}

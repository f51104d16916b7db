/**
 * As whom a client calls: what a server would make of its token or its certificate, or of neither.
 *
 * A token stands for the revision of users and roles as of which it was handed out; when it is too old the client signs in
 * again, wherever it is by then. A certificate is a word that each server takes anew, as of what it has applied itself, so
 * its user need not do anything. Passwords are not compared: that is the front's, and here everybody knows them.
 */

import type { StoreMember } from "@quorate/member/store";
import type { Outcome, Principal } from "@quorate/store";
import type { RandomStream } from "../world/random-streams.ts";
import type { World } from "../world/world.ts";
import type { Client } from "./client.ts";
import { bytesOf } from "./kv-request.ts";

/** Names of users and roles besides root; few, so that changes meet. */
export const userNames: readonly string[] = ["u1", "u2", "u3", "u4"];
export const roleNames: readonly string[] = ["r1", "r2", "r3", "r4"];

/** One in so many of a million is root; nobody in particular. */
const rootPerMillion = 120_000;
const nobodyPerMillion = 80_000;
const tokensPerMillion = 550_000;
/** How often somebody who was denied signs in anew: it may be somebody else's fault. */
const retriesPerMillion = 200_000;

/** See the module. */
export class AuthUser {
  /** Null: nobody in particular. */
  readonly name: string | null;
  private readonly random: RandomStream;
  private readonly hasToken: boolean;
  private authRevision = 0;
  private signsIn: boolean;
  private logins = 0;

  /**
   * Who a client is, which never changes; `what` and `number` are the client's. One that is told `withTokens` false never has
   * a token, and need not sign in.
   */
  constructor(world: World, what: string, number: number, withTokens = true) {
    this.random = world.streams.stream(`user of ${what} ${number}`);
    const { random } = this;
    const isRoot = random.chance(rootPerMillion);
    const isNobody = random.chance(nobodyPerMillion);
    const name = random.pick(userNames);
    this.name = isNobody ? null : isRoot ? "root" : name;
    this.hasToken = withTokens && this.name !== null && random.chance(tokensPerMillion);
    this.signsIn = this.hasToken;
  }

  /** Whether it should {@link signIn} before it calls again. */
  get needsToken(): boolean {
    return this.signsIn;
  }

  /** Who asks, as a server at this member would say. Before it ever signed in nobody does. */
  principalAt({ auth }: StoreMember): Principal | null {
    if (this.name === null || (this.hasToken && this.authRevision === 0)) return null;
    const authRevision = this.hasToken ? this.authRevision : auth.view.revision;
    return { kind: "user", name: this.name, authRevision };
  }

  /** Takes note of what a call of its was told. */
  note(code: string): void {
    if (!this.hasToken) return;
    const isOld = code === "auth-revision-old" || code === "user-empty";
    const doubts = code === "permission-denied" && this.random.chance(retriesPerMillion);
    this.signsIn = isOld || doubts;
  }

  /** Gets a token at the client's place, if it can; never rejects. */
  async signIn(client: Client, timeoutMs: number): Promise<void> {
    const { name } = this;
    this.signsIn = false;
    if (name === null) return;
    const tokenDigest = bytesOf(`${client.number}.${++this.logins}`);
    const login = async (storeMember: StoreMember): Promise<Outcome> => {
      const { view } = storeMember.auth;
      if (view.passwordHash(name) === null) return { ok: false, code: "auth-failed" };
      const authRevision = view.revision;
      return storeMember.execute(
        { kind: "auth-authenticate", name, authRevision, tokenDigest },
        { timeoutMs },
      );
    };
    try {
      const outcome = await client.call(login);
      if (outcome.ok && outcome.response.kind === "auth-token")
        this.authRevision = outcome.response.authRevision;
    } catch {
      client.leave();
    }
  }
}

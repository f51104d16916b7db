/**
 * Sessions by the clients that use them, at one member.
 *
 * A session lives in the replicated state, but its handle lives here: a client that turns to another member gets a new
 * session there, and must not send again what it has no answer to. Within a session the member does that for it.
 */

import { type Member, MemberError, type Session } from "@quorate/member";

/** Clients that are remembered; the one that was quiet for longest is forgotten first. */
const clientsMax = 1000;

/** See the module. */
export class Sessions<Result> {
  private readonly member: Member<Result>;
  /** Promises, so that two requests of one client share the session that the first of them opens. */
  private readonly opened = new Map<string, Promise<Session<Result>>>();

  constructor(member: Member<Result>) {
    this.member = member;
  }

  /** Proposes in the client's session: the command takes effect once, however often the member has to send it. */
  async propose(client: string, command: Uint8Array): Promise<Result> {
    const opening = this.opened.get(client) ?? this.member.openSession();
    this.opened.delete(client);
    this.opened.set(client, opening);
    try {
      this.forgetOldest();
      const session = await opening;
      return await session.propose(command);
    } catch (error) {
      // A session that could not be opened, or was evicted: the next request begins a new one.
      const isUseless = error instanceof MemberError && error.code === "session-expired";
      const isUnopened = await opening.then(
        () => false,
        () => true,
      );
      if ((isUseless || isUnopened) && this.opened.get(client) === opening) this.opened.delete(client);
      throw isUnopened ? openFailed(error) : error;
    }
  }

  private forgetOldest(): void {
    for (const client of this.opened.keys()) {
      if (this.opened.size <= clientsMax) return;
      this.opened.delete(client);
    }
  }
}

/** Whether a session was opened may be unknown; the command, however, was certainly not proposed. */
function openFailed(error: unknown): unknown {
  if (!(error instanceof MemberError)) return error;
  return new MemberError(error.code, true, `no session could be opened: ${error.message}`, { cause: error });
}

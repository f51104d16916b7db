/**
 * Signing in: one token for all calls of a client, got when it is first needed, and again when a server refuses it.
 */

import { ClientError } from "./client-error.ts";

/** See the module. */
export class TokenSource {
  readonly #authenticate: () => Promise<string>;
  /** The token, or the attempt to get one. Null: none is at hand. */
  #token: Promise<string> | null = null;

  /** `authenticate` asks a server for a token; throws ClientError. */
  constructor(authenticate: () => Promise<string>) {
    this.#authenticate = authenticate;
  }

  /** The token; empty if the cluster wants none. Callers that ask at once share one attempt. Throws ClientError. */
  get(): Promise<string> {
    this.#token ??= this.#fetch();
    return this.#token;
  }

  /** A server did not take the token: the next {@link get} gets another, if nobody has yet. */
  async refuse(refused: string): Promise<void> {
    const current = this.#token;
    if (current === null) return;
    const token = await current.catch(() => refused);
    if (token === refused && this.#token === current) this.#token = null;
  }

  async #fetch(): Promise<string> {
    try {
      return await this.#authenticate();
    } catch (error) {
      // A cluster without authentication serves everybody; if it is enabled later, calls are refused and we ask again.
      if (error instanceof ClientError && error.serverText.includes("authentication is not enabled"))
        return "";
      this.#token = null;
      throw error;
    }
  }
}

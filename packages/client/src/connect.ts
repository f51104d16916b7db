/**
 * The door.
 */

import { Client } from "./client.ts";
import { type ClientOptions, resolveSettings } from "./settings.ts";

/**
 * A client that has a connection to one of the endpoints and, with credentials, is signed in.
 *
 * @throws {ClientError} `invalid` for options that make no sense, `unavailable` when no endpoint takes a connection within
 * `dialTimeoutMs`, `unauthenticated` when the credentials are wrong.
 */
export async function connect(options: ClientOptions): Promise<Client> {
  const client = createClient(options);
  try {
    await client.ready({ timeoutMs: options.dialTimeoutMs ?? 5_000 });
  } catch (error) {
    await client.close();
    throw error;
  }
  return client;
}

/** A client that connects when it is first used. Throws ClientError `invalid`. */
export function createClient(options: ClientOptions): Client {
  return new Client(resolveSettings(options));
}

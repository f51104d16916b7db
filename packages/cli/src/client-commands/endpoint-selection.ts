/**
 * The endpoints of commands that ask each one: those that were named, or with `--cluster` all that the cluster has.
 */

import { clusterService, MemberListRequest } from "@quorate/etcd-api";
import type { CommandContext } from "./command-context.ts";
import { CommandFailure, clientExitCode } from "./command-failure.ts";
import type { Connection } from "./connection.ts";

/** The endpoints. Throws if the cluster does not answer, or publishes none. */
export async function selectEndpoints(
  context: CommandContext,
  isCluster: boolean,
): Promise<readonly string[]> {
  if (!isCluster) return context.settings.endpoints;
  const connection = await context.connect();
  const { members } = await connection.call(clusterService.methods.memberList, MemberListRequest.create());
  const endpoints = members.flatMap(({ clientURLs }) => clientURLs);
  if (endpoints.length > 0) return [...new Set(endpoints)];
  throw new CommandFailure(
    clientExitCode.failure,
    "no member publishes client URLs; name them with --endpoints",
  );
}

/** What an endpoint answered, or why it did not. */
export type EndpointResult<T> =
  | { readonly endpoint: string; readonly value: T; readonly error: null }
  | { readonly endpoint: string; readonly value: null; readonly error: unknown };

/** Asks all endpoints at once, each over a connection of its own, and gives the results in their order. */
export function askEach<T>(
  context: CommandContext,
  endpoints: readonly string[],
  ask: (connection: Connection, endpoint: string) => Promise<T>,
): Promise<EndpointResult<T>[]> {
  return Promise.all(
    endpoints.map(async (endpoint): Promise<EndpointResult<T>> => {
      try {
        const connection = await context.connectTo([endpoint]);
        return { endpoint, value: await ask(connection, endpoint), error: null };
      } catch (error) {
        return { endpoint, value: null, error };
      }
    }),
  );
}

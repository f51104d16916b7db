/**
 * etcd names a member by URLs, our links by `host:port`. The scheme is no property of a member here: links are all TLS or
 * none, as the settings say.
 */

import { etcdError } from "../rpc/error-table.ts";

const pattern = /^https?:\/\/((?:\[[0-9a-fA-F:.]+\]|[^\s:/?#@[\]]+):(\d{1,5}))$/;
const portMax = 65_535;

/**
 * The addresses of peer URLs, sorted, as etcd keeps them.
 * @throws RpcError `given member URLs are invalid`: none, no scheme we speak, no `host:port`, or a path
 */
export function addressesOf(urls: readonly string[]): readonly string[] {
  if (urls.length === 0) throw etcdError("invalidMemberUrls");
  const addresses = urls.map((url) => {
    const match = pattern.exec(url.trim());
    const port = Number(match?.[2]);
    if (match === null || port === 0 || port > portMax) throw etcdError("invalidMemberUrls");
    return match[1] as string;
  });
  return addresses.sort();
}

/** The URL of an address. */
export function peerUrlOf(address: string, isTls: boolean): string {
  return `${isTls ? "https" : "http"}://${address}`;
}

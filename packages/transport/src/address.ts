/**
 * Peer addresses: `host:port`, with IPv6 hosts in brackets.
 */

import { TransportError } from "./transport-error.ts";

export type HostPort = { readonly host: string; readonly port: number };

const pattern = /^(?:\[([^\]]+)\]|([^:[\]/]+)):(\d{1,5})$/;
const portMax = 65_535;

/** Splits an address. @throws TransportError `config` */
export function parseAddress(address: string): HostPort {
  const match = pattern.exec(address);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port === 0 || port > portMax) {
    throw new TransportError(
      "config",
      `"${address}" is not a peer address; write host:port or [ipv6]:port`,
      false,
    );
  }
  return { host, port };
}

/** Joins an address. */
export function formatAddress(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

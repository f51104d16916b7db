/**
 * URLs of listeners and members: `http://host:port` or `https://host:port`, nothing behind.
 */

import { usageError } from "../command-error.ts";
import type { FlagName } from "./flag-table.ts";
import { type FlagValues, splitList } from "./flag-values.ts";

const pattern = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(\[[0-9A-Fa-f:.%]+\]|[^/:[\]@?#\s]+):(\d{1,5})(\/?)(.*)$/;
const portMax = 65_535;

/** Flags of places to listen, where a socket in the file system serves as well. */
const mayBeSocket: ReadonlySet<FlagName> = new Set(["listen-client-urls", "listen-metrics-urls"]);

/** The URLs that a flag gives, in one form of writing. @throws CommandError */
export function readUrls(values: FlagValues, name: FlagName): readonly string[] {
  const urls = values.list(name).map((text) => {
    if (mayBeSocket.has(name) && /^unixs?:\/\/./.test(text)) return text;
    const url = normalizeUrl(text);
    if ("wrong" in url) throw usageError(`${values.shown(name)}: "${text}" ${url.wrong}`);
    return url.url;
  });
  const double = urls.find((url, position) => urls.indexOf(url) < position);
  if (double !== undefined) throw usageError(`${values.shown(name)}: ${double} is there twice; remove one`);
  return urls;
}

/** A URL in one form of writing, or what is wrong with it, to be read behind it. */
export function normalizeUrl(text: string): { readonly url: string } | { readonly wrong: string } {
  const match = pattern.exec(text);
  if (match === null) {
    return /^unixs?:/.test(text)
      ? { wrong: "is a Unix socket, which cannot be used here; write http://host:port" }
      : { wrong: "must be a URL with host and port, as in http://127.0.0.1:2379" };
  }
  const [, scheme = "", host = "", port = "", , rest = ""] = match;
  if (!/^https?$/i.test(scheme)) return { wrong: `must begin with http:// or https://, not ${scheme}://` };
  if (Number(port) > portMax || Number(port) === 0) return { wrong: `must have a port from 1 to ${portMax}` };
  if (rest !== "") return { wrong: "must end behind the port; remove what follows" };
  return { url: `${scheme.toLowerCase()}://${host.toLowerCase()}:${Number(port)}` };
}

/** Whether a URL asks for TLS. */
export function isHttps(url: string): boolean {
  return url.startsWith("https://") || url.startsWith("unixs://");
}

/** Whether a URL names all interfaces of a machine, which nobody else can connect to. */
export function isUnspecified(url: string): boolean {
  return /:\/\/(?:0\.0\.0\.0|\[::\]):/.test(url);
}

/** Whether two lists are the same set of places; `localhost` is the loopback address. */
export function areSamePlaces(one: readonly string[], other: readonly string[]): boolean {
  const places = (urls: readonly string[]): string =>
    urls
      .map((url) => url.replace("//localhost:", "//127.0.0.1:"))
      .toSorted()
      .join(" ");
  return places(one) === places(other);
}

/** Members from `name=url,name=url`; a name may come several times. @throws CommandError */
export function readMembers(
  values: FlagValues,
  name: FlagName,
): readonly { readonly name: string; readonly peerUrls: readonly string[] }[] {
  const members = new Map<string, string[]>();
  const owners = new Map<string, string>();
  for (const part of splitList(values.text(name))) {
    const equals = part.indexOf("=");
    if (equals <= 0) {
      throw usageError(`${values.shown(name)}: "${part}" must be NAME=URL, as in a=http://10.0.0.1:2380`);
    }
    const owner = part.slice(0, equals).trim();
    const url = normalizeUrl(part.slice(equals + 1).trim());
    if ("wrong" in url) throw usageError(`${values.shown(name)}: the URL of ${owner} ${url.wrong}`);
    const other = owners.get(url.url);
    if (other !== undefined) {
      throw usageError(
        `${values.shown(name)}: ${url.url} belongs to ${other} and ${owner}; each member needs its own`,
      );
    }
    owners.set(url.url, owner);
    members.set(owner, [...(members.get(owner) ?? []), url.url]);
  }
  return [...members].map(([owner, peerUrls]) => ({ name: owner, peerUrls }));
}

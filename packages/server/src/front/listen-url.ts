/**
 * The URLs that a server listens on.
 */

/** Where to listen. */
export type ListenUrl = {
  /** As it was given. */
  readonly url: string;
  readonly isTls: boolean;
  readonly place: { readonly host: string; readonly port: number } | { readonly path: string };
};

/**
 * Reads a URL: `http://host:port`, `https://host:port`, `unix:///path` or `unixs:///path`. Port 0: any free one.
 * @throws Error that says what is wrong and how it should be.
 */
export function parseListenUrl(text: string): ListenUrl {
  const bad = (what: string): Error =>
    new Error(
      `cannot listen on "${text}": ${what}; give http://host:port, https://host:port or unix:///path`,
    );
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw bad("it is no URL");
  }
  const isTls = url.protocol === "https:" || url.protocol === "unixs:";
  if (url.protocol === "unix:" || url.protocol === "unixs:") {
    const path = decodeURIComponent(url.host + url.pathname);
    if (path === "") throw bad("it names no file");
    return { url: text, isTls, place: { path } };
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw bad(`${url.protocol} is no scheme for it`);
  if (url.pathname !== "/" || url.search !== "" || url.username !== "")
    throw bad("it has more than an address");
  // URL drops the port that is usual for a scheme.
  if (url.port === "" && !/:(80|443)\/?$/.test(text)) throw bad("it has no port");
  const port = url.port === "" ? (isTls ? 443 : 80) : Number(url.port);
  return { url: text, isTls, place: { host: url.hostname.replace(/^\[|\]$/g, ""), port } };
}

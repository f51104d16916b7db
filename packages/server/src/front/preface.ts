/**
 * Which protocol a connection speaks, from its first bytes.
 *
 * A client of HTTP/2 that knows whom it talks to begins with a fixed text (RFC 9113 §3.4) that no request of HTTP/1.1
 * can begin with.
 */

/** What is told from the bytes so far. */
export type Protocol = "http2" | "http1" | "unknown";

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** `unknown`: the bytes are the beginning of both; more must come. */
export function protocolOf(firstBytes: Uint8Array): Protocol {
  const length = Math.min(firstBytes.length, preface.length);
  for (let at = 0; at < length; at++) {
    if (firstBytes[at] !== preface[at]) return "http1";
  }
  return length === preface.length ? "http2" : "unknown";
}

/**
 * Every bound of the front, with its reason. At each bound somebody is refused; nothing grows.
 */

/** Sizes in bytes, times in milliseconds. */
export type FrontLimits = {
  /** Longest request message. etcd: max-request-bytes and 512 KiB for what is around it. */
  readonly messageBytesMax: number;
  /** Request bytes that wait to be whole or to be asked for, over all calls. */
  readonly bufferedRequestBytesMax: number;
  /** Elements of all lists in one request: a two-byte element may become an object of a hundred. */
  readonly requestElementsMax: number;
  /** What a client may send on one stream, and on a connection, before it is told to go on. */
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  /** Calls at a time on one connection; the client waits with more. */
  readonly streamsPerConnectionMax: number;
  /** Connections per address that is listened on; more are closed at once. */
  readonly connectionsMax: number;
  /** All headers of one request. Tokens may be some kilobytes. */
  readonly headerBytesMax: number;
  /** Time for a TLS handshake, and for the first bytes that tell the protocol. */
  readonly handshakeMs: number;
  /** Time for the headers of an HTTP/1.1 request, and for a whole request. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** A connection of HTTP/1.1 without a request is closed after this. */
  readonly idleHttp1Ms: number;
  /** Body of a request to the gateway. */
  readonly gatewayBodyBytesMax: number;
  /** Answers that a sink may hold before it says that it is full. */
  readonly sinkBytesMax: number;
  /** A client that resets more streams than this at once, or per second later on, is sent away (rapid reset). */
  readonly streamResetsMax: number;
  readonly streamResetsPerSecond: number;
  /** Least time between two pings of a client, and pings before it that are forgiven. */
  readonly keepaliveMinMs: number;
  readonly pingStrikesMax: number;
  /** The server's own pings: after so much silence, and how long an answer may take. 0: none. */
  readonly keepaliveIntervalMs: number;
  readonly keepaliveTimeoutMs: number;
};

/** What etcd does where it has a bound; otherwise what a machine of one gigabyte survives. */
export const frontLimitsDefault: FrontLimits = {
  messageBytesMax: 1_572_864 + 512 * 1024,
  bufferedRequestBytesMax: 256 * 1024 * 1024,
  requestElementsMax: 131_072,
  streamWindowBytes: 1024 * 1024,
  connectionWindowBytes: 16 * 1024 * 1024,
  streamsPerConnectionMax: 10_000,
  connectionsMax: 10_000,
  headerBytesMax: 64 * 1024,
  handshakeMs: 10_000,
  headersMs: 10_000,
  requestMs: 60_000,
  idleHttp1Ms: 60_000,
  gatewayBodyBytesMax: 4 * 1024 * 1024,
  sinkBytesMax: 1024 * 1024,
  streamResetsMax: 10_000,
  streamResetsPerSecond: 1000,
  keepaliveMinMs: 5000,
  pingStrikesMax: 2,
  keepaliveIntervalMs: 7_200_000,
  keepaliveTimeoutMs: 20_000,
};

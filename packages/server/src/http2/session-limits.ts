/**
 * Bounds of a connection of HTTP/2.
 */

/** Sizes in bytes, times in milliseconds. */
export type SessionLimits = {
  /** What a client may send on one stream, and on the connection, before it is told to go on. */
  readonly streamWindowBytes: number;
  readonly connectionWindowBytes: number;
  readonly streamsPerConnectionMax: number;
  /** All header fields of a request, as RFC 9113 §6.5.2 counts them; also the bytes of their block. */
  readonly headerBytesMax: number;
  /** Time for the client's SETTINGS and its acknowledgement of ours. */
  readonly handshakeMs: number;
  /** Streams that a client resets, or makes us reset: at once, and per second later on. */
  readonly streamResetsMax: number;
  readonly streamResetsPerSecond: number;
};

/** Answers that wait for a client; above it new streams are refused. */
export const queuedBytesMax = 512 * 1024 * 1024;
/** Frames without effect (SETTINGS, PRIORITY, unknown ones, empty DATA) at once, and per second. */
export const idleFramesMax = 10_000;
export const idleFramesPerSecond = 1000;
/** How long a client may take to answer the ping before the last GOAWAY, and to close its side in the end. */
export const leaveMs = 1000;

/**
 * Numbers of HTTP/2's frames (RFC 9113 §6).
 */

export const FrameType = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  rstStream: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goaway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
} as const;

export const FrameFlag = {
  /** Of DATA and HEADERS. */
  endStream: 0x1,
  /** Of SETTINGS and PING. */
  ack: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const;

export const SettingId = {
  headerTableSize: 0x1,
  enablePush: 0x2,
  maxConcurrentStreams: 0x3,
  initialWindowSize: 0x4,
  maxFrameSize: 0x5,
  maxHeaderListSize: 0x6,
} as const;

/** Length, type, flags and stream before every payload. */
export const frameHeaderBytes = 9;
/** Longest payload that we take; RFC 9113's default, so that a frame never holds a connection for long. */
export const framePayloadBytesMax = 16_384;
/** Window of a stream and of a connection before anything else is said. */
export const windowBytesDefault = 65_535;
/** Largest window, and largest stream. */
export const windowBytesMax = 0x7fff_ffff;
/** What a client says before its first frame (RFC 9113 §3.4). */
export const clientPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/**
 * What HTTP/2 calls errors (RFC 9113 §7), and the exception that ends a connection.
 */

/** Codes of RST_STREAM and GOAWAY. */
export const ErrorCode = {
  noError: 0x0,
  protocolError: 0x1,
  internalError: 0x2,
  flowControlError: 0x3,
  settingsTimeout: 0x4,
  streamClosed: 0x5,
  frameSizeError: 0x6,
  refusedStream: 0x7,
  cancel: 0x8,
  compressionError: 0x9,
  enhanceYourCalm: 0xb,
} as const;

export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** A connection error: it is answered with GOAWAY, and the connection ends. Thrown while bytes are read. */
export class Http2Error extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = "Http2Error";
    this.code = code;
  }
}

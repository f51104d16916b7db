/**
 * The form of a call's messages on the wire: protobuf with a prefix, or JSON. The calls themselves are the same.
 */

import { DecodeError, decode } from "@quorate/etcd-api";
import type { Route } from "../rpc/router.ts";
import { RpcCode, RpcError } from "../rpc/rpc-error.ts";
import type { CallEnvironment } from "./call-environment.ts";
import type { Decompress } from "./compression.ts";
import { type FrameLimits, MessageFrames, onlyMessage, prefixBytes } from "./message-frames.ts";

/** Cuts received bytes into messages. */
export type MessageSource = {
  /** Bytes that wait here. */
  readonly heldBytes: number;
  /** Adds what arrived. @throws RpcError */
  push(bytes: Uint8Array): void;
  /** The next whole message; null: more must come. @throws RpcError */
  next(): Uint8Array | null;
  /** Drops what is held. */
  clear(): void;
};

/** See the module. */
export type CallCodec = {
  /** The message, if these bytes are exactly one and nothing has to be undone; else null. */
  only(bytes: Uint8Array, messageBytesMax: number): Uint8Array | null;
  makeSource(limits: FrameLimits, decompress: Decompress | null): MessageSource;
  /** @throws RpcError */
  decode(environment: CallEnvironment, route: Route, bytes: Uint8Array): object;
  encode(route: Route, message: object): Uint8Array;
  /** What stands for a request when the client sends nothing; null: a request must be sent. */
  readonly nothing: Uint8Array | null;
  /** The status of a client that stops within a message, or before it. */
  incomplete(heldBytes: number): RpcError;
};

/** gRPC's form. */
export const protobufCodec: CallCodec = {
  only: onlyMessage,
  makeSource: (limits, decompress) => new MessageFrames(limits, decompress),
  decode(environment, route, bytes) {
    try {
      return decode(route.method.request, bytes, environment.decodeLimits);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new RpcError(RpcCode.internal, `grpc: error unmarshalling request: ${error.message}`);
    }
  },
  encode({ method: { response } }, message) {
    const size = response.size(message);
    const frame = Buffer.allocUnsafe(prefixBytes + size);
    if (response.write(message, frame, prefixBytes + size) !== prefixBytes) {
      throw new Error(`${response.name} changed while it was encoded`);
    }
    frame[0] = 0;
    frame.writeUInt32BE(size, 1);
    return frame;
  },
  nothing: null,
  incomplete(heldBytes) {
    const what = heldBytes === 0 ? "no request message" : `${heldBytes} bytes of an unfinished message`;
    return new RpcError(RpcCode.internal, `the client closed its side after ${what}`);
  },
};

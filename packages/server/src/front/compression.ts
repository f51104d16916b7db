/**
 * Compressed messages of clients. Answers are never compressed: the data are small or already packed, and the time is
 * better spent elsewhere.
 */

import { gunzipSync, inflateSync } from "node:zlib";
import { RpcCode, RpcError } from "../rpc/rpc-error.ts";

/** What a request may be compressed by, as `grpc-accept-encoding` says it. */
export const acceptedEncodings = "identity,deflate,gzip";

/** Undoes one way of compression; the result is bounded. */
export type Decompress = (bytes: Uint8Array, bytesMax: number) => Uint8Array;

/**
 * What undoes the `grpc-encoding` of a request; null: nothing is compressed.
 * @throws RpcError UNIMPLEMENTED for one that is not known.
 */
export function decompressorOf(encoding: string | null): Decompress | null {
  switch (encoding) {
    case null:
    case "identity":
      return null;
    case "gzip":
      return (bytes, bytesMax) =>
        inflate("gzip", () => gunzipSync(bytes, { maxOutputLength: bytesMax }), bytesMax);
    case "deflate":
      return (bytes, bytesMax) =>
        inflate("deflate", () => inflateSync(bytes, { maxOutputLength: bytesMax }), bytesMax);
    default:
      throw new RpcError(
        RpcCode.unimplemented,
        `grpc: Decompressor is not installed for grpc-encoding "${encoding}"; this server knows ${acceptedEncodings}`,
      );
  }
}

/** In step: a message is at most some megabytes, and the pool's threads belong to the disk. */
function inflate(name: string, action: () => Buffer, bytesMax: number): Uint8Array {
  try {
    const inflated = action();
    return new Uint8Array(inflated.buffer, inflated.byteOffset, inflated.length);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new RpcError(
        RpcCode.resourceExhausted,
        `grpc: received message after decompression larger than max (more than ${bytesMax} vs. ${bytesMax})`,
      );
    }
    const what = error instanceof Error ? error.message : String(error);
    throw new RpcError(
      RpcCode.internal,
      `grpc: failed to decompress the received message: not ${name}: ${what}`,
    );
  }
}

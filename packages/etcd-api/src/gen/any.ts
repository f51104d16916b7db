// Generated from proto/any.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import { type WireReader, noBytes } from "../wire-reader.ts";
import { delimitedSize, stringSize, writeBytes, writeString } from "../wire-writer.ts";

/** A message of any type. */
export type Any = {
  /** Ends with a slash and the full name of the type. */
  readonly typeUrl: string;
  /** The message, encoded. */
  readonly value: Uint8Array;
};

/** Codec of {@link Any}. */
export const Any: MessageType<Any> = {
  name: "google.protobuf.Any",
  fields: [
    { name: "type_url", jsonName: "typeUrl", property: "typeUrl", number: 1, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "value", jsonName: "value", property: "value", number: 2, kind: "bytes", repeated: false, oneof: null, long: null, values: null, message: null },
  ],
  create: createAny,
  size: sizeAny,
  write: writeAny,
  read: readAny,
};

/** A {@link Any} of nothing but zeros, except what is given. */
export function createAny(init?: Partial<Any>): Any {
  if (init === undefined) {
    return {
      typeUrl: "",
      value: noBytes,
    };
  }
  return {
    typeUrl: init.typeUrl ?? "",
    value: init.value ?? noBytes,
  };
}

export function sizeAny(message: Any): number {
  let size = 0;
  if (message.typeUrl !== "") size += 1 + stringSize(message.typeUrl);
  if (message.value.length !== 0) size += 1 + delimitedSize(message.value.length);
  return size;
}

export function writeAny(message: Any, target: Uint8Array, end: number): number {
  let at = end;
  if (message.value.length !== 0) {
    at = writeBytes(target, at, message.value);
    target[--at] = 18;
  }
  if (message.typeUrl !== "") {
    at = writeString(target, at, message.typeUrl);
    target[--at] = 10;
  }
  return at;
}

export function readAny(reader: WireReader, message: Any): void {
  const target = message as Mutable<Any>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 10: {
        target.typeUrl = reader.string();
        break;
      }
      case 18: {
        target.value = reader.bytes();
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

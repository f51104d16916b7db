// Generated from proto/status.proto by scripts/generate.ts. Do not edit.

import type { MessageType, Mutable } from "../message-type.ts";
import type { WireReader } from "../wire-reader.ts";
import { delimitedSize, int32Size, stringSize, writeNumber, writeString, writeVarint } from "../wire-writer.ts";
import { Any, createAny, readAny, sizeAny, writeAny } from "./any.ts";

/** An error, as it stands in the gRPC trailer `grpc-status-details-bin` and in the gateway's error bodies. */
export type Status = {
  /** A gRPC code. */
  readonly code: number;
  readonly message: string;
  readonly details: readonly Any[];
};

/** Codec of {@link Status}. */
export const Status: MessageType<Status> = {
  name: "google.rpc.Status",
  fields: [
    { name: "code", jsonName: "code", property: "code", number: 1, kind: "int32", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "message", jsonName: "message", property: "message", number: 2, kind: "string", repeated: false, oneof: null, long: null, values: null, message: null },
    { name: "details", jsonName: "details", property: "details", number: 3, kind: "message", repeated: true, oneof: null, long: null, values: null, message: () => Any },
  ],
  create: createStatus,
  size: sizeStatus,
  write: writeStatus,
  read: readStatus,
};

/** A {@link Status} of nothing but zeros, except what is given. */
export function createStatus(init?: Partial<Status>): Status {
  if (init === undefined) {
    return {
      code: 0,
      message: "",
      details: [],
    };
  }
  return {
    code: init.code ?? 0,
    message: init.message ?? "",
    details: init.details ?? [],
  };
}

export function sizeStatus(message: Status): number {
  let size = 0;
  if (message.code !== 0) size += 1 + int32Size(message.code);
  if (message.message !== "") size += 1 + stringSize(message.message);
  for (const item of message.details) size += 1 + delimitedSize(sizeAny(item));
  return size;
}

export function writeStatus(message: Status, target: Uint8Array, end: number): number {
  let at = end;
  for (let index = message.details.length - 1; index >= 0; index--) {
    const stop = at;
    at = writeAny(message.details[index] as Any, target, at);
    at = writeVarint(target, at, stop - at);
    target[--at] = 26;
  }
  if (message.message !== "") {
    at = writeString(target, at, message.message);
    target[--at] = 18;
  }
  if (message.code !== 0) {
    at = writeNumber(target, at, message.code);
    target[--at] = 8;
  }
  return at;
}

export function readStatus(reader: WireReader, message: Status): void {
  const target = message as Mutable<Status>;
  while (reader.position < reader.end) {
    const tag = reader.tag();
    switch (tag) {
      case 8: {
        target.code = reader.int32();
        break;
      }
      case 18: {
        target.message = reader.string();
        break;
      }
      case 26: {
        reader.element();
        const outer = reader.enter();
        const item = createAny();
        readAny(reader, item);
        target.details.push(item);
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
}

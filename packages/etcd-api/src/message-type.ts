/**
 * What the generator makes of a message: a plain object that knows how to create, measure, write and read it.
 */

import { type DecodeLimits, defaultDecodeLimits, WireReader } from "./wire-reader.ts";

/**
 * How a field of 64 bits appears.
 *
 * - `id`: a bigint with all its bits. What somebody chose: leases, members, clusters, watches.
 * - `exact`: a number; beyond ±(2^53 − 1) the message is refused. What a server counted.
 * - `clamped`: a number; beyond ±(2^53 − 1) it becomes that. What a request gives to be compared with something counted:
 *   the comparison comes out the same, for nothing counted gets there.
 */
export type LongForm = "id" | "exact" | "clamped";

/** Kinds of values. */
export type FieldKind =
  | "bool"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "string"
  | "bytes"
  | "enum"
  | "message";

/** Numbers of an enum by their names. */
export type EnumValues = Readonly<Record<string, number>>;

/** One field of a message. */
export type Field = {
  /** As in the definition, and in JSON that goes out. */
  readonly name: string;
  /** In lower camel case, which JSON that comes in may use too. */
  readonly jsonName: string;
  /** Property of the message; of a field in a oneof, the `case`. */
  readonly property: string;
  readonly number: number;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** Property of the oneof that it belongs to. */
  readonly oneof: string | null;
  /** Only of 64 bits. */
  readonly long: LongForm | null;
  /** Only of an enum. */
  readonly values: EnumValues | null;
  /** Only of a message; a function, for a message may contain itself. */
  readonly message: (() => MessageType<object>) | null;
};

/** A message without its `readonly`, for who builds it. */
export type Mutable<T> = {
  -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K];
};

/** A kind of message. `T` always has all its properties, in the same order: objects of one shape. */
export type MessageType<T extends object> = {
  /** Full name, as in `etcdserverpb.RangeRequest`. */
  readonly name: string;
  /** By number. */
  readonly fields: readonly Field[];
  /** A message of zeros, empty lists and nulls, except what is given. */
  create(init?: Partial<T>): T;
  /** Bytes of the encoded message. Throws RangeError if a number does not fit its field. */
  size(message: T): number;
  /**
   * Writes the message before `end` and returns where it begins: exactly `size(message)` before. The message must not
   * have changed since it was measured, and `target` must have the room.
   */
  write(message: T, target: Uint8Array, end: number): number;
  /** Merges what the reader has, up to its `end`, into a message. Throws DecodeError. */
  read(reader: WireReader, message: T): void;
};

/** Up to here a Uint8Array lives in the JavaScript heap and costs little; above, Node's pool is ten times as fast. */
const heapBytesMax = 64;

/** A message as bytes, in memory of its own or of Node's pool. Throws RangeError if a number does not fit its field. */
export function encode<T extends object>(type: MessageType<T>, message: T): Uint8Array {
  const size = type.size(message);
  const target = size <= heapBytesMax ? new Uint8Array(size) : takeFromPool(size);
  if (type.write(message, target, size) !== 0) throw new Error(`${type.name} changed while it was encoded`);
  return target;
}

/** A plain Uint8Array, for `slice()` of a Buffer would not copy. */
function takeFromPool(size: number): Uint8Array {
  const room = Buffer.allocUnsafe(size);
  return new Uint8Array(room.buffer, room.byteOffset, size);
}

/**
 * The message that the bytes are. Unknown fields are dropped.
 *
 * Byte strings in it are views of `bytes`, because copying costs more than all the rest: leave `bytes` as they are while
 * the message is in use, and copy (`slice()`) what is kept for longer, or it keeps all of `bytes` in memory.
 *
 * @throws {DecodeError} and nothing else, whatever the bytes.
 */
export function decode<T extends object>(
  type: MessageType<T>,
  bytes: Uint8Array,
  limits: DecodeLimits = defaultDecodeLimits,
): T {
  const message = type.create();
  type.read(new WireReader(bytes, limits), message);
  return message;
}

/**
 * What the member needs of its log. `LogStore` of `@quorate/storage` has all of it.
 */

import type { LogStore } from "@quorate/storage";

/** The durable log of one member. Every promise may reject; the member ends then. */
export type MemberLog = Pick<
  LogStore,
  | "storage"
  | "error"
  | "warnings"
  | "append"
  | "confirm"
  | "compact"
  | "bytesFrom"
  | "beginSnapshot"
  | "receiveSnapshot"
  | "openSnapshot"
  | "install"
  | "read"
  | "close"
>;

/** A member's place for its log, before it is known whether there is one. */
export type LogPlace = {
  /** Opens the log; null if the place is empty. @throws StorageError */
  open(): Promise<MemberLog | null>;
  /** Makes a new, empty log and opens it. @throws StorageError */
  create(): Promise<MemberLog>;
};

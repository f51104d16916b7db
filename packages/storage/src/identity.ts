/**
 * Whose data this is: written once, as the last step of initialisation. Its presence says that everything else must be
 * there, and its absence that this is no member's disk.
 *
 * ```
 *   0 magic, version   8 crc of the rest   12 bytes in all   16 cluster (8)   24 member (8)   32 configuration
 * ```
 */

import type { ConfState, NodeId } from "@quorate/raft";
import { crc32 } from "./checksum.ts";
import { confStateBytes, getConfState, putConfState } from "./conf-state-codec.ts";
import {
  checkFileHeader,
  fileHeaderBytes,
  getNumber,
  Magic,
  putFileHeader,
  setNumber,
  viewOf,
} from "./layout.ts";
import { corrupt } from "./storage-error.ts";

/** A member of a cluster. */
export type Identity = {
  /** 64 bits, unsigned. */
  readonly clusterId: bigint;
  /** A positive safe integer; never used again for another member or another disk. */
  readonly memberId: NodeId;
};

/** What the identity file says. */
export type IdentityFile = {
  readonly identity: Identity;
  /** The configuration that the member begins with, before any snapshot; empty if it joins a cluster. */
  readonly confState: ConfState;
};

const confStateOffset = 32;

/** The seed of every other checksum of a member's files. */
export function logSeedOf({ clusterId, memberId }: Identity): number {
  const bytes = new Uint8Array(16);
  const view = viewOf(bytes);
  view.setBigUint64(0, clusterId, true);
  setNumber(view, 8, memberId);
  return crc32(bytes, 0, 16, 0);
}

/** The identity in words. */
export function describeIdentity({ clusterId, memberId }: Identity): string {
  return `member ${memberId} of cluster ${clusterId.toString(16)}`;
}

/** Encodes the file. */
export function encodeIdentity({ identity, confState }: IdentityFile): Uint8Array {
  const bytes = new Uint8Array(confStateOffset + confStateBytes(confState));
  const view = viewOf(bytes);
  putFileHeader(view, Magic.identity);
  view.setUint32(12, bytes.length, true);
  view.setBigUint64(16, identity.clusterId, true);
  setNumber(view, 24, identity.memberId);
  putConfState(view, confStateOffset, confState);
  view.setUint32(fileHeaderBytes, checksum(bytes), true);
  return bytes;
}

/**
 * Decodes the file.
 * @throws StorageError `corrupt`, `version`
 */
export function decodeIdentity(file: string, bytes: Uint8Array): IdentityFile {
  const view = viewOf(bytes);
  checkFileHeader(file, view, Magic.identity, "an identity file");
  const isWhole = bytes.length >= confStateOffset && view.getUint32(12, true) === bytes.length;
  if (!isWhole || view.getUint32(fileHeaderBytes, true) !== checksum(bytes)) {
    throw corrupt(file, 0, "the identity is damaged");
  }
  const confState = getConfState(view, confStateOffset);
  if (confState === null) throw corrupt(file, confStateOffset, "the first configuration is damaged");
  return { identity: { clusterId: view.getBigUint64(16, true), memberId: getNumber(view, 24) }, confState };
}

function checksum(bytes: Uint8Array): number {
  return crc32(bytes, 12, bytes.length, crc32(bytes, 0, fileHeaderBytes, 0));
}

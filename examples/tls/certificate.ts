/**
 * Certificates, with nothing but Node: an authority, and what it signs. X.509 v3 (RFC 5280), P-256 keys, ECDSA with
 * SHA-256. Node signs, but does not write certificates, so their DER (X.690) is put together here.
 *
 * For trying things out. A company has an authority of its own, with revocation and care for its key.
 */

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { isIPv4 } from "node:net";

/** A certificate and its private key, in PEM. */
export type KeyPair = { readonly cert: string; readonly key: string };

/** What a certificate is for. */
export type Purpose = {
  readonly name: string;
  /** Host names and IPv4 addresses under which its owner is dialed. */
  readonly hosts: readonly string[];
  readonly days: number;
};

const dayMs = 24 * 60 * 60 * 1000;

/** Makes an authority that signs itself. */
export function makeAuthority(name: string, days: number): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const extensions = [
    extension("2.5.29.14", false, tlv(0x04, keyId(publicKey))),
    extension("2.5.29.19", true, sequence(tlv(0x01, Buffer.of(0xff)))), // basic constraints: an authority
    extension("2.5.29.15", true, tlv(0x03, Buffer.of(1, 0b0000_0110))), // key usage: signs certificates and lists
  ];
  return {
    cert: certify({ subject: name, issuer: name, days, publicKey, extensions }, privateKey),
    key: pemOf(privateKey),
  };
}

/** Makes a key and has the authority sign a certificate for it. */
export function issue(authority: KeyPair, issuer: string, { name, hosts, days }: Purpose): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const names = hosts.map((host) =>
    isIPv4(host) ? tlv(0x87, Buffer.from(host.split(".").map(Number))) : tlv(0x82, Buffer.from(host)),
  );
  const purposes = sequence(oid("1.3.6.1.5.5.7.3.1"), oid("1.3.6.1.5.5.7.3.2")); // a member is server and client
  const signer = createPrivateKey(authority.key);
  const extensions = [
    extension("2.5.29.14", false, tlv(0x04, keyId(publicKey))),
    extension("2.5.29.35", false, sequence(tlv(0x80, keyId(createPublicKey(authority.key))))),
    extension("2.5.29.15", true, tlv(0x03, Buffer.of(7, 0b1000_0000))), // key usage: signs handshakes
    extension("2.5.29.37", false, purposes),
    extension("2.5.29.17", false, sequence(...names)),
  ];
  return {
    cert: certify({ subject: name, issuer, days, publicKey, extensions }, signer),
    key: pemOf(privateKey),
  };
}

type Contents = {
  readonly subject: string;
  readonly issuer: string;
  readonly days: number;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
};

function certify({ subject, issuer, days, publicKey, extensions }: Contents, signer: KeyObject): string {
  const algorithm = sequence(oid("1.2.840.10045.4.3.2"));
  const now = Date.now();
  const toBeSigned = sequence(
    tlv(0xa0, integer(Buffer.of(2))), // version 3
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    distinguishedName(issuer),
    // From yesterday on: clocks differ.
    sequence(time(now - dayMs), time(now + days * dayMs)),
    distinguishedName(subject),
    publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, sequence(...extensions)),
  );
  const signature = sign("sha256", toBeSigned, signer);
  const der = sequence(toBeSigned, algorithm, tlv(0x03, Buffer.concat([Buffer.of(0), signature])));
  const body = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...body, "-----END CERTIFICATE-----", ""].join("\n");
}

function pemOf(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** How certificates refer to a key. Any number will do as long as it is the same everywhere. */
function keyId(publicKey: KeyObject): Buffer {
  return createHash("sha1")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest();
}

// --- DER: tag, length, value

function tlv(tag: number, value: Uint8Array): Buffer {
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), value]);
  const digits = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, 0x80 | digits.length, ...digits), value]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function integer(bytes: Uint8Array): Buffer {
  return tlv(0x02, bytes);
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = rest.flatMap((part) => {
    const digits = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) digits.unshift(0x80 | (left & 0x7f));
    return digits;
  });
  return tlv(0x06, Buffer.of(first * 40 + second, ...bytes));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0c, Buffer.from(commonName)))));
}

/** RFC 5280 wants the short form up to 2049, and the long one from 2050 on. */
function time(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return digits < "2050" ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits));
}

function extension(id: string, isCritical: boolean, value: Uint8Array): Buffer {
  const critical = isCritical ? [tlv(0x01, Buffer.of(0xff))] : [];
  return sequence(oid(id), ...critical, tlv(0x04, value));
}

/**
 * Certificates for tests, made here so that nothing but Node is needed: X.509 v3 (RFC 5280) with P-256 keys, written
 * in DER by hand. For tests only: no key usage, no revocation, no care for anything but what TLS checks.
 */

import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What a certificate says. */
export type CertificateFields = {
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  /** IPv4 only. */
  readonly addresses?: readonly string[];
  readonly validFrom?: Date;
  readonly validTo?: Date;
};

/** A certificate and its key, in PEM. */
export type Issued = { readonly cert: string; readonly key: string };

const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  dnsName: 0x82,
  ipAddress: 0x87,
  version: 0xa0,
  extensions: 0xa3,
} as const;

// 1.2.840.10045.4.3.2, 2.5.4.3, 2.5.29.17, 2.5.29.19
const ecdsaWithSha256 = der(
  Tag.sequence,
  der(Tag.oid, Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02])),
);
const commonNameOid = der(Tag.oid, Buffer.from([0x55, 0x04, 0x03]));
const alternativeNameOid = der(Tag.oid, Buffer.from([0x55, 0x1d, 0x11]));
const basicConstraintsOid = der(Tag.oid, Buffer.from([0x55, 0x1d, 0x13]));
const yes = der(Tag.boolean, Buffer.from([0xff]));

/** An authority that signs members' certificates. */
export class TestAuthority {
  /** PEM of the authority's own certificate. */
  readonly cert: string;
  readonly #name: string;
  readonly #key: KeyObject;

  constructor(name: string) {
    this.#name = name;
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#key = privateKey;
    const constraints = extension(basicConstraintsOid, true, der(Tag.sequence, yes));
    this.cert = this.#sign({ commonName: name }, publicKey, [constraints]);
  }

  /** Makes a key and signs a certificate for it. */
  issue(fields: CertificateFields): Issued {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const names = [
      ...(fields.dnsNames ?? []).map((name) => der(Tag.dnsName, Buffer.from(name))),
      ...(fields.addresses ?? []).map((address) =>
        der(Tag.ipAddress, Buffer.from(address.split(".").map(Number))),
      ),
    ];
    const extensions =
      names.length === 0 ? [] : [extension(alternativeNameOid, false, der(Tag.sequence, ...names))];
    return {
      cert: this.#sign(fields, publicKey, extensions),
      key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    };
  }

  #sign(fields: CertificateFields, publicKey: KeyObject, extensions: readonly Buffer[]): string {
    const validFrom = fields.validFrom ?? new Date("2020-01-01T00:00:00Z");
    const validTo = fields.validTo ?? new Date("2099-12-31T00:00:00Z");
    const parts = [
      der(Tag.version, der(Tag.integer, Buffer.from([2]))),
      der(Tag.integer, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
      ecdsaWithSha256,
      nameOf(this.#name),
      der(Tag.sequence, timeOf(validFrom), timeOf(validTo)),
      nameOf(fields.commonName),
      createPublicKey(publicKey.export({ type: "spki", format: "pem" })).export({
        type: "spki",
        format: "der",
      }),
    ];
    if (extensions.length > 0) parts.push(der(Tag.extensions, der(Tag.sequence, ...extensions)));
    const body = der(Tag.sequence, ...parts);
    const signature = der(Tag.bitString, Buffer.from([0]), sign("sha256", body, this.#key));
    return pem(der(Tag.sequence, body, ecdsaWithSha256, signature));
  }
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function nameOf(commonName: string): Buffer {
  return der(
    Tag.sequence,
    der(Tag.set, der(Tag.sequence, commonNameOid, der(Tag.utf8, Buffer.from(commonName)))),
  );
}

function timeOf(date: Date): Buffer {
  const text = date.toISOString().replaceAll(/[-:T]/g, "").slice(0, 14);
  return der(Tag.generalizedTime, Buffer.from(`${text}Z`));
}

function extension(oid: Buffer, critical: boolean, value: Buffer): Buffer {
  return der(Tag.sequence, oid, ...(critical ? [yes] : []), der(Tag.octetString, value));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").replaceAll(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

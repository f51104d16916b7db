/**
 * What a server is told about users, and what can be wrong with it.
 */

import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from "node:crypto";

/** Algorithms of signed tokens (RFC 7518, RFC 8037), as etcd names them. */
export const signMethods = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "HS256",
  "HS384",
  "HS512",
  "EdDSA",
] as const;

export type SignMethod = (typeof signMethods)[number];

/** Signed tokens. */
export type JwtSettings = {
  readonly method: SignMethod;
  /** Null: this member only verifies what another signed. */
  readonly signKey: KeyObject | null;
  readonly verifyKey: KeyObject;
  readonly ttlMs: number;
  /** Differences between clocks that are forgiven. */
  readonly leewayMs: number;
};

/** How those who logged in are known again. */
export type TokenSettings =
  | { readonly kind: "simple"; readonly ttlMs: number }
  | ({ readonly kind: "jwt" } & JwtSettings);

/** Everything about users. */
export type AuthSettings = {
  readonly token: TokenSettings;
  /** Rounds of bcrypt, as a power of two. */
  readonly bcryptCost: number;
  /** Requests a second that one user, and one connection, may make; 0: no limit. */
  readonly userRequestsPerSecond: number;
  readonly connectionRequestsPerSecond: number;
};

/** etcd's own settings, and no limits. */
export const authSettingsDefault: AuthSettings = {
  token: { kind: "simple", ttlMs: 300_000 },
  bcryptCost: 10,
  userRequestsPerSecond: 0,
  connectionRequestsPerSecond: 0,
};

/** PEM texts, or for HS any bytes, of the keys of signed tokens. */
export type JwtKeyFiles = {
  readonly publicKey: Uint8Array | null;
  readonly privateKey: Uint8Array | null;
};

/** Type of key that a method wants, as Node names it; for ES the curve too. */
const keyTypes: Readonly<Record<SignMethod, readonly string[]>> = {
  RS256: ["rsa"],
  RS384: ["rsa"],
  RS512: ["rsa"],
  PS256: ["rsa", "rsa-pss"],
  PS384: ["rsa", "rsa-pss"],
  PS512: ["rsa", "rsa-pss"],
  ES256: ["ec prime256v1"],
  ES384: ["ec secp384r1"],
  ES512: ["ec secp521r1"],
  HS256: ["secret"],
  HS384: ["secret"],
  HS512: ["secret"],
  EdDSA: ["ed25519"],
};

const rsaBitsMin = 2048;

/**
 * The keys of a method. One of the two files is enough: the public key is in the private one, and a member with the
 * public key alone verifies. For HS the secret is in `privateKey`, all bytes of the file, as with etcd.
 * @throws Error that says what is wrong, without any part of a key
 */
export function readJwtKeys(
  method: SignMethod,
  files: JwtKeyFiles,
): Pick<JwtSettings, "signKey" | "verifyKey"> {
  if (method.startsWith("HS")) {
    const secret = files.privateKey ?? files.publicKey;
    if (secret === null) throw new Error(`${method} needs priv-key: a file with the secret`);
    const bytesMin = Number(method.slice(2)) / 8;
    if (secret.length < bytesMin)
      throw new Error(`${method} needs a secret of at least ${bytesMin} bytes, not of ${secret.length}`);
    const key = createSecretKey(secret);
    return { signKey: key, verifyKey: key };
  }
  if (files.publicKey === null && files.privateKey === null)
    throw new Error(`${method} needs priv-key, or pub-key for a member that only verifies`);
  const signKey = files.privateKey === null ? null : readKey(createPrivateKey, files.privateKey, "priv-key");
  const verifyKey =
    files.publicKey === null
      ? createPublicKey(signKey as KeyObject)
      : readKey(createPublicKey, files.publicKey, "pub-key");
  for (const [key, name] of [
    [signKey, "priv-key"],
    [verifyKey, "pub-key"],
  ] as const)
    if (key !== null) checkKey(method, key, name);
  if (signKey !== null && !createPublicKey(signKey).equals(verifyKey))
    throw new Error("pub-key is not the public key of priv-key");
  return { signKey, verifyKey };
}

function readKey(read: (pem: Buffer) => KeyObject, pem: Uint8Array, name: string): KeyObject {
  try {
    return read(Buffer.from(pem));
  } catch {
    // What the library says may quote the file.
    throw new Error(`${name} is no key in PEM form`);
  }
}

function checkKey(method: SignMethod, key: KeyObject, name: string): void {
  const details = key.asymmetricKeyDetails;
  const curve = details?.namedCurve === undefined ? "" : ` ${details.namedCurve}`;
  const type = `${key.asymmetricKeyType ?? ""}${curve}`;
  const wanted = keyTypes[method];
  if (!wanted.includes(type)) throw new Error(`${name} is of type ${type}; ${method} needs ${wanted[0]}`);
  if ((details?.modulusLength ?? rsaBitsMin) < rsaBitsMin)
    throw new Error(`${name} has ${details?.modulusLength} bits; RSA needs ${rsaBitsMin} at least`);
}

/**
 * Users, tokens and the audit log, from flags.
 */

import {
  type AuthSettings,
  type JwtSettings,
  readJwtKeys,
  type SignMethod,
  signMethods,
  type TokenSettings,
} from "@quorate/server";
import { parseDurationMs } from "../client-commands/duration.ts";
import { usageError } from "../command-error.ts";
import type { FlagValues } from "./flag-values.ts";
import type { LogTarget } from "./log-settings.ts";
import type { ReadFile } from "./settings.ts";

/** A place for records. */
export type AuditTarget = LogTarget;

/** etcd's life of a signed token. */
const jwtTtlMsDefault = 300_000;
/** How far clocks of members may be apart. */
const jwtLeewayMs = 10_000;

const jwtOptions = ["sign-method", "pub-key", "priv-key", "ttl"] as const;
type JwtOption = (typeof jwtOptions)[number];

/** @throws CommandError */
export function readAuth(values: FlagValues, readFile: ReadFile): AuthSettings {
  return {
    token: readToken(values, readFile),
    bcryptCost: values.number("bcrypt-cost"),
    userRequestsPerSecond: values.number("user-rate-limit"),
    connectionRequestsPerSecond: values.number("connection-rate-limit"),
  };
}

/** @throws CommandError */
export function readAuditTarget(values: FlagValues): AuditTarget | null {
  const target = values.text("audit-log");
  if (target === "") return null;
  if (target === "-" || target === "stdout" || target === "/dev/stdout") return { kind: "stdout" };
  if (target === "stderr" || target === "/dev/stderr") return { kind: "stderr" };
  return { kind: "file", path: target };
}

function readToken(values: FlagValues, readFile: ReadFile): TokenSettings {
  const [kind, ...options] = values.text("auth-token").split(",");
  if (kind === "simple" && options.length === 0)
    return { kind, ttlMs: values.number("auth-token-ttl") * 1000 };
  if (kind !== "jwt")
    values.refuse("auth-token", "simple, or jwt with options: jwt,sign-method=RS256,priv-key=FILE");
  return { kind: "jwt", ...readJwt(values, readOptions(values, options), readFile) };
}

function readOptions(values: FlagValues, options: readonly string[]): ReadonlyMap<JwtOption, string> {
  const read = new Map<JwtOption, string>();
  for (const option of options) {
    const equals = option.indexOf("=");
    const name = jwtOptions.find((each) => each === option.slice(0, equals));
    if (equals < 0 || name === undefined)
      throw usageError(
        `${values.shown("auth-token")}: there is no option "${option}"; known are ${jwtOptions.join("=, ")}=`,
      );
    if (read.has(name))
      throw usageError(`${values.shown("auth-token")}: ${name} is there twice; give it once`);
    read.set(name, option.slice(equals + 1));
  }
  return read;
}

function readJwt(
  values: FlagValues,
  options: ReadonlyMap<JwtOption, string>,
  readFile: ReadFile,
): JwtSettings {
  const fail = (why: string): never => {
    throw usageError(`${values.shown("auth-token")}: ${why}`);
  };
  const name = options.get("sign-method");
  const method: SignMethod | undefined = signMethods.find((each) => each === name);
  if (method === undefined)
    return fail(`sign-method must be one of ${signMethods.join(", ")}, not ${name ?? "left out"}`);
  const ttl = options.get("ttl");
  const ttlMs = ttl === undefined ? jwtTtlMsDefault : parseDurationMs(ttl);
  if (ttlMs === null || ttlMs < 1000) return fail("ttl must be a duration of a second or more, as in 5m");
  const read = (option: "pub-key" | "priv-key"): Uint8Array | null => {
    const path = options.get(option);
    if (path === undefined) return null;
    try {
      return readFile(path);
    } catch (error) {
      return fail(`${option} ${path} cannot be read: ${(error as Error).message}`);
    }
  };
  const files = { publicKey: read("pub-key"), privateKey: read("priv-key") };
  try {
    return { method, ttlMs, leewayMs: jwtLeewayMs, ...readJwtKeys(method, files) };
  } catch (error) {
    return fail((error as Error).message);
  }
}

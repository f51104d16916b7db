/**
 * The flags that every client command has, under etcdctl's names, and what they mean together.
 *
 * A flag may stand before the command, after it, or in the environment as `QUORATE_…` or `ETCDCTL_…`. The command line
 * wins, then `QUORATE_…`.
 */

import { existsSync, readFileSync } from "node:fs";
import { badArguments, CommandFailure, clientExitCode } from "./command-failure.ts";
import { duration, type Flags, type FlagValues, parseFlagValue, text, toggle, wantedOf } from "./flags.ts";

/** See the module. */
export const connectionFlags = {
  endpoints: text("list", "gRPC endpoints, separated by commas", { initial: "127.0.0.1:2379", adds: true }),
  "dial-timeout": duration(2000, "time limit for a connection"),
  "command-timeout": duration(5000, "time limit for a short command, without the dialling"),
  "keepalive-time": duration(2000, "how often to ping a silent server"),
  "keepalive-timeout": duration(6000, "how long to wait for the answer to a ping"),
  "insecure-transport": toggle("no TLS unless an endpoint or a certificate asks for it", { initial: true }),
  "insecure-skip-tls-verify": toggle("take any certificate of a server (for tests only)"),
  "insecure-discovery": toggle("accept SRV records without TLS", { initial: true }),
  "discovery-srv": text("domain", "find the endpoints by SRV records of a domain", { short: "d" }),
  "discovery-srv-name": text("name", "service name in the SRV records"),
  cacert: text("file", "verify servers' certificates by this CA bundle"),
  cert: text("file", "certificate of this client"),
  key: text("file", "key of this client's certificate"),
  user: text("name[:password]", "user to sign in as; asks for a password that is not given"),
  password: text("password", "password of --user, which then has none"),
  "write-out": text("format", "output: simple, json, table, fields or protobuf", {
    short: "w",
    initial: "simple",
  }),
  hex: toggle("print byte strings in hex"),
  debug: toggle("say on standard error which requests are made"),
} as const satisfies Flags;

export type ConnectionFlags = FlagValues<typeof connectionFlags>;

/** Where to connect and how. */
export type ConnectionSettings = {
  /** As given, for messages and outputs. */
  readonly endpoints: readonly string[];
  readonly dialTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  /** Whether to use TLS with an endpoint that does not say it by its scheme. */
  readonly usesTls: boolean;
  readonly tls: TlsSettings;
  /** Null for nobody. A password of null is to be asked for. */
  readonly user: { readonly name: string; readonly password: string | null } | null;
};

/** PEM texts. */
export type TlsSettings = {
  readonly ca: Uint8Array | null;
  readonly cert: Uint8Array | null;
  readonly key: Uint8Array | null;
  readonly skipVerify: boolean;
};

/** What the flags mean; reads the files of certificates. Throws {@link CommandFailure}. */
export function readConnectionSettings(flags: ConnectionFlags): ConnectionSettings {
  if (flags["discovery-srv"] !== "") {
    throw badArguments("--discovery-srv is not built; name the members with --endpoints host:2379,host:2379");
  }
  return {
    endpoints: parseEndpoints(flags.endpoints, "--endpoints"),
    dialTimeoutMs: flags["dial-timeout"],
    commandTimeoutMs: flags["command-timeout"],
    keepaliveTimeMs: flags["keepalive-time"],
    keepaliveTimeoutMs: flags["keepalive-timeout"],
    usesTls: flags.cacert !== "" || flags.cert !== "" || flags.key !== "" || !flags["insecure-transport"],
    tls: readTlsFiles({ ...flags, skipVerify: flags["insecure-skip-tls-verify"] }, "--"),
    user: parseUser(flags.user, flags.password, "--user"),
  };
}

/** Endpoints from a list with commas. */
export function parseEndpoints(list: string, flag: string): string[] {
  const endpoints = list
    .split(",")
    .map((endpoint) => endpoint.trim())
    .filter((endpoint) => endpoint !== "");
  if (endpoints.length === 0) {
    throw new CommandFailure(
      clientExitCode.badConnection,
      `no available endpoints: ${flag} is empty; give host:port`,
    );
  }
  for (const endpoint of endpoints) {
    const address = endpoint.replace(/^https?:\/\//, "");
    if (/^unixs?:/.test(address))
      throw badArguments(`${flag} ${endpoint}: Unix sockets are not served; give host:port`);
    if (!/^(?:\[[0-9a-fA-F:.%]+\]|[^:/\s]+):[0-9]{1,5}\/?$/.test(address)) {
      throw badArguments(
        `${flag} ${endpoint}: this is no endpoint; give host:port, or http:// or https:// before it`,
      );
    }
  }
  return endpoints;
}

/** Name and password from `name:password`, or from two flags; null if nobody is named. */
export function parseUser(user: string, password: string, flag: string): ConnectionSettings["user"] {
  if (user === "") {
    if (password !== "")
      throw badArguments(`${flag.replace("user", "password")} without ${flag}; name the user`);
    return null;
  }
  if (password !== "") return { name: user, password };
  const colon = user.indexOf(":");
  return colon < 0
    ? { name: user, password: null }
    : { name: user.slice(0, colon), password: user.slice(colon + 1) };
}

/** TLS from files; `prefix` is that of the flags, for messages. */
export function readTlsFiles(
  files: {
    readonly cacert: string;
    readonly cert: string;
    readonly key: string;
    readonly skipVerify: boolean;
  },
  prefix: string,
): TlsSettings {
  if ((files.cert === "") !== (files.key === "")) {
    const [given, missing] = files.cert === "" ? ["key", "cert"] : ["cert", "key"];
    throw badArguments(
      `${prefix}${given} needs ${prefix}${missing} too: a certificate and its key belong together`,
    );
  }
  return {
    ca: readPem(files.cacert, `${prefix}cacert`),
    cert: readPem(files.cert, `${prefix}cert`),
    key: readPem(files.key, `${prefix}key`),
    skipVerify: files.skipVerify,
  };
}

function readPem(path: string, flag: string): Uint8Array | null {
  if (path === "") return null;
  if (!existsSync(path)) throw badArguments(`${flag} ${path}: no such file`);
  return readFileSync(path);
}

/** The value of a flag in the environment, or undefined. Throws {@link CommandFailure} if it is none. */
export function flagFromEnvironment(
  name: keyof ConnectionFlags,
  env: Readonly<Record<string, string | undefined>>,
): string | number | boolean | undefined {
  const suffix = name.toUpperCase().replaceAll("-", "_");
  const variable = [`QUORATE_${suffix}`, `ETCDCTL_${suffix}`].find((each) => (env[each] ?? "") !== "");
  if (variable === undefined) return undefined;
  const flag = connectionFlags[name];
  const parsed = parseFlagValue(flag, env[variable] ?? "");
  if (parsed === null) throw badArguments(`${variable}=${env[variable]}: it wants ${wantedOf(flag)}`);
  return parsed;
}

/**
 * TLS of the two listeners, from flags.
 */

import type { TlsSettings } from "@quorate/server";
import { usageError } from "../command-error.ts";
import type { Notice } from "./assignment.ts";
import type { FlagName } from "./flag-table.ts";
import type { FlagValues } from "./flag-values.ts";
import { isHttps } from "./urls.ts";

/** The flags of one side. */
type Side = {
  readonly certFile: FlagName;
  readonly keyFile: FlagName;
  readonly caFile: FlagName;
  readonly certAuth: FlagName;
  readonly crlFile: FlagName | null;
  readonly allowedCn: FlagName | null;
  readonly allowedHostname: FlagName;
  readonly listen: FlagName;
};

const clientSide: Side = {
  certFile: "cert-file",
  keyFile: "key-file",
  caFile: "trusted-ca-file",
  certAuth: "client-cert-auth",
  crlFile: "client-crl-file",
  allowedCn: null,
  allowedHostname: "client-cert-allowed-hostname",
  listen: "listen-client-urls",
};

const peerSide: Side = {
  certFile: "peer-cert-file",
  keyFile: "peer-key-file",
  caFile: "peer-trusted-ca-file",
  certAuth: "peer-client-cert-auth",
  crlFile: null,
  allowedCn: "peer-cert-allowed-cn",
  allowedHostname: "peer-cert-allowed-hostname",
  listen: "listen-peer-urls",
};

/** TLS for clients; null when no listener asks for it by `https://`. @throws CommandError */
export function readClientTls(
  values: FlagValues,
  urls: readonly string[],
  notices: Notice[],
): TlsSettings | null {
  return readSide(values, clientSide, urls.some(isHttps), notices);
}

/** TLS between members. @throws CommandError */
export function readPeerTls(
  values: FlagValues,
  urls: readonly string[],
  notices: Notice[],
): TlsSettings | null {
  const tls = readSide(values, peerSide, urls.some(isHttps), notices);
  if (tls !== null && tls.caFile === null) {
    throw usageError(
      "--peer-trusted-ca-file is missing: with https:// peers it says whose certificates members may have; without it anybody could be one",
    );
  }
  if (tls !== null && tls.maxVersion === "TLSv1.2") {
    throw usageError(
      `${values.shown("tls-max-version")}: members speak TLS 1.3 with each other; leave it out, or raise it`,
    );
  }
  return tls;
}

function readSide(values: FlagValues, side: Side, isOn: boolean, notices: Notice[]): TlsSettings | null {
  const path = (name: FlagName): string | null => values.text(name) || null;
  const [certFile, keyFile, caFile] = [path(side.certFile), path(side.keyFile), path(side.caFile)];
  if ((certFile === null) !== (keyFile === null)) {
    const [given, missing] =
      certFile === null ? [side.keyFile, side.certFile] : [side.certFile, side.keyFile];
    throw usageError(
      `${values.shown(given)} needs --${missing} too: a certificate and its key belong together`,
    );
  }
  if (!isOn) {
    noteUnused(values, side, notices);
    return null;
  }
  if (certFile === null || keyFile === null) {
    throw usageError(
      `${values.shown(side.listen)} asks for TLS: give --${side.certFile} and --${side.keyFile}, or write http://`,
    );
  }
  const allowedCn = side.allowedCn === null ? [] : values.list(side.allowedCn);
  const allowedHostnames = values.list(side.allowedHostname);
  if (allowedCn.length > 0 && allowedHostnames.length > 0) {
    throw usageError(
      `${values.shown(side.allowedCn ?? side.certAuth)} and ${values.shown(side.allowedHostname)} exclude each other, as in etcd; give one`,
    );
  }
  const isDemanded = values.isOn(side.certAuth);
  if (caFile === null && isDemanded)
    throw usageError(`${values.shown(side.certAuth)} needs --${side.caFile}: whose certificates are good?`);
  return {
    certFile,
    keyFile,
    caFile,
    // As in etcd, naming a CA demands a certificate of it.
    clientCertAuth: isDemanded || caFile !== null,
    crlFile: side.crlFile === null ? null : path(side.crlFile),
    allowedCn,
    allowedHostnames,
    ...readVersions(values),
    cipherSuites: values.list("cipher-suites"),
  };
}

/** Without `https://` nothing of it takes effect: the listener is open, and its operator should know. */
function noteUnused(values: FlagValues, side: Side, notices: Notice[]): void {
  if (values.has(side.certAuth) && values.isOn(side.certAuth)) {
    throw usageError(
      `${values.shown(side.certAuth)} with ${values.shown(side.listen)}: nobody shows a certificate without TLS; write https://`,
    );
  }
  const given = [side.certFile, side.keyFile, side.caFile].filter((name) => values.has(name));
  if (given.length === 0) return;
  const flags = given.map((name) => `--${name}`).join(", ");
  notices.push({
    level: "warn",
    text: `${flags} without effect: ${values.shown(side.listen)} does not say https://`,
  });
}

function readVersions(values: FlagValues): Pick<TlsSettings, "minVersion" | "maxVersion"> {
  const names = { "TLS1.2": "TLSv1.2", "TLS1.3": "TLSv1.3" } as const;
  const min = values.choice("tls-min-version", ["TLS1.2", "TLS1.3"]);
  const max =
    values.text("tls-max-version") === "" ? "TLS1.3" : values.choice("tls-max-version", ["TLS1.2", "TLS1.3"]);
  if (min > max)
    throw usageError(
      `${values.shown("tls-min-version")} is above ${values.shown("tls-max-version")}; no version is left`,
    );
  if (values.list("cipher-suites").length > 0 && min === "TLS1.3") {
    throw usageError(
      `${values.shown("cipher-suites")} with ${values.shown("tls-min-version")}: the suites of TLS 1.3 cannot be chosen; remove one`,
    );
  }
  return { minVersion: names[min], maxVersion: names[max] };
}

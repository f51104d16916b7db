/** Flags about who may connect: TLS, passwords, and the ways of finding members that are not served. */

import { flagsOf } from "../flag.ts";

const tls = flagsOf("TLS");
const auth = flagsOf("Authentication");
const discovery = flagsOf("Discovery");

const oneCertificate =
  "a member shows one certificate in both directions: give it extended key usage serverAuth and clientAuth in";
const ownCertificates = "make a certificate for it, and give it by";
const staticOnly = "name all members in --initial-cluster instead";

export const tlsFlags = [
  tls.works("cert-file", "path", "", "certificate for clients, PEM, with intermediates"),
  tls.works("key-file", "path", "", "its key"),
  tls.works("client-cert-auth", "switch", "false", "demand a certificate from clients"),
  tls.works("trusted-ca-file", "path", "", "who may sign clients' certificates; demands one, as in etcd"),
  tls.works("client-crl-file", "path", "", "client certificates that were revoked"),
  tls.works(
    "client-cert-allowed-hostname",
    "list",
    "",
    "names of which a client's certificate must have one",
  ),
  tls.works("peer-cert-file", "path", "", "certificate for members, used as server and as client"),
  tls.works("peer-key-file", "path", "", "its key"),
  tls.works("peer-client-cert-auth", "switch", "false", "demand a certificate from members"),
  tls.works("peer-trusted-ca-file", "path", "", "who may sign members' certificates"),
  tls.refused(
    "peer-crl-file",
    "path",
    "",
    "revocations between members are not checked; remove the member, or change --peer-trusted-ca-file",
  ),
  tls.works("peer-cert-allowed-cn", "list", "", "common names of which a member's certificate must have one"),
  tls.works("peer-cert-allowed-hostname", "list", "", "names of which a member's certificate must have one"),
  tls.works("tls-min-version", "choice", "TLS1.2", "lowest version of TLS for clients; members use TLS 1.3", {
    choices: ["TLS1.2", "TLS1.3"],
  }),
  tls.works("tls-max-version", "choice", "", "highest version of TLS for clients", {
    choices: ["TLS1.2", "TLS1.3"],
  }),
  tls.works("cipher-suites", "list", "", "cipher suites of TLS 1.2, by their IANA or OpenSSL names"),
  tls.refused("auto-tls", "switch", "false", `Quorate makes no certificates; ${ownCertificates} --cert-file`),
  tls.refused(
    "peer-auto-tls",
    "switch",
    "false",
    `Quorate makes no certificates; ${ownCertificates} --peer-cert-file`,
  ),
  tls.accepted("self-signed-cert-validity", "whole", "1", "Quorate makes no certificates"),
  tls.accepted("client-cert-file", "path", "", "the gateway does not dial its own member"),
  tls.accepted("client-key-file", "path", "", "the gateway does not dial its own member"),
  tls.refused("peer-client-cert-file", "path", "", `${oneCertificate} --peer-cert-file`),
  tls.refused("peer-client-key-file", "path", "", `${oneCertificate} --peer-cert-file`),
  tls.accepted(
    "peer-skip-client-san-verification",
    "switch",
    "false",
    "peers are checked by CA and allowed names",
    {
      wasExperimental: true,
    },
  ),
  tls.accepted(
    "set-member-localaddr",
    "switch",
    "false",
    "the system chooses where links to members start from",
    {
      wasExperimental: true,
    },
  ),
] as const;

export const authFlags = [
  auth.works(
    "auth-token",
    "text",
    "simple",
    "simple, or jwt with options behind commas: sign-method=, priv-key=, pub-key=, ttl=",
  ),
  auth.works("auth-token-ttl", "seconds", "300", "how long a simple token lives without being used", {
    least: 1,
  }),
  auth.works("bcrypt-cost", "whole", "10", "work to hash a password, as a power of two", {
    least: 4,
    most: 20,
  }),
  auth.own(
    "audit-log",
    "path",
    "",
    "a line of JSON per denied and per administrative request, to a file, stderr, or - for stdout",
  ),
  auth.own("user-rate-limit", "whole", "0", "most requests a second of one user, 0 for any number"),
  auth.own(
    "connection-rate-limit",
    "whole",
    "0",
    "most requests a second of one connection, 0 for any number",
  ),
] as const;

export const discoveryFlags = [
  discovery.refused("discovery", "text", "", staticOnly),
  discovery.refused("discovery-token", "text", "", staticOnly),
  discovery.refused("discovery-endpoints", "list", "", staticOnly),
  discovery.refused("discovery-srv", "text", "", staticOnly),
  discovery.refused("discovery-srv-name", "text", "", staticOnly),
  discovery.refused("discovery-proxy", "text", "", staticOnly),
  discovery.refused("discovery-cert", "path", "", staticOnly),
  discovery.refused("discovery-key", "path", "", staticOnly),
  discovery.refused("discovery-cacert", "path", "", staticOnly),
  discovery.refused("discovery-user", "text", "", staticOnly),
  discovery.refused("discovery-password", "text", "", staticOnly),
  discovery.refused("discovery-fallback", "text", "exit", staticOnly, { harmless: ["proxy"] }),
  discovery.refused("discovery-dial-timeout", "duration", "2s", staticOnly),
  discovery.refused("discovery-request-timeout", "duration", "5s", staticOnly),
  discovery.refused("discovery-keepalive-time", "duration", "2s", staticOnly),
  discovery.refused("discovery-keepalive-timeout", "duration", "6s", staticOnly),
  discovery.refused("discovery-insecure-transport", "switch", "true", staticOnly, { harmless: ["false"] }),
  discovery.refused("discovery-insecure-skip-tls-verify", "switch", "false", staticOnly),
] as const;

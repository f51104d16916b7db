/**
 * Makes an authority and certificates for members: see README.md.
 *
 *     node examples/tls/make-certificates.ts [--out DIR] [--names a,b,c] [--hosts 127.0.0.1,localhost]
 *
 * An authority that is there already signs the new ones; certificates that are there stay as they are.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { issue, type KeyPair, makeAuthority } from "./certificate.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "./quorate-data/tls" },
    names: { type: "string", default: "a,b,c" },
    hosts: { type: "string", default: "127.0.0.1,localhost" },
  },
});
const authorityName = "quorate example authority";

mkdirSync(values.out, { recursive: true, mode: 0o700 });
const authority = keep("ca", () => makeAuthority(authorityName, 3650));
for (const name of values.names.split(","))
  keep(name, () => issue(authority, authorityName, { name, hosts: values.hosts.split(","), days: 365 }));

/** Makes what is not there yet. */
function keep(name: string, make: () => KeyPair): KeyPair {
  const certFile = join(values.out, `${name}.crt`);
  const keyFile = join(values.out, `${name}.key`);
  if (existsSync(certFile) && existsSync(keyFile)) {
    console.log(`kept  ${certFile}, ${keyFile}`);
    return { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  }
  const made = make();
  writeFileSync(keyFile, made.key, { mode: 0o600 });
  writeFileSync(certFile, made.cert);
  console.log(`made  ${certFile}, ${keyFile}`);
  return made;
}

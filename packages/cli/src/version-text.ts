/**
 * What `--version` and `quorate version` print. The first line is what etcd's tools look for.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serverVersion } from "@quorate/server";

/** Versions of everything. */
export type Versions = {
  /** Of etcd's API. */
  readonly etcd: string;
  readonly quorate: string;
  /** The commit that this was built from; null if it cannot be known. */
  readonly commit: string | null;
  readonly node: string;
  readonly platform: string;
};

const packageDir = join(import.meta.dirname, "..");

/** Reads them. */
export function readVersions(): Versions {
  const manifest = JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8")) as {
    readonly version: string;
    readonly gitHead?: string;
  };
  return {
    etcd: serverVersion,
    quorate: manifest.version,
    // npm notes the commit when a package is published; a working tree has it in its repository.
    commit: manifest.gitHead ?? readCommit(join(packageDir, "../../.git")),
    node: process.version,
    platform: `${process.platform}/${process.arch}`,
  };
}

/** As lines. */
export function versionText(versions: Versions): string {
  return [
    `etcd Version: ${versions.etcd}`,
    `Quorate Version: ${versions.quorate}`,
    `Git SHA: ${versions.commit ?? "unknown"}`,
    `Node Version: ${versions.node}`,
    `Platform: ${versions.platform}`,
    "",
  ].join("\n");
}

function readCommit(gitDir: string): string | null {
  try {
    const head = readFileSync(join(gitDir, "HEAD"), "utf8").trim();
    const reference = /^ref: (.+)$/.exec(head)?.[1];
    return (reference === undefined ? head : readReference(gitDir, reference))?.slice(0, 12) ?? null;
  } catch {
    return null;
  }
}

function readReference(gitDir: string, reference: string): string | null {
  try {
    return readFileSync(join(gitDir, reference), "utf8").trim();
  } catch {
    const packed = readFileSync(join(gitDir, "packed-refs"), "utf8").split("\n");
    return packed.find((line) => line.endsWith(` ${reference}`))?.split(" ")[0] ?? null;
  }
}

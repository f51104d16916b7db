/**
 * Rules about the content of every text file: nothing that is true of one machine only, no dead links, and a lockfile
 * that `npm ci` takes on every platform.
 */

import { posix } from "node:path";
import type { Finding } from "./finding.ts";
import { findMissing, type Lockfile } from "./lockfile.ts";
import type { Tree } from "./tree.ts";

const bannedContent: readonly { readonly what: string; readonly pattern: RegExp; readonly remedy: string }[] =
  [
    {
      what: "a registry's host",
      pattern: /\b(?:registry\.(?:npmjs|yarnpkg|npmmirror)\.\w+|npm\.pkg\.github\.com|"resolved": "https?:)/,
      remedy: "leave it out: the machine's own settings say where packages come from.",
    },
    {
      what: "a path of one machine",
      pattern: /(?<![\w.~*$})-])\/(?:home|root|work|Users)\/\w|\b[A-Z]:\\Users\\/,
      remedy: "use a path relative to the repository.",
    },
  ];

/** Findings about forbidden content, line by line. */
export function checkContent(tree: Tree): Finding[] {
  return tree.files.flatMap((file) =>
    tree
      .textOf(file)
      .split("\n")
      .flatMap((text, index) =>
        bannedContent
          .filter(({ pattern }) => pattern.test(text))
          .map(({ what, remedy }) => ({
            file,
            line: index + 1,
            rule: "content",
            message: `names ${what}.`,
            remedy,
          })),
      ),
  );
}

/** Findings about links between documents that lead nowhere. */
export function checkLinks(tree: Tree): Finding[] {
  const known = new Set(tree.files.flatMap((file) => [file, ...parents(file)]));
  return tree.files
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) =>
      tree
        .textOf(file)
        .split("\n")
        .flatMap((text, index) =>
          [...text.matchAll(/\]\(([^)\s]+)\)/g)]
            .map((match) => match[1] as string)
            .filter((link) => !/^(?:[a-z]+:|#)/.test(link))
            .filter((link) => !known.has(resolveLink(file, link)))
            .map((link) => ({
              file,
              line: index + 1,
              rule: "link",
              message: `link to "${link}" leads nowhere.`,
              remedy: "correct it.",
            })),
        ),
    );
}

/** Findings about packages that the lockfile lacks. */
export function checkLockfile(tree: Tree): Finding[] {
  const file = "package-lock.json";
  if (!tree.files.includes(file)) return [];
  return findMissing(JSON.parse(tree.textOf(file)) as Lockfile).map(({ name, wantedBy }) => ({
    file,
    line: 1,
    rule: "lockfile",
    message: `no entry for ${name}, which ${wantedBy} may want: npm ci will refuse the file.`,
    remedy: "npm run lockfile.",
  }));
}

function resolveLink(file: string, link: string): string {
  const path = link.replace(/#.*$/, "");
  return posix.join(posix.dirname(file), path).replace(/\/$/, "");
}

function parents(file: string): string[] {
  const parts = file.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

/**
 * What a lockfile lacks, and how it is completed.
 *
 * npm leaves a platform's optional package out of the lockfile when the registry at hand does not carry it, and `npm ci`
 * then refuses the whole lockfile, on every platform. What the entry needs is known without asking anybody: the version
 * stands in the package that wants it, the platform in its name. Such an entry has no integrity hash; npm installs it
 * only on the platform named.
 */

/** One entry of `packages` in a lockfile, as far as it matters here. */
export type LockedPackage = {
  readonly version?: string;
  /** Whether only development wants it. */
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

/** A lockfile of version 2 or 3. */
export type Lockfile = { readonly packages: Readonly<Record<string, LockedPackage>> };

/** A package that a locked package may want and that has no entry. */
export type MissingPackage = {
  readonly name: string;
  readonly version: string;
  readonly wantedBy: string;
  readonly dev: boolean;
};

const systems = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const processors = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];
const libraries = new Map([
  ["gnu", "glibc"],
  ["gnueabihf", "glibc"],
  ["musl", "musl"],
  ["musleabihf", "musl"],
]);

/** The optional dependencies that no entry covers, nested or at the top. */
export function findMissing(lock: Lockfile): MissingPackage[] {
  const missing = new Map<string, MissingPackage>();
  for (const [path, locked] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
      if (foldersAbove(path).some((folder) => `${folder}node_modules/${name}` in lock.packages)) continue;
      missing.set(name, { name, version, wantedBy: path, dev: locked.dev ?? false });
    }
  }
  return [...missing.values()];
}

/** The lockfile with an entry for each missing package, in npm's order. */
export function completeLockfile(lock: Lockfile): Lockfile {
  const packages: Record<string, LockedPackage> = { ...lock.packages };
  for (const missing of findMissing(lock)) packages[`node_modules/${missing.name}`] = describe(missing);
  const sorted = Object.entries(packages).toSorted(([one], [other]) => one.localeCompare(other, "en"));
  return { ...lock, packages: Object.fromEntries(sorted) };
}

/** Where Node looks for what a package wants: its own folder, then every one above. */
function foldersAbove(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, index) => `${parts.slice(0, parts.length - index).join("/")}/`).concat("");
}

function describe({ name, version, dev }: MissingPackage): LockedPackage {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    throw new Error(`${name}@${version} is a range, not one version`);
  const words = name.slice(name.indexOf("/") + 1).split("-");
  const cpu = processors.filter((word) => words.includes(word));
  const os = systems.filter((word) => words.includes(word));
  const libc = words.flatMap((word) => libraries.get(word) ?? []);
  return {
    version,
    ...(cpu.length > 0 && { cpu }),
    ...(dev && { dev }),
    ...(os.includes("linux") && libc.length > 0 && { libc }),
    optional: true,
    ...(os.length > 0 && { os }),
  } as LockedPackage;
}

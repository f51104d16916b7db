/**
 * `import`: keys from a running etcd, or from a file of `export`, into this cluster.
 */

import { kvService, RangeRequest } from "@quorate/etcd-api";
import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { defineCommand, refuseSurplus } from "../command-definition.ts";
import { badArguments, badFeature, CommandFailure, clientExitCode } from "../command-failure.ts";
import type { CommandIo } from "../command-io.ts";
import type { Connection } from "../connection.ts";
import { parseEndpoints, parseUser, readTlsFiles } from "../connection-flags.ts";
import { type FlagValues, text, toggle } from "../flags.ts";
import { bytesOf } from "../key-range.ts";
import { ProgressBar } from "../output/progress-bar.ts";
import { askPassword } from "../password-prompt.ts";
import { type ImportSource, openClusterSource, openFileSource, openStreamSource } from "./import-source.ts";
import { type Verification, verifyImport } from "./import-verification.ts";
import { type ConflictMode, type ImportCounts, ImportWriter, type LeaseMode } from "./import-writer.ts";

const importFlags = {
  from: text("urls", "endpoints of the cluster to read from, separated by commas", { adds: true }),
  file: text("file", "file of 'quorate export' to read instead; - for standard input"),
  prefix: text("prefix", "only keys that begin with it"),
  leases: text(
    "mode",
    "keys with leases: keep them under leases of the same IDs and times, drop the leases, or skip the keys",
    {
      initial: "keep",
    },
  ),
  "on-conflict": text("mode", "keys that are here with another value: fail, overwrite or keep", {
    initial: "fail",
  }),
  "skip-verification": toggle("do not compare everything once more afterwards"),
  "from-cacert": text("file", "verify the other cluster's certificates by this CA bundle"),
  "from-cert": text("file", "certificate for the other cluster"),
  "from-key": text("file", "key of that certificate"),
  "from-insecure-skip-tls-verify": toggle("take any certificate of the other cluster (for tests only)"),
  "from-user": text("name[:password]", "user of the other cluster"),
  "from-password": text("password", "password of --from-user"),
} as const;

type ImportFlags = FlagValues<typeof importFlags>;

const details = `Reads the other cluster at one revision, writes here what is not here yet, and compares everything afterwards. It may be
broken off and repeated: what is here already is not written again. Revisions and versions are this cluster's own. Leases
keep their IDs and begin their time anew; whoever kept them alive must do so here.`;

/** Adds the command. */
export function addImportCommand(program: Command, io: CommandIo): void {
  defineCommand(program, io, {
    name: "import",
    usage: "",
    summary: "bring keys from a running etcd, or from an export, into this cluster",
    details,
    examples: [
      "quorate import --from http://10.0.0.1:2379,http://10.0.0.2:2379",
      "quorate import --from https://old:2379 --from-cacert ca.pem --prefix config/",
      "quorate import --file backup.jsonl",
    ],
    flags: importFlags,
    async run({ args, flags }, context) {
      refuseSurplus(args, 0, "import takes flags only: --from or --file");
      const modes = readModes(flags);
      const source = await openSource(context, flags);
      try {
        await importFrom(context, source, flags, modes);
      } finally {
        await source.close();
      }
    },
  });
}

type Modes = { readonly leases: LeaseMode; readonly conflicts: ConflictMode };

function readModes(flags: ImportFlags): Modes {
  const leases = (["keep", "drop", "skip"] as const).find((mode) => mode === flags.leases);
  if (leases === undefined) throw badFeature(`--leases ${flags.leases}: use keep, drop or skip`);
  const conflicts = (["fail", "overwrite", "keep"] as const).find((mode) => mode === flags["on-conflict"]);
  if (conflicts === undefined) {
    throw badFeature(`--on-conflict ${flags["on-conflict"]}: use fail, overwrite or keep`);
  }
  return { leases, conflicts };
}

async function openSource(context: CommandContext, flags: ImportFlags): Promise<ImportSource> {
  const { from, file } = flags;
  if ((from === "") === (file === "")) {
    throw badArguments("import needs one of --from URL,URL (a running cluster) and --file FILE (an export)");
  }
  const prefix = bytesOf(flags.prefix);
  if (file === "-") return openStreamSource(context.io.stdin, prefix);
  if (file !== "") return openFileSource(file, prefix);
  const connection = await connectToSource(context, flags);
  const source = await openClusterSource(connection, prefix).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  return { ...source, close: () => connection.close() };
}

async function connectToSource({ io, settings }: CommandContext, flags: ImportFlags): Promise<Connection> {
  const tlsFiles = {
    cacert: flags["from-cacert"],
    cert: flags["from-cert"],
    key: flags["from-key"],
    skipVerify: flags["from-insecure-skip-tls-verify"],
  };
  const user = parseUser(flags["from-user"], flags["from-password"], "--from-user");
  const { openConnection } = await import("../connection.ts");
  return openConnection({
    ...settings,
    endpoints: parseEndpoints(flags.from, "--from"),
    usesTls: tlsFiles.cacert !== "" || tlsFiles.cert !== "",
    tls: readTlsFiles(tlsFiles, "--from-"),
    user:
      user === null
        ? null
        : {
            name: user.name,
            password: user.password ?? (await askPassword(io, "Password of --from-user: ")),
          },
    log: null,
  });
}

async function importFrom(
  context: CommandContext,
  source: ImportSource,
  flags: ImportFlags,
  modes: Modes,
): Promise<void> {
  const connection = await context.connect();
  if (flags.from !== "") await refuseSameCluster(connection, source);
  const writer = new ImportWriter(connection, source, modes.leases, modes.conflicts);
  const bar = new ProgressBar(context.io, "import", source.keys);
  try {
    for await (const page of source.pages()) {
      await writer.write(page);
      bar.add(page.length);
    }
  } finally {
    bar.finish();
  }
  const verification = flags["skip-verification"]
    ? null
    : await verify(context, connection, source, flags, modes);
  report(context, source, writer.counts, verification);
  if (verification === null) return;
  const { missing, different, examples } = verification;
  const tolerated = modes.conflicts === "keep" ? writer.counts.conflicts : 0;
  if (missing === 0 && different <= tolerated) return;
  const text = `${missing} keys are missing and ${different} differ, as ${examples.join(", ")}`;
  throw new CommandFailure(
    clientExitCode.failure,
    `${text}; somebody writes here or there meanwhile: import again`,
  );
}

/** Importing a cluster into itself would do nothing but look right. */
async function refuseSameCluster(connection: Connection, source: ImportSource): Promise<void> {
  const request = RangeRequest.create({ key: Uint8Array.of(0), countOnly: true });
  const { header } = await connection.call(kvService.methods.range, request);
  if (header?.clusterId !== source.clusterId) return;
  const id = source.clusterId.toString(16);
  throw badArguments(
    `--from and --endpoints are the same cluster ${id}; name the one to write to with --endpoints`,
  );
}

async function verify(
  context: CommandContext,
  connection: Connection,
  source: ImportSource,
  flags: ImportFlags,
  modes: Modes,
): Promise<Verification> {
  const bar = new ProgressBar(context.io, "verify", source.keys);
  try {
    return await verifyImport(connection, source, bytesOf(flags.prefix), modes.leases, bar);
  } finally {
    bar.finish();
  }
}

function report(
  { output }: CommandContext,
  source: ImportSource,
  counts: ImportCounts,
  verification: Verification | null,
): void {
  const rows: readonly (readonly [string, number])[] = [
    ["read", counts.read],
    ["written", counts.written],
    ["unchanged", counts.unchanged],
    ["skipped", counts.skipped],
    ["conflicts kept", counts.conflicts],
    ["leases granted", counts.leases],
  ];
  const checks: readonly (readonly [string, number])[] =
    verification === null
      ? []
      : [
          ["verified", verification.equal],
          ["missing", verification.missing],
          ["different", verification.different],
          ["expired", verification.expired],
          ["surplus", verification.surplus],
        ];
  const all = [...rows, ...checks];
  output.show({
    simple() {
      output.line(`revision ${source.revision} of cluster ${source.clusterId.toString(16)}`);
      for (const [name, count] of all) output.line(`${name}: ${count}`);
    },
    fields() {
      output.field("Revision", source.revision);
      for (const [name, count] of all) output.field(camelCase(name, true), count);
    },
    json: () => ({
      revision: source.revision,
      clusterId: source.clusterId.toString(16),
      ...Object.fromEntries(all.map(([name, count]) => [camelCase(name, false), count])),
    }),
    table: () => ({ headings: ["what", "keys"], rows: all.map(([name, count]) => [name, String(count)]) }),
  });
}

function camelCase(name: string, startsHigh: boolean): string {
  const joined = name.replaceAll(/ ([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  return startsHigh ? joined.charAt(0).toUpperCase() + joined.slice(1) : joined;
}

/**
 * The help of `quorate serve`, from the table of flags; fits 80 columns.
 */

import { type Flag, type FlagKind, flagGroups, isEffective } from "./flag.ts";
import { flagTable } from "./flag-table.ts";
import { wrapText } from "./text-wrap.ts";

const width = 80;
const textColumn = 34;

const holders: Readonly<Record<FlagKind, string>> = {
  switch: "",
  text: "TEXT",
  path: "PATH",
  choice: "",
  whole: "N",
  milliseconds: "MS",
  seconds: "S",
  duration: "TIME",
  urls: "URL,…",
  list: "ITEM,…",
  members: "NAME=URL,…",
};

const introduction = `quorate serve [FLAG…]

Runs one member of a cluster. Takes etcd's flags, under etcd's names; those
marked * are Quorate's own.

Examples:
  $ quorate serve
      one member, for clients on http://localhost:2379, data in default.etcd
  $ quorate serve --name a --data-dir /var/lib/quorate \\
      --listen-peer-urls http://10.0.0.1:2380 \\
      --initial-advertise-peer-urls http://10.0.0.1:2380 \\
      --listen-client-urls http://10.0.0.1:2379,http://127.0.0.1:2379 \\
      --advertise-client-urls http://10.0.0.1:2379 \\
      --initial-cluster a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,\\
  c=http://10.0.0.3:2380
      a member of a new cluster of three; the same on b and c
  $ quorate serve --name d … --initial-cluster-state existing
      a member that was added with quorate member add
  $ ETCD_NAME=a quorate serve        a flag by the environment
  $ quorate serve --config-file quorate.yaml
  $ quorate cluster                  three members on this machine
`;

const notes = `Timing:
  Without --heartbeat-interval and --election-timeout, heartbeats go out every
  50 ms and election timeouts are drawn from 150 to 300 ms (--timing-profile).
  With either, it is etcd's timing: what is not given has etcd's default, and
  timeouts are drawn from the election timeout to twice of it. Either way the
  window widens while links or disks are measured to be slower.

Writing flags:
  --flag VALUE, --flag=VALUE, -flag VALUE. A switch: --flag or --flag=false.
  TIME is written as Go does: 300ms, 5s, 1h30m. Of etcd's flags that were once
  experimental, --experimental-NAME works too.
  ETCD_SOME_FLAG or QUORATE_SOME_FLAG in the environment is --some-flag; the
  command line goes before it. With --config-file both are ignored; its keys are
  the flags' names.

Signals:
  SIGTERM, SIGINT  hand leadership over, stop, exit code 0; again: end at once
  SIGHUP           open log files again

Exit codes:
  0 stopped in order     1 cannot start, with the remedy     2 a wrong flag
  70 the member ended by itself, because going on would be unsafe
`;

/** The whole text. */
export function serveHelp(): string {
  const groups = flagGroups.flatMap((group) => {
    const flags = flagTable.filter((flag) => flag.group === group && isEffective(flag));
    return flags.length === 0 ? [] : [`${group}:\n${flags.map(flagLines).join("\n")}\n`];
  });
  const named = (standing: Flag["standing"]["is"]): string => {
    const flags = flagTable.filter((flag) => flag.standing.is === standing);
    return `  ${wrapText(flags.map(({ name }) => `--${name}`).join(" "), width - 2, "  ")}`;
  };
  return [
    introduction,
    ...groups,
    `Accepted, without effect (the log names those that are given):\n${named("accepted")}\n`,
    `Refused, with the reason, when they ask for something:\n${named("refused")}\n`,
    "Other:\n  --help, -h                      this text\n  --version                       versions of etcd's API, Quorate and Node\n",
    notes,
  ].join("\n");
}

/** How a flag is written, without its value's initial text. */
export function flagUsage(flag: Flag): string {
  const holder = flag.kind === "choice" ? flag.choices.join("|") : holders[flag.kind];
  return holder === "" ? `--${flag.name}` : `--${flag.name} ${holder}`;
}

function flagLines(flag: Flag): string {
  const mark = flag.standing.is === "own" ? "* " : "  ";
  // The long list of levels would push everything aside.
  const usage = flag.name === "log-level" ? "--log-level LEVEL" : flagUsage(flag);
  const choices = flag.name === "log-level" ? "debug, info, warn, error, fatal; " : "";
  const initial =
    flag.initial === "" || (flag.kind === "switch" && flag.initial === "false") ? "" : ` (${flag.initial})`;
  const text = wrapText(`${choices}${flag.help}${initial}`, width - textColumn);
  const indented = text.replaceAll("\n", `\n${" ".repeat(textColumn)}`);
  const head = `${mark}${usage}`;
  return head.length + 2 <= textColumn
    ? `${head.padEnd(textColumn)}${indented}`
    : `${head}\n${" ".repeat(textColumn)}${indented}`;
}

/**
 * `quorate cluster` in the program.
 */

import { type Command, InvalidArgumentError } from "commander";
import type { PlanRequest } from "./cluster-plan.ts";

type Options = {
  readonly members?: number;
  readonly dataDir: string;
  readonly basePort?: number;
  readonly restart?: boolean;
};

const help = `
On a terminal it shows the members in a table, and takes keys:
  k  kill -9 the leader, or the chosen member      1-9, arrows  choose a member
  s  stop it in order                              r            restart the dead
  q  stop all and quit; again: at once
Elsewhere it prints lines, and takes the lines "kill [NAME]", "stop [NAME]",
"restart [NAME]" and "quit" on standard input.

A member that dies stays dead until it is restarted by hand, so that one can see
what the others do meanwhile; --restart changes that.

Ports are 2379, 22379, 32379, … for clients, and 2380, 22380, 32380, … between
members, as in etcd's Procfile; with --base-port N they are N, N+2, … and N+1,
N+3, …. Data, ports and logs stay in the data directory: the same command starts
the same cluster again. Remove the directory to begin anew.

Examples:
  $ quorate cluster
  $ quorate cluster --members 5 --data-dir /tmp/five --base-port 0
  $ quorate cluster -- --log-level debug --snapshot-count 1000
      further flags go to every quorate serve`;

export function registerCluster(program: Command): void {
  program
    .command("cluster")
    .summary("run a cluster on this machine, with a live table")
    .description("Runs members on this machine, each in a process of its own, and shows how they are.")
    .usage("[OPTION…] [-- FLAG…]")
    .argument("[flags...]", "flags for every quorate serve, behind --")
    .option("--members <n>", "how many members (default: 3)", wholeNumber)
    .option("--data-dir <dir>", "where data and logs are kept", "./quorate-data")
    .option("--base-port <port>", "first port; 0 chooses free ones (default: 2379)", wholeNumber)
    .option("--restart", "start a member that dies again")
    .addHelpText("after", help)
    .action(async (flags: string[], options: Options) => {
      const { runCluster } = await import("./run-cluster.ts");
      const { dataDir, members = null, basePort = null, restart = false } = options;
      const request: PlanRequest = { dataDir, members, basePort };
      await runCluster(request, flags, restart);
    });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

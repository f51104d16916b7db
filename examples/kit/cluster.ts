/**
 * Three members on this machine, each in a process of its own, watched over by this one: it shows how they are, says
 * what happens to them, starts again what died when it is told to, and stops all of them at its end.
 *
 * It never starts a member again by itself. Consensus is about what goes on while somebody is missing, and that would
 * not be seen.
 */

import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type ClusterDefaults,
  type ClusterOptions,
  memberArguments,
  readClusterOptions,
} from "./cluster-options.ts";
import { UsageError } from "./member-options.ts";
import { MemberProcess } from "./member-process.ts";
import { type Row, Screen } from "./screen.ts";

/** What is run. */
export type ClusterProgram = {
  /** The program of one member. */
  readonly main: URL;
  readonly defaults: ClusterDefaults;
  /** Lines that tell what to try, given the HTTP ports. */
  readonly tries: (httpPorts: readonly number[]) => readonly string[];
};

const lookEveryMs = 250;
/** After that, whoever has not stopped is killed, and it is said so. */
const stopMs = 5_000;

/** Runs until Ctrl-C or SIGTERM. */
export async function runCluster(program: ClusterProgram): Promise<void> {
  let options: ClusterOptions;
  try {
    options = readClusterOptions(process.argv.slice(2), program.defaults);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${relative(process.cwd(), process.argv[1] ?? "")}: ${error.message}`);
    process.exitCode = 2;
    return;
  }
  await new Cluster(program, options).run();
}

class Cluster {
  private readonly program: ClusterProgram;
  private readonly screen = new Screen();
  private readonly members: readonly MemberProcess[];
  private rows: readonly Row[] = [];
  /** The leader that was announced last, as `name term`. */
  private announced = "";
  private hasExplained = false;
  private isStopping = false;

  constructor(program: ClusterProgram, options: ClusterOptions) {
    this.program = program;
    const script = relative(process.cwd(), fileURLToPath(program.main));
    this.members = options.names.map((name, position): MemberProcess => {
      const settings = {
        name,
        httpPort: options.httpPorts[position] ?? 0,
        args: [script, ...memberArguments(options, name)],
      };
      const member: MemberProcess = new MemberProcess(settings, {
        onLine: (line) => this.screen.say(line),
        onEnd: (how) => this.noteEnd(member, how),
      });
      return member;
    });
  }

  async run(): Promise<void> {
    process.on("SIGINT", () => this.beginStop());
    process.on("SIGTERM", () => this.beginStop());
    this.listenToKeys();
    for (const member of this.members) member.start();
    while (!this.isStopping) {
      await this.look();
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
    await this.stop();
  }

  // --- watching

  private async look(): Promise<void> {
    this.rows = await Promise.all(
      this.members.map(
        async (member): Promise<Row> => ({ member, status: await member.status(lookEveryMs * 2) }),
      ),
    );
    if (this.isStopping) return;
    this.announceLeader();
    this.screen.draw(this.rows, this.hint());
  }

  private announceLeader(): void {
    const leader = this.leader();
    if (leader === null) return;
    const { member, status } = leader;
    const news = `${member.name} ${status?.term}`;
    if (news === this.announced) return;
    this.announced = news;
    if (!this.screen.isLive) this.screen.print(this.rows);
    this.screen.say(`${member.name} leads in term ${status?.term}. To kill it: kill -9 ${status?.pid}`);
    if (this.hasExplained) return;
    this.hasExplained = true;
    for (const line of this.program.tries(this.members.map(({ httpPort }) => httpPort)))
      this.screen.say(line);
  }

  /** Who leads: of those that think so, the one in the highest term. */
  private leader(): Row | null {
    const leaders = this.rows.filter(({ status }) => status?.role === "leader");
    return leaders.toSorted((one, other) => (other.status?.term ?? 0) - (one.status?.term ?? 0))[0] ?? null;
  }

  private noteEnd(member: MemberProcess, how: string): void {
    if (this.isStopping) return;
    this.screen.say(`${member.name} ${how}. It is not started again by itself. To start it:`);
    this.screen.say(
      `  ${process.stdin.isTTY ? "press r, or run" : "send the line r to this program, or run"}`,
    );
    this.screen.say(`  npx node ${member.args.join(" ")}`);
  }

  private hint(): string {
    const down = this.members.filter(({ isRunning }) => !isRunning).map(({ name }) => name);
    const restart = down.length === 0 ? "" : `r start ${down.join(", ")} again · `;
    return process.stdin.isTTY ? `${restart}k kill -9 the leader · q or Ctrl-C stop all` : "Ctrl-C stops all";
  }

  // --- keys

  private listenToKeys(): void {
    const { stdin } = process;
    if (stdin.isTTY) stdin.setRawMode(true);
    stdin.on("data", (bytes: Buffer) => {
      for (const key of bytes.toString()) this.takeKey(key);
    });
    // A closed standard input ends nothing.
    stdin.on("error", () => undefined);
  }

  private takeKey(key: string): void {
    // In raw mode Ctrl-C is a byte like any other.
    if (key === "q" || key === "\u0003") this.beginStop();
    else if (key === "r") void this.startAgain();
    else if (key === "k") this.killLeader();
  }

  private async startAgain(): Promise<void> {
    const down = this.members.filter(({ isRunning }) => !isRunning);
    await Promise.all(
      down.map(async (member) => {
        // Somebody may have started it by hand, in another window. The rows may be older than its end, so it is asked.
        const isThere = (await member.status(lookEveryMs * 2)) !== null;
        if (isThere || member.isRunning || this.isStopping) return;
        this.screen.say(`${member.name} is started again`);
        member.start();
      }),
    );
  }

  private killLeader(): void {
    const leader = this.leader();
    if (leader === null || !leader.member.isRunning) {
      this.screen.say("there is no leader of this program's own to kill");
      return;
    }
    this.screen.say(`kill -9 ${leader.status?.pid}, the leader ${leader.member.name}`);
    leader.member.signal("SIGKILL");
  }

  // --- the end

  private beginStop(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    process.stdin.pause();
  }

  private async stop(): Promise<void> {
    this.screen.clear();
    this.screen.say("stopping");
    const giveUpAtMs = performance.now() + stopMs;
    for (const member of this.members) member.signal("SIGTERM");
    while (this.members.some(({ isRunning }) => isRunning) && performance.now() < giveUpAtMs)
      await new Promise((resolve) => setTimeout(resolve, 20));
    for (const member of this.members) {
      if (!member.isRunning) continue;
      this.screen.say(`${member.name} did not stop within ${stopMs} ms and is killed`);
      member.signal("SIGKILL");
    }
    this.screen.say("all members have stopped; what they stored is used at the next start");
  }
}

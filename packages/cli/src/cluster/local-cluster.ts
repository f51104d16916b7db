/**
 * A cluster on this machine: starts the members, shows how they are, does what the person says, and stops them at the
 * end. It restarts nobody by itself, unless it was told to; see README.md for why.
 */

import { createInterface } from "node:readline";
import { failure } from "../command-error.ts";
import { sameOrderMs } from "../serve/stop-request.ts";
import { type ClusterOrder, orderOfLine, ordersOfKeys } from "./cluster-input.ts";
import type { ClusterPlan } from "./cluster-plan.ts";
import { MemberProcess } from "./member-process.ts";
import { askStatus } from "./member-status.ts";
import type { Screen } from "./screen.ts";
import { type MemberRow, statusTable } from "./status-table.ts";
import { welcome } from "./welcome.ts";

/** What to run. */
export type LocalClusterOptions = {
  readonly plan: ClusterPlan;
  readonly dataDir: string;
  /** Further flags for every member. */
  readonly flags: readonly string[];
  /** Whether a member that dies is started again. */
  readonly restarts: boolean;
};

const lookEveryMs = 250;
/** While nobody leads, so that the time without a leader is told truly. */
const lookOftenEveryMs = 30;
const answerMs = 1000;
const restartAfterMs = 1000;
/** After that, whoever has not stopped is killed, and it is said so. */
const stopMs = 10_000;

/** See the module. */
export class LocalCluster {
  private readonly options: LocalClusterOptions;
  private readonly screen: Screen;
  private readonly members: readonly MemberProcess[];
  private rows: readonly MemberRow[] = [];
  private chosen: number | null = null;
  /** The leader that was told last. */
  private told: { readonly name: string; readonly term: number } | null = null;
  /** When the last known leader was lost, by our hand or its own. */
  private lostAtMs: number | null = null;
  private hasWelcomed = false;
  private isMajorityLost = false;
  private stopCount = 0;
  private stoppedAtMs = 0;
  private wake: () => void = () => undefined;

  constructor(options: LocalClusterOptions, screen: Screen) {
    this.options = options;
    this.screen = screen;
    const { plan, dataDir, flags } = options;
    this.members = plan.members.map(
      (member): MemberProcess =>
        new MemberProcess(plan, member, dataDir, flags, {
          onLine: (line) => this.screen.say(`${member.name}: ${line.replace(/^quorate: /, "")}`),
          onEnd: (how) => this.noteEnd(member.name, how),
        }),
    );
  }

  /** Runs until it is told to stop. @throws CommandError if all members ended by themselves and nobody can start them */
  async run(): Promise<void> {
    const { dataDir } = this.options;
    this.screen.say(`Starting ${this.members.length} members, data and logs in ${dataDir} …`);
    const deafen = this.listen();
    try {
      for (const member of this.members) member.start();
      while (this.stopCount === 0) {
        await this.look();
        if (
          !this.screen.isLive &&
          this.members.every(({ ended }) => ended !== null) &&
          !this.options.restarts
        ) {
          throw failure(`all members have ended; their logs are in ${dataDir}`);
        }
        await this.pause(this.leader() === null ? lookOftenEveryMs : lookEveryMs);
      }
      await this.stop();
    } finally {
      deafen();
      this.screen.end();
    }
  }

  // --- looking

  private async look(): Promise<void> {
    const statuses = await Promise.all(
      this.members.map((member) =>
        member.isRunning ? askStatus(member.clientUrl, answerMs) : Promise.resolve(null),
      ),
    );
    // Nobody's memory of a member that died meanwhile is of use.
    this.rows = this.members.map(({ name, clientUrl, pid, ended, isRunning }, at) => ({
      name,
      clientUrl,
      pid,
      ended,
      status: isRunning ? (statuses[at] ?? null) : null,
      isChosen: this.chosen === at,
    }));
    if (this.stopCount > 0) return;
    this.tellLeader();
    this.tellMajority();
    this.draw();
  }

  private draw(): void {
    if (!this.screen.isLive) return;
    const { columns, isColoured } = this.screen;
    const rows = this.rows.map((row, at) => ({ ...row, isChosen: this.chosen === at }));
    const hint = isColoured ? `\u001b[90m${this.hint()}\u001b[0m` : this.hint();
    this.screen.draw(["", ...statusTable(rows, { columns, isColoured }), "", hint]);
  }

  private hint(): string {
    const target = this.chosen === null ? "the leader" : (this.members[this.chosen]?.name ?? "");
    const dead = this.members.filter(({ ended }) => ended !== null).map(({ name }) => name);
    const restart = dead.length === 0 ? "" : `  r restart ${dead.join(" ")} `;
    const choose = this.chosen === null ? `1-${this.members.length} choose` : "esc unchoose";
    return `  k kill -9 ${target}   s stop it ${restart}  ${choose}   q quit`.slice(
      0,
      this.screen.columns - 1,
    );
  }

  /** Who leads: of those that are named by somebody, the one in the highest term that runs. */
  private leader(): MemberRow | null {
    const leaders = this.rows.filter(
      ({ status, ended }) =>
        ended === null && status !== null && status.leader === status.memberId && status.leader !== "0",
    );
    return leaders.toSorted((one, other) => (other.status?.term ?? 0) - (one.status?.term ?? 0))[0] ?? null;
  }

  private tellLeader(): void {
    const leader = this.leader();
    if (leader === null) return;
    const term = leader.status?.term ?? 0;
    if (this.told?.name === leader.name && this.told.term === term) return;
    const after = this.lostAtMs === null ? "" : `, ${Math.round(performance.now() - this.lostAtMs)} ms later`;
    this.lostAtMs = null;
    this.told = { name: leader.name, term };
    this.screen.say(`${leader.name} leads in term ${term}${after}.`);
    if (this.hasWelcomed) return;
    this.hasWelcomed = true;
    for (const line of welcome(this.options.plan, this.screen.isLive)) this.screen.say(line);
    if (!this.screen.isLive)
      for (const line of statusTable(this.rows, { columns: 120, isColoured: false })) this.screen.say(line);
  }

  /** Says it once when too many are dead for anybody to lead. */
  private tellMajority(): void {
    const dead = this.members.filter(({ ended }) => ended !== null);
    const isLost = dead.length * 2 >= this.members.length && !this.options.restarts;
    if (isLost && !this.isMajorityLost) {
      this.screen.say(
        `${dead.length} of ${this.members.length} members are dead: no majority is left, and nothing can be written until one of them is restarted.`,
      );
    }
    this.isMajorityLost = isLost;
  }

  private noteEnd(name: string, how: string): void {
    if (this.stopCount > 0) return;
    this.noteLoss(name);
    const again = this.options.restarts
      ? "It is started again."
      : `It stays dead until you ${process.stdin.isTTY ? "press r" : `send the line "restart ${name}"`}.`;
    this.screen.say(`${name} ${how}. ${again}`);
    if (this.options.restarts) {
      setTimeout(() => {
        if (this.stopCount === 0) this.memberNamed(name)?.start();
      }, restartAfterMs);
    }
    this.wake();
  }

  private noteLoss(name: string): void {
    if (this.told?.name === name) this.lostAtMs ??= performance.now();
  }

  private memberNamed(name: string): MemberProcess | undefined {
    return this.members.find((member) => member.name === name);
  }

  // --- orders

  private listen(): () => void {
    const { stdin } = process;
    const quit = (): void => this.obey({ kind: "quit" });
    const redraw = (): void => {
      this.screen.erase();
      this.draw();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, quit);
    process.stdout.on("resize", redraw);
    const takeKeys = (bytes: Buffer): void => {
      for (const order of ordersOfKeys(bytes.toString())) this.obey(order);
    };
    // A closed standard input ends nothing.
    stdin.on("error", () => undefined);
    const isRaw = stdin.isTTY && this.screen.isLive;
    if (isRaw) {
      stdin.setRawMode(true);
      stdin.on("data", takeKeys);
    } else createInterface({ input: stdin }).on("line", (line) => this.takeLine(line));
    return () => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, quit);
      process.stdout.off("resize", redraw);
      if (isRaw) stdin.setRawMode(false);
      stdin.off("data", takeKeys);
      stdin.pause();
    };
  }

  private takeLine(line: string): void {
    const order = orderOfLine(line);
    if (order !== null) this.obey(order);
    else if (line.trim() !== "") this.screen.say("there are: kill [NAME], stop [NAME], restart [NAME], quit");
  }

  private obey(order: ClusterOrder): void {
    switch (order.kind) {
      case "quit":
        this.quit();
        break;
      case "choose":
        this.chosen = order.position < this.members.length ? order.position : this.chosen;
        break;
      case "move":
        this.chosen = this.next(order.by);
        break;
      case "unchoose":
        this.chosen = null;
        break;
      case "restart":
        this.restart(order.name);
        break;
      default:
        this.end(order.kind, order.name);
    }
    if (this.stopCount === 0) this.draw();
    this.wake();
  }

  private next(by: 1 | -1): number {
    const count = this.members.length;
    if (this.chosen === null) return by === 1 ? 0 : count - 1;
    return (this.chosen + by + count) % count;
  }

  /** The member that an order is for; null if there is none, which has then been said. */
  private target(name: string | null): MemberProcess | null {
    const wanted = name ?? (this.chosen === null ? this.leader()?.name : this.members[this.chosen]?.name);
    const member = wanted === undefined ? undefined : this.memberNamed(wanted);
    if (member !== undefined) return member;
    this.screen.say(
      wanted === undefined
        ? "nobody leads now; choose a member by its number"
        : `there is no member ${wanted}`,
    );
    return null;
  }

  private end(kind: "kill" | "stop", name: string | null): void {
    const member = this.target(name);
    if (member === null) return;
    if (!member.isRunning) {
      this.screen.say(`${member.name} is dead already`);
      return;
    }
    const role = this.leader()?.name === member.name ? ", the leader" : "";
    this.screen.say(`${kind === "kill" ? "kill -9" : "kill -TERM"} ${member.pid}: ${member.name}${role}`);
    this.noteLoss(member.name);
    member.signal(kind === "kill" ? "SIGKILL" : "SIGTERM");
  }

  /** Starts the one that is named or chosen, or all that are dead. */
  private restart(name: string | null): void {
    const one = name ?? (this.chosen === null ? null : (this.members[this.chosen]?.name ?? null));
    const dead = this.members.filter((member) => !member.isRunning && (one === null || member.name === one));
    if (dead.length === 0)
      this.screen.say(one === null ? "nobody is dead" : `${one} is not dead, or there is no such member`);
    for (const member of dead) {
      this.screen.say(`${member.name} is started again.`);
      member.start();
    }
  }

  // --- the end

  private quit(): void {
    const nowMs = performance.now();
    if (this.stopCount > 0 && nowMs - this.stoppedAtMs < sameOrderMs) return;
    this.stoppedAtMs = nowMs;
    this.stopCount += 1;
    if (this.stopCount === 1) return;
    for (const member of this.members) member.signal("SIGKILL");
  }

  private async stop(): Promise<void> {
    this.screen.erase();
    this.screen.say("Stopping …");
    const giveUpAtMs = performance.now() + stopMs;
    for (const member of this.members) member.signal("SIGTERM");
    let isKilled = false;
    while (this.members.some(({ isRunning }) => isRunning)) {
      if (!isKilled && performance.now() > giveUpAtMs) {
        isKilled = true;
        for (const member of this.members.filter(({ isRunning }) => isRunning)) {
          this.screen.say(
            `${member.name} did not stop within ${stopMs / 1000} s and is killed; see ${member.logFile}`,
          );
          member.signal("SIGKILL");
        }
      }
      await this.pause(lookOftenEveryMs);
    }
    const { dataDir } = this.options;
    this.screen.say(
      `All members have stopped. The same command starts them again with their data in ${dataDir}.`,
    );
  }

  /** Waits, or until something happens that should be shown at once. */
  private pause(forMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, forMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

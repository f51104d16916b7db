/**
 * The examples do what their READMEs say: every command in an `sh` block is run, in order, and what stands in a `text`
 * block behind it is what it prints. Ports and folders are others than those written there, so that this disturbs nobody.
 */

import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { type TestContext, test } from "node:test";
import { FreePorts, type RealStatus, until } from "./real-process.ts";

const root = resolve(import.meta.dirname, "../../..");
/** Programs that run until they are stopped. */
const servers = /npm run example:counter|cluster\.ts|main\.ts/;

type Step = { readonly command: string; readonly output: string | null };

/** The commands of a README, with what they should print. */
function stepsOf(readme: string): readonly Step[] {
  const text = readFileSync(join(root, readme), "utf8");
  return [...text.matchAll(/^```sh\n(.*?)\n```(?:\n```text\n(.*?)\n```)?$/gms)].map(
    ([, command = "", output]) => ({
      command,
      output: output ?? null,
    }),
  );
}

/** Runs steps; see the module. */
class Reader {
  private readonly directory = mkdtempSync(join(tmpdir(), "quorate-readme-"));
  private readonly ports = new FreePorts();
  private readonly portOf = new Map<string, number>();
  private running: { readonly child: ChildProcess; readonly command: string }[] = [];
  private readonly printed: string[] = [];
  /** HTTP ports, as written, of the servers that should answer. */
  private expected: string[] = [];

  async read(readme: string): Promise<void> {
    const steps = stepsOf(readme);
    assert.ok(steps.length > 1, `no commands found in ${readme}`);
    for (const step of steps) {
      if (servers.test(step.command)) await this.serve(step.command);
      else if (step.command === "kill -9 PID") await this.killLeader();
      else await this.run(step);
    }
  }

  // --- servers

  private async serve(command: string): Promise<void> {
    const isCluster = !command.includes("main.ts");
    // A cluster's ports are its defaults: they stand in the program, so they are given here.
    const first = command.includes("scheduler") ? 11 : 1;
    const numbers = [first, first + 1, first + 2].map((number) => String(number).padStart(2, "0"));
    const http = isCluster
      ? numbers.map((number) => `80${number}`)
      : [/--http (\d+)/.exec(command)?.[1] ?? ""];
    if (isCluster || http.some((port) => this.expected.includes(port))) await this.stopAll();
    const data = command.includes("--data") ? "" : ` --data ./quorate-data/${this.portOf.size}`;
    const ports = ` --http ${http.join(",")} --peer ${numbers.map((number) => `70${number}`).join(",")}`;
    const dashes = command.startsWith("npm run example:counter") && !command.includes(" -- ") ? " --" : "";
    const full = isCluster ? `${command}${dashes}${ports}${data}` : command;
    this.running.push({ child: this.spawn(await this.translate(full)), command });
    this.expected.push(...http);
    // A member that is to join answers before it has a leader.
    const isReady = (status: RealStatus | null): boolean =>
      status !== null && (command.includes("--join") || status.lead !== 0);
    await this.untilStatuses(`${command} to be ready`, (all) => all.every(isReady));
  }

  private spawn(command: string): ChildProcess {
    // A group of its own, so that what npm and npx start is ended with them.
    const child = spawn("bash", ["-c", command], { cwd: root, env: environment(), detached: true });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (bytes: Buffer) => this.printed.push(bytes.toString()));
    return child;
  }

  private async statuses(): Promise<readonly (RealStatus | null)[]> {
    return Promise.all(
      this.expected.map(async (written) => {
        try {
          const url = `http://127.0.0.1:${await this.port(written)}/status`;
          return (await (await fetch(url, { signal: AbortSignal.timeout(2_000) })).json()) as RealStatus;
        } catch {
          return null;
        }
      }),
    );
  }

  private untilStatuses(
    what: string,
    isSo: (statuses: readonly (RealStatus | null)[]) => boolean,
  ): Promise<readonly (RealStatus | null)[]> {
    return until(
      what,
      async () => {
        const statuses = await this.statuses();
        return isSo(statuses) ? statuses : null;
      },
      () => this.printed.join(""),
    );
  }

  // --- steps

  /** As the README says: kill -9 of the leader, another one leads, r starts the dead one again. */
  private async killLeader(): Promise<void> {
    const statuses = await this.untilStatuses("a leader", (all) => all.some((one) => one?.role === "leader"));
    const position = statuses.findIndex((one) => one?.role === "leader");
    const old = statuses[position] as RealStatus;
    // Read from the member's own answer, so it is a process that was started here.
    process.kill(old.pid, "SIGKILL");
    await this.untilStatuses("another leader", (all) =>
      all.some((one) => one !== null && one.role === "leader" && one.term > old.term),
    );
    this.portOf.set("PORT", await this.port(this.expected[(position + 1) % 3] ?? ""));
    await until(
      "the command that starts it again",
      async () => (this.printed.join("").includes("was ended by SIGKILL") ? true : null),
      () => this.printed.join(""),
    );
    this.running.at(-1)?.child.stdin?.write("r\n");
    await this.untilStatuses("all three again", (all) => all.every((one) => one !== null && one.lead !== 0));
  }

  private async run({ command, output }: Step): Promise<void> {
    const suffix = command.includes("single.ts")
      ? ` ${this.directory}/single 127.0.0.1:${await this.ports.next()}`
      : "";
    const translated = `${await this.translate(command)}${suffix}`;
    const { status, stdout, stderr } = spawnSync("bash", ["-c", translated], {
      cwd: root,
      env: environment(),
      encoding: "utf8",
      timeout: 60_000,
    });
    const seen = `${command}\n${stdout}${stderr}\n${this.printed.join("")}`;
    assert.equal(status, 0, seen);
    assert.doesNotMatch(stdout, /"error"/, seen);
    if (output !== null) assert.equal(stdout.trim(), output, seen);
  }

  /** Ports and folders of this run instead of those that are written. */
  private async translate(command: string): Promise<string> {
    let translated = command.replaceAll("./quorate-data", this.directory);
    for (const [written] of command.matchAll(/\b[78]0\d\d\b|\bPORT\b/g))
      translated = translated.replaceAll(written, String(await this.port(written)));
    return translated;
  }

  private async port(written: string): Promise<number> {
    const known = this.portOf.get(written);
    if (known !== undefined) return known;
    const port = await this.ports.next();
    this.portOf.set(written, port);
    return port;
  }

  // --- the end

  private async stopAll(): Promise<void> {
    const { running } = this;
    this.running = [];
    this.expected = [];
    await Promise.all(running.map(({ child, command }) => stop(child, command, () => this.printed.join(""))));
  }

  async close(): Promise<void> {
    await this.stopAll();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Ctrl-C, as a terminal sends it: to the whole group. */
async function stop(child: ChildProcess, command: string, explain: () => string): Promise<void> {
  const group = -(child.pid ?? 0);
  const isThere = (): boolean => {
    try {
      return process.kill(group, 0);
    } catch {
      return false;
    }
  };
  if (isThere()) process.kill(group, "SIGINT");
  try {
    await until(`the end of ${command}`, async () => (isThere() ? null : true), explain);
  } finally {
    if (isThere()) process.kill(group, "SIGKILL");
  }
}

/** `npx` and `npm` of this machine, the Node that runs this test. */
function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env["PATH"] ?? ""}`,
  };
}

async function readAll(t: TestContext, readme: string): Promise<void> {
  for (const tool of ["bash", "curl", "npm"]) {
    if (spawnSync(tool, ["--version"]).error !== undefined) {
      t.skip(`${tool} is not installed`);
      return;
    }
  }
  const reader = new Reader();
  t.after(() => reader.close());
  await reader.read(readme);
}

for (const readme of ["examples/counter/README.md", "examples/scheduler/README.md"])
  test(`${readme} does what it says`, (t) => readAll(t, readme));

/**
 * A process that joins as a server would: by what its directory remembers, or by asking who it is. It reports to its
 * parent in lines of JSON, and ends when the parent does.
 */

import { lookUpMember, readMemberIdentity, startMember, type TlsFiles } from "../src/node.ts";
import { Tally, text } from "./tally.ts";

/** What the parent says on the command line, in JSON. */
export type JoinerOrder = {
  readonly name: string;
  readonly token: string;
  readonly dataDir: string;
  readonly self: string;
  readonly seeds: readonly string[];
  readonly timeoutMs: number;
  readonly tls?: TlsFiles;
};

/** What it reports, one a line. */
export type JoinerReport =
  | { readonly kind: "looked-up"; readonly id: number; readonly members: number }
  | { readonly kind: "running"; readonly id: number }
  | { readonly kind: "proposed"; readonly position: number }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

function say(report: JoinerReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

async function run(order: JoinerOrder): Promise<void> {
  const { name, token, dataDir, self, seeds, timeoutMs } = order;
  const tls = order.tls === undefined ? {} : { tls: order.tls };
  const isKnown = (await readMemberIdentity(dataDir)) !== null;
  const found = isKnown
    ? null
    : await lookUpMember({ token, addresses: seeds, self: [self], timeoutMs, ...tls });
  if (found !== null) say({ kind: "looked-up", id: found.id, members: found.members.length });
  const member = await startMember<number>({
    name,
    token,
    dataDir,
    listen: self,
    join: true,
    peers: found?.members ?? [],
    clientUrls: [`http://${name}.example:2379`],
    stateMachine: new Tally(),
    segmentBytes: 1024 * 1024,
    ...(found === null ? {} : { id: found.id }),
    ...tls,
  });
  say({ kind: "running", id: member.id });
  for (;;) {
    try {
      say({ kind: "proposed", position: await member.propose(text(name)) });
      return;
    } catch {
      // Before it hears of a leader there is none to propose to.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

process.once("disconnect", () => process.exit(0));
run(JSON.parse(process.argv[2] ?? "{}") as JoinerOrder).catch((error: unknown) => {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  say({ kind: "failed", code: code ?? "", message: message ?? String(error) });
  process.exitCode = 1;
  process.disconnect();
});

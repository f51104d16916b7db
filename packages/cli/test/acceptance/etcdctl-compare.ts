/**
 * Runs the script on one cluster and brings what was printed into a form that two clusters share.
 */

import type { Printed } from "./etcdctl.ts";
import type { Scene, Step } from "./etcdctl-script.ts";
import type { ProcessCluster } from "./process-cluster.ts";

const triesMax = 3;

/** What a step printed, normalised. */
export type Record = { readonly title: string; readonly text: string };

/** Runs every step. */
export async function runScript(cluster: ProcessCluster, script: readonly Step[]): Promise<Record[]> {
  const scene: Scene = { cluster, names: new Map() };
  const records: Record[] = [];
  for (const step of script) {
    const { code, stdout, stderr } = await runPatiently(step, scene);
    const found = step.capture?.pattern.exec(stdout)?.[1];
    if (step.capture !== undefined && found !== undefined) scene.names.set(step.capture.name, found);
    const raw = `${stdout}${errorText(stderr)}exit ${code}\n`;
    const named = nameThings(raw, scene);
    records.push({ title: step.title, text: step.normalise?.(named) ?? named });
  }
  return records;
}

/** Once more if the members were too slow for an answer: that tells of the machine, and not of what they answer. */
async function runPatiently(step: Step, scene: Scene): Promise<Printed> {
  for (let tries = 1; ; tries++) {
    const result = await step.run(scene);
    if (tries === triesMax || !result.stderr.includes("etcdserver: request timed out")) return result;
  }
}

/** What differs, step by step. */
export function differences(
  one: readonly Record[],
  other: readonly Record[],
): { readonly title: string; readonly one: string; readonly other: string }[] {
  return one.flatMap(({ title, text }, position) => {
    const counterpart = other[position]?.text ?? "(missing)";
    return text === counterpart ? [] : [{ title, one: text, other: counterpart }];
  });
}

/** The client's log lines (JSON with a time) say the same as its last line. */
function errorText(stderr: string): string {
  return stderr
    .split("\n")
    .filter((line) => !line.startsWith("{"))
    .join("\n");
}

function nameThings(text: string, { cluster, names }: Scene): string {
  let result = text;
  for (const member of cluster.members) {
    result = result
      .replaceAll(member.clientUrl, `<client ${member.name}>`)
      .replaceAll(member.clientUrl.replace("http://", ""), `<client ${member.name}>`)
      .replaceAll(member.peerUrl, `<peer ${member.name}>`);
  }
  for (const [name, value] of names)
    result = result.replaceAll(new RegExp(`\\b${value}\\b`, "g"), `<${name}>`);
  result = result.replaceAll(/"(cluster_id|member_id|ID|leader)":\d+/g, '"$1":N');
  result = result.replaceAll(/("(ClusterID|MemberID|Lease)" : )\d+/g, "$1N");
  // What is left of hexadecimal identities: members, clusters, leases.
  return result.replaceAll(/\b[0-9a-f]{10,16}\b/g, "<id>");
}

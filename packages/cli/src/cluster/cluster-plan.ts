/**
 * Who the members of a local cluster are: names, ports and a token, decided once and kept in the data directory, so that
 * the same cluster comes back at the next start.
 */

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failure, usageError } from "../command-error.ts";
import { freePorts, takenPorts } from "./ports.ts";

/** One member. */
export type PlannedMember = { readonly name: string; readonly clientPort: number; readonly peerPort: number };

/** A cluster. The token keeps members of two local clusters apart, should their ports ever cross. */
export type ClusterPlan = { readonly token: string; readonly members: readonly PlannedMember[] };

/** What the command line asks for; null: not said. */
export type PlanRequest = {
  readonly dataDir: string;
  readonly members: number | null;
  readonly basePort: number | null;
};

const membersDefault = 3;
const membersMax = 9;
const basePortDefault = 2379;
const planName = "cluster.json";
const portMax = 65_535;

/**
 * The plan that the directory holds, or a new one, which is then kept there. Its ports are free.
 * @throws CommandError if the request contradicts what is there, or ports are in use
 */
export async function openPlan(request: PlanRequest): Promise<ClusterPlan> {
  checkRequest(request);
  const file = join(request.dataDir, planName);
  const kept = existsSync(file) ? readPlan(file) : null;
  if (kept !== null) {
    checkAgainst(kept, request);
    await refuseTaken(
      kept,
      `the cluster in ${request.dataDir} is bound to them; stop what uses them, or give another --data-dir`,
    );
    return kept;
  }
  if (existsSync(request.dataDir) && readdirSync(request.dataDir).length > 0) {
    throw failure(`${request.dataDir} is not empty and holds no local cluster; choose another --data-dir`);
  }
  const plan = await makePlan(request);
  await refuseTaken(plan, "stop what uses them, or let free ones be chosen with --base-port 0");
  keepPlan(plan, request.dataDir, file);
  return plan;
}

/**
 * Ports of etcd's Procfile for the usual base (2379, 22379, 32379, …, each with the next one for peers); consecutive
 * pairs from any other.
 */
export function portsFrom(basePort: number, members: number): readonly (readonly [number, number])[] {
  return Array.from({ length: members }, (_, position): readonly [number, number] => {
    const isProcfile = basePort === basePortDefault && members <= 6;
    const clientPort = isProcfile
      ? basePort + (position === 0 ? 0 : (position + 1) * 10_000)
      : basePort + position * 2;
    return [clientPort, clientPort + 1];
  });
}

function checkRequest({ members, basePort }: PlanRequest): void {
  if (members !== null && (members < 1 || members > membersMax))
    throw usageError(`--members ${members}: it must be from 1 to ${membersMax}; 3 and 5 are usual`);
  if (basePort === null || basePort === 0) return;
  if (basePort < 1 || basePort + 2 * (members ?? membersDefault) > portMax)
    throw usageError(
      `--base-port ${basePort}: it must leave room for all members below ${portMax}; 0 chooses free ports`,
    );
}

function checkAgainst(plan: ClusterPlan, { dataDir, members, basePort }: PlanRequest): void {
  const count = plan.members.length;
  if (members !== null && members !== count) {
    throw usageError(
      `--members ${members}: ${dataDir} holds a cluster of ${count}; leave --members out, choose another --data-dir, or remove the directory`,
    );
  }
  const [first] = plan.members;
  if (basePort !== null && basePort !== 0 && basePort !== first?.clientPort) {
    throw usageError(
      `--base-port ${basePort}: the cluster in ${dataDir} has ports from ${first?.clientPort}, which its members know each other by; leave --base-port out, or choose another --data-dir`,
    );
  }
}

async function makePlan({ members, basePort }: PlanRequest): Promise<ClusterPlan> {
  const count = members ?? membersDefault;
  const pairs = basePort === 0 ? await freePairs(count) : portsFrom(basePort ?? basePortDefault, count);
  return {
    token: `local-${randomBytes(6).toString("hex")}`,
    members: pairs.map(([clientPort, peerPort], position) => ({
      name: `m${position + 1}`,
      clientPort,
      peerPort,
    })),
  };
}

async function freePairs(count: number): Promise<readonly (readonly [number, number])[]> {
  const ports = await freePorts(count * 2);
  return Array.from({ length: count }, (_, position) => [
    ports[position * 2] ?? 0,
    ports[position * 2 + 1] ?? 0,
  ]);
}

async function refuseTaken({ members }: ClusterPlan, remedy: string): Promise<void> {
  const ports = members.flatMap(({ clientPort, peerPort }) => [clientPort, peerPort]);
  const taken = await takenPorts(ports);
  if (taken.length === 0) return;
  const text = taken.length === 1 ? `port ${taken[0]} is` : `ports ${taken.join(", ")} are`;
  throw failure(`${text} in use, perhaps by an etcd or another local cluster: ${remedy}`);
}

function readPlan(file: string): ClusterPlan {
  let plan: unknown;
  try {
    plan = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw failure(`${file} cannot be read: ${(error as Error).message}; remove the directory to begin anew`);
  }
  if (isPlan(plan)) return plan;
  throw failure(`${file} is not the plan of a local cluster; choose another --data-dir`);
}

function isPlan(value: unknown): value is ClusterPlan {
  const { version, token, members } = value as { version?: unknown; token?: unknown; members?: unknown };
  if (version !== 1 || typeof token !== "string" || !Array.isArray(members) || members.length === 0)
    return false;
  return (members as readonly Partial<PlannedMember>[]).every(
    ({ name, clientPort, peerPort }) =>
      typeof name === "string" &&
      /^[\w-]+$/.test(name) &&
      Number.isInteger(clientPort) &&
      Number.isInteger(peerPort),
  );
}

function keepPlan(plan: ClusterPlan, dataDir: string, file: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify({ version: 1, ...plan }, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw failure(`${dataDir} cannot be used: ${(error as Error).message}; choose another --data-dir`, {
      cause: error,
    });
  }
}

/**
 * The command line of a cluster of three on this machine.
 */

import { parseArgs } from "node:util";
import { UsageError, wholeNumber } from "./member-options.ts";

/** Where everything is. Member number i takes the i-th of each list. */
export type ClusterOptions = {
  readonly names: readonly string[];
  readonly httpPorts: readonly number[];
  readonly peerPorts: readonly number[];
  readonly dataDir: string;
  /** A directory with `ca.crt`, and `NAME.crt` and `NAME.key` of every member; null for no TLS. */
  readonly tlsDir: string | null;
};

/** What is taken unless the command line says otherwise. */
export type ClusterDefaults = {
  readonly httpPorts: string;
  readonly peerPorts: string;
  readonly dataDir: string;
};

/** Reads the command line. @throws UsageError */
export function readClusterOptions(args: readonly string[], defaults: ClusterDefaults): ClusterOptions {
  const usage = `takes --http PORT,PORT,PORT (${defaults.httpPorts}), --peer PORT,PORT,PORT (${defaults.peerPorts}), --data DIR (${defaults.dataDir}) and --tls DIR`;
  const values = parse(args, defaults, usage);
  const names = ["a", "b", "c"];
  const ports = (option: string, text: string): readonly number[] => {
    const numbers = text.split(",").map((one) => wholeNumber(option, one));
    if (numbers.length !== names.length)
      throw new UsageError(`${option} needs ${names.length} ports, with commas between; this ${usage}`);
    return numbers;
  };
  return {
    names,
    httpPorts: ports("--http", values.http),
    peerPorts: ports("--peer", values.peer),
    dataDir: values.data,
    tlsDir: values.tls ?? null,
  };
}

function parse(args: readonly string[], defaults: ClusterDefaults, usage: string) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        http: { type: "string", default: defaults.httpPorts },
        peer: { type: "string", default: defaults.peerPorts },
        data: { type: "string", default: defaults.dataDir },
        tls: { type: "string" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; this ${usage}`);
  }
}

/** The arguments of one member's process. */
export function memberArguments(options: ClusterOptions, name: string): readonly string[] {
  const { names, httpPorts, peerPorts, dataDir, tlsDir } = options;
  const peers = names.map((one, position) => `${one}=127.0.0.1:${peerPorts[position]}`).join(",");
  const tls =
    tlsDir === null
      ? []
      : ["--cert", `${tlsDir}/${name}.crt`, "--key", `${tlsDir}/${name}.key`, "--ca", `${tlsDir}/ca.crt`];
  return [
    ...["--name", name],
    ...["--http", String(httpPorts[names.indexOf(name)])],
    ...["--data", `${dataDir}/${name}`],
    ...["--peers", peers],
    ...tls,
  ];
}

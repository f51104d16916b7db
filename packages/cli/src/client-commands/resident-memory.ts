/**
 * How much memory a server's process takes, as its metrics tell.
 */

import type { IncomingMessage } from "node:http";
import { get as getInClear } from "node:http";
import { get as getByTls } from "node:https";
import { CommandFailure, clientExitCode, messageOf } from "./command-failure.ts";
import type { ConnectionSettings } from "./connection-flags.ts";

const metric = /^process_resident_memory_bytes\s+(\S+)/m;

/** Bytes. Throws a CommandFailure if the endpoint does not tell. */
export async function readResidentBytes(settings: ConnectionSettings, endpoint: string): Promise<number> {
  const hasScheme = /^https?:\/\//.test(endpoint);
  const base = hasScheme ? endpoint : `${settings.usesTls ? "https" : "http"}://${endpoint}`;
  const url = new URL(`${base.replace(/\/$/, "")}/metrics`);
  try {
    const found = metric.exec(await fetchText(settings, url))?.[1];
    if (found === undefined) throw new Error("the metrics have no process_resident_memory_bytes");
    return Number(found);
  } catch (cause) {
    throw new CommandFailure(clientExitCode.failure, `${url.href}: ${messageOf(cause)}`, { cause });
  }
}

function fetchText({ tls, commandTimeoutMs }: ConnectionSettings, url: URL): Promise<string> {
  const certificates = {
    ...(tls.ca === null ? {} : { ca: Buffer.from(tls.ca) }),
    ...(tls.cert === null ? {} : { cert: Buffer.from(tls.cert) }),
    ...(tls.key === null ? {} : { key: Buffer.from(tls.key) }),
    rejectUnauthorized: !tls.skipVerify,
  };
  const signal = AbortSignal.timeout(commandTimeoutMs);
  return new Promise((resolve, reject) => {
    const take = (response: IncomingMessage): void => {
      if (response.statusCode !== 200)
        reject(new Error(`it answered with HTTP status ${response.statusCode}`));
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve(text));
      response.on("error", reject);
    };
    const request =
      url.protocol === "https:"
        ? getByTls(url, { ...certificates, signal }, take)
        : getInClear(url, { signal }, take);
    request.on("error", reject);
  });
}

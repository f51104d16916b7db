/**
 * Why a server did not start, in one line with the remedy.
 */

import type { ServerSettings } from "@quorate/server";
import { CommandError, failure } from "../command-error.ts";
import { ExitCode } from "../exit-code.ts";

type CodedError = Error & { readonly code?: unknown; readonly address?: string; readonly port?: number };

/** The error as a person should read it; one that nobody foresaw as it is. */
export function startFailure(error: unknown, settings: ServerSettings): Error {
  if (error instanceof CommandError) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  return listenFailure(error, settings) ?? knownFailure(error, settings) ?? error;
}

function listenFailure(error: CodedError, settings: ServerSettings): CommandError | null {
  const { code, place } = systemCause(error);
  const flag = flagOf(place, settings);
  const where = place === "" ? error.message : `cannot listen on ${place}`;
  switch (code) {
    case "EADDRINUSE":
      return failure(`${where}: the port is in use. Stop what uses it, or choose another one by ${flag}`);
    case "EADDRNOTAVAIL":
      return failure(`${where}: this machine has no such address. Correct ${flag}`);
    case "EACCES":
      return place === ""
        ? null
        : failure(`${where}: this user may not listen there. Choose a port above 1023 by ${flag}`);
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return failure(`cannot listen: the host of ${flag} has no address here (${code}). Correct it`);
    default:
      return null;
  }
}

/** The system's error, and the `host:port` that it is about, from below what wrapped it, or from its words. */
function systemCause(error: CodedError): { readonly code: string; readonly place: string } {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code, address, port } = at as CodedError;
    if (typeof code === "string" && /^E[A-Z_]+$/.test(code))
      return { code, place: port === undefined ? "" : `${address ?? ""}:${port}` };
  }
  return {
    code: /\b(E[A-Z]{4,})\b/.exec(error.message)?.[1] ?? "",
    place: /cannot listen on (\S+:\d+)/.exec(error.message)?.[1] ?? "",
  };
}

function flagOf(place: string, settings: ServerSettings): string {
  const port = place.slice(place.lastIndexOf(":"));
  const has = (urls: readonly string[]): boolean => place !== "" && urls.some((url) => url.endsWith(port));
  if (has(settings.listenPeerUrls)) return "--listen-peer-urls";
  if (has(settings.listenClientUrls)) return "--listen-client-urls";
  if (has(settings.listenMetricsUrls)) return "--listen-metrics-urls";
  return "--listen-client-urls or --listen-peer-urls";
}

/** Errors of the parts below, which say themselves what is wrong; the remedy is put in the words of flags. */
function knownFailure(error: CodedError, settings: ServerSettings): CommandError | null {
  switch (error.name) {
    case "StorageError":
      return storageFailure(error, settings);
    case "Error":
    case "TransportError":
    case "MemberError":
    case "StoreError":
      return failure(oneLine(error.message), { cause: error });
    default:
      return null;
  }
}

function storageFailure(error: CodedError, { dataDir }: ServerSettings): CommandError {
  switch (error.code) {
    case "locked":
      return failure(
        `${dataDir} is in use by another running member; stop that one, or choose another --data-dir`,
        { cause: error },
      );
    case "wrong-member":
      return failure(
        `${dataDir} belongs to another member or another cluster: ${oneLine(error.message)} Start it with the --name and --initial-cluster-token that it was made with, or choose an empty --data-dir`,
        { cause: error },
      );
    case "corrupt":
      return new CommandError(ExitCode.memberFailed, oneLine(error.message), { cause: error });
    default:
      return failure(oneLine(error.message), { cause: error });
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}

import { type Command, deleteRangeRequest, putRequest } from "../src/request.ts";
import { b } from "./bytes-of.ts";

/** The command at an index of a log that every process can write down by itself. */
export function crashCommand(index: number): Command {
  if (index % 97 === 0) return { kind: "compaction", revision: Math.floor(index / 3) };
  if (index % 11 === 0) return { kind: "lease-grant", id: BigInt(index), ttlSeconds: 10 };
  if (index % 31 === 0) return { kind: "lease-revoke", id: BigInt(index - 20) };
  if (index % 7 === 0)
    return deleteRangeRequest({ key: b(`k${index % 40}`), rangeEnd: b(`k${index % 40}z`) });
  const lease = index % 5 === 0 ? BigInt(index - (index % 11)) : 0n;
  return putRequest({ key: b(`k${(index * 7) % 100}`), value: b(`value ${index}`), lease });
}

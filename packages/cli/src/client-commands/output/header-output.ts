/**
 * The header of a response, which several outputs begin with.
 */

import { ResponseHeader } from "@quorate/etcd-api";
import { type GoJson, toGoJson } from "./go-json.ts";
import type { Output } from "./output.ts";

/** Its fields. */
export function printHeaderFields(output: Output, header: ResponseHeader | null): void {
  output.field("ClusterID", header?.clusterId ?? 0n);
  output.field("MemberID", header?.memberId ?? 0n);
  output.field("Revision", header?.revision ?? 0);
  output.field("RaftTerm", header?.raftTerm ?? 0);
}

/** As members of an object, for responses that etcdctl shows with their header flattened. */
export function flatHeader(header: ResponseHeader | null): { readonly [name: string]: GoJson } {
  return header === null ? {} : toGoJson(ResponseHeader, header);
}

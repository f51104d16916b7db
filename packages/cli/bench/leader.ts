/** Finds who leads a cluster, by asking the members. */

import { credentials, makeGenericClientConstructor } from "@grpc/grpc-js";
import { decode, encode, maintenanceService, StatusRequest, StatusResponse } from "@quorate/etcd-api";
import type { ProcessCluster } from "../test/acceptance/process-cluster.ts";

/** A member's own view of who leads. */
function askStatus(url: string): Promise<StatusResponse> {
  const Client = makeGenericClientConstructor({}, "status");
  const client = new Client(url.replace("http://", ""), credentials.createInsecure());
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      maintenanceService.methods.status.path,
      (request: StatusRequest) => Buffer.from(encode(StatusRequest, request)),
      (bytes: Buffer) => decode(StatusResponse, bytes),
      StatusRequest.create(),
      (error, response) => {
        client.close();
        if (error !== null || response === undefined) reject(error ?? new Error("no status"));
        else resolve(response);
      },
    );
  });
}

/** The client URLs of the leader and of one follower. */
export async function findLeader(
  cluster: ProcessCluster,
): Promise<{ readonly leader: string; readonly follower: string }> {
  let leader = "";
  let follower = "";
  for (const { clientUrl } of cluster.members) {
    const { header, leader: lead } = await askStatus(clientUrl);
    if (header?.memberId === lead) leader = clientUrl;
    else follower = clientUrl;
  }
  if (leader === "" || follower === "") throw new Error("the cluster has no leader, or is all leader");
  return { leader, follower };
}

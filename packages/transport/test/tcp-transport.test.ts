import { TcpNetwork } from "./tcp-network.ts";
import { describeTransportContract } from "./transport-contract.ts";

describeTransportContract("TCP", () => new TcpNetwork());

/**
 * The public face of `@quorate/transport`: the seam, its two implementations, and what they are configured by.
 */

export { formatAddress, type HostPort, parseAddress } from "./address.ts";
export { ByteReader, ByteWriter } from "./bytes.ts";
export type { CancelTimer, Clock, WallClock } from "./clock.ts";
export type {
  Direction,
  DisconnectCause,
  SnapshotBegin,
  SnapshotEnd,
  TransportEvent,
  TransportEventSink,
} from "./event.ts";
export { protocolVersions, type VersionRange } from "./handshake.ts";
export { Inquirer, type InquirerOptions, type InquiryAnswer } from "./inquirer.ts";
export { Lane, type LaneName, laneName, laneOf } from "./lane.ts";
export { completeLimits, type QueueLimits, type TcpLimits, tcpLimitsDefault } from "./limits.ts";
export {
  type DropOptions,
  type Envelope,
  type EnvelopeKind,
  MemoryNetwork,
  type MemoryNetworkOptions,
} from "./memory-network.ts";
export { MemoryTransport, type MemoryTransportOptions } from "./memory-transport.ts";
export { decodeMessage, encodeMessage, messageBytes, messageCodecVersion } from "./message-codec.ts";
export { makeNodeClock, type NodeClock, nodeWallClock } from "./node-clock.ts";
export { nodeRandom } from "./node-random.ts";
export { RateLimit } from "./rate-limit.ts";
export { RefusalCause, type RefusalCauseName, remedyOf } from "./refusal.ts";
export { RoundTrip } from "./round-trip.ts";
export type {
  SnapshotOffer,
  SnapshotReader,
  SnapshotSink,
  SnapshotSource,
  SnapshotWriter,
} from "./snapshot-stream.ts";
export { TcpTransport, type TcpTransportOptions } from "./tcp-transport.ts";
export type { TlsOptions } from "./tls-identity.ts";
export type {
  PeerAddresses,
  PeerStats,
  QueueStats,
  RequestOptions,
  Transport,
  TransportHandlers,
} from "./transport.ts";
export { TransportError, type TransportErrorCode, WireError, type WireFault } from "./transport-error.ts";

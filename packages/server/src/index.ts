/**
 * The public face of `@quorate/server`: a server, what it is told, and the seam of its handlers.
 */

export { type AuditRecord, type AuditSink, auditLine } from "./auth/audit.ts";
export {
  type AuthSettings,
  authSettingsDefault,
  type JwtSettings,
  readJwtKeys,
  type SignMethod,
  signMethods,
  type TokenSettings,
} from "./auth/auth-settings.ts";
export type { Identity, IdentityProof } from "./auth/identity.ts";
export type { LogLevel, ServerLog } from "./front/front-log.ts";
export { serverVersion } from "./handlers/version.ts";
export type {
  CallContext,
  DuplexHandler,
  ResponseSink,
  ServerStreamHandler,
  UnaryHandler,
} from "./rpc/call.ts";
export { type Gatekeeper, type Route, Router } from "./rpc/router.ts";
export { RpcCode, RpcError } from "./rpc/rpc-error.ts";
export type { InitialMember, ServerSettings, TlsSettings } from "./settings.ts";
export { Server, type ServerOptions, startServer } from "./start-server.ts";

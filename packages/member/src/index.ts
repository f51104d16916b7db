/**
 * The public interface of `@quorate/member`. See README.md.
 */

export type { ApplicationHandler } from "./application-desk.ts";
export { assembleMember, type MemberSeams, type MemberSettings, type PeerSpec } from "./assemble.ts";
export { checkStateMachine, type StateMachineReport } from "./check-state-machine.ts";
export type { MemberClock } from "./clock.ts";
export type { Consistency } from "./engine.ts";
export type { EventSink, MemberEvent, SourcedEvent } from "./event.ts";
export type { PeerHealth } from "./failure-detector.ts";
export { clusterIdOf, memberIdOf, newMemberId } from "./identity.ts";
export type { Leadership } from "./leadership.ts";
export { type FoundMember, type Inquired, type LookedUp, type LookUpQuestion, lookUp } from "./look-up.ts";
export { type AddOptions, type CallOptions, type ChangeOptions, Member, type ReadOptions } from "./member.ts";
export { MemberError, type MemberErrorCode } from "./member-error.ts";
export type { LogPlace, MemberLog } from "./member-log.ts";
export type { MemberHealth, MemberStatus, PeerStatus } from "./member-status.ts";
export type { AddedAs } from "./membership-checks.ts";
export { type MemberLimits, memberLimitsDefault } from "./options.ts";
export { better, type RescueReport, rescue, type Survey, survey } from "./rescue.ts";
export type { ConfigVersion, MemberInfo, NewMember } from "./roster.ts";
export { Session } from "./session.ts";
export type { Command, ResultCodec, SnapshotReader, SnapshotWriter, StateMachine } from "./state-machine.ts";
export type { StepDownOptions } from "./step-down.ts";
export { type Timing, type TimingProfile, tickMs } from "./timing.ts";

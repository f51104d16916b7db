/**
 * A cluster of servers without HTTP, in virtual time: real members with real logs on disks in memory, a network in memory,
 * and the services in front of each.
 */

import { kvService, type Method } from "@quorate/etcd-api";
import { clusterIdOf, type LogPlace, type MemberSeams, memberIdOf } from "@quorate/member";
import { assembleStoreMember, type StoreMember, type StoreMemberSettings } from "@quorate/member/store";
import { LogStore, MemoryDisk, StorageError } from "@quorate/storage";
import { MemoryBackend } from "@quorate/store";
import { type Envelope, MemoryNetwork } from "@quorate/transport";
import type { AuditRecord } from "../src/auth/audit.ts";
import { authSettingsDefault } from "../src/auth/auth-settings.ts";
import { ownThread } from "../src/auth/password-desk.ts";
import { ServerCore } from "../src/handlers/core.ts";
import { makeGatekeeper } from "../src/handlers/gatekeeper.ts";
import { registerServices } from "../src/handlers/register.ts";
import { Router } from "../src/rpc/router.ts";
import { RpcError } from "../src/rpc/rpc-error.ts";
import type { ServerSettings } from "../src/settings.ts";
import { beginUnary, type CallOptions, type Services, StreamCall, type UnaryCall } from "./test-call.ts";
import { VirtualTime } from "./virtual-time.ts";

/** What a test chooses. */
export type KitOptions = {
  /** Names of the members; default: a alone. */
  readonly names?: readonly string[];
  readonly settings?: Partial<ServerSettings>;
  readonly store?: Partial<StoreMemberSettings>;
};

export const token = "kit";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes of a text. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text of bytes. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

const baseSettings: ServerSettings = {
  name: "a",
  dataDir: "",
  walDir: null,
  clusterToken: token,
  initialCluster: [],
  clusterState: "new",
  listenPeerUrls: [],
  advertisePeerUrls: [],
  listenClientUrls: [],
  advertiseClientUrls: [],
  listenMetricsUrls: [],
  heartbeatMs: 50,
  electionMinMs: 150,
  electionMaxMs: 300,
  snapshotEntries: 10_000,
  catchUpEntries: 5000,
  quotaBytes: 0,
  txnOpsMax: 128,
  requestBytesMax: 1_572_864,
  concurrentStreamsMax: 1000,
  keepaliveMinMs: 5000,
  keepaliveIntervalMs: 7_200_000,
  keepaliveTimeoutMs: 20_000,
  clientTls: null,
  peerTls: null,
  gateway: true,
  corsOrigins: [],
  hostWhitelist: [],
  autoCompaction: { mode: "off" },
  watchProgressIntervalMs: 600_000,
  strictReconfigCheck: true,
  learnersMax: 1,
  corruptCheckMs: 0,
  initialCorruptCheck: false,
  forceNewCluster: false,
  leaseReads: false,
  metrics: "basic",
  pprof: false,
  slowRequestMs: 0,
  // The cheapest that bcrypt has.
  auth: { ...authSettingsDefault, bcryptCost: 4 },
};

/** `key=value` of each. */
export function textsOf(kvs: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[]): string[] {
  return kvs.map(({ key, value }) => `${textOf(key)}=${textOf(value)}`);
}

/** One server of the kit. */
export class TestServer implements Services {
  readonly name: string;
  readonly storeMember: StoreMember;
  readonly core: ServerCore;
  readonly router = new Router();
  readonly gatekeeper: Services["gatekeeper"];
  private readonly time: VirtualTime;

  constructor(time: VirtualTime, name: string, storeMember: StoreMember, core: ServerCore) {
    this.time = time;
    this.name = name;
    this.storeMember = storeMember;
    this.core = core;
    this.gatekeeper = makeGatekeeper(core);
    registerServices(this.router, core);
  }

  get id(): bigint {
    return this.core.memberId;
  }

  /** Makes a unary call and lets time pass until it is answered. @throws RpcError */
  call<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    fields: Partial<Request>,
    options: CallOptions = {},
  ): Promise<Response> {
    return this.time.run(beginUnary(this, method, fields, options).response);
  }

  /** Makes a call that must fail; `code text`. */
  async failure<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    fields: Partial<Request>,
    options: CallOptions = {},
  ): Promise<string> {
    return failureOf(this.call(method, fields, options));
  }

  /** Begins a unary call that is not answered at once. */
  begin<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    fields: Partial<Request>,
    options: CallOptions = {},
  ): UnaryCall<Response> {
    return beginUnary(this, method, fields, options);
  }

  /** Puts a key; resolves with the revision. */
  async put(key: string, value = "", lease = 0n): Promise<number> {
    const fields = { key: bytesOf(key), value: bytesOf(value), lease };
    return (await this.call(kvService.methods.put, fields)).header?.revision as number;
  }

  /** Deletes a key; resolves with the revision. */
  async delete(key: string): Promise<number> {
    return (await this.call(kvService.methods.deleteRange, { key: bytesOf(key) })).header?.revision as number;
  }

  /** The keys under a prefix, in order. */
  async keys(prefix: string): Promise<readonly string[]> {
    const fields = { key: bytesOf(prefix || "\0"), rangeEnd: bytesOf(`${prefix}\xff`) };
    return (await this.call(kvService.methods.range, fields)).kvs.map(({ key }) => textOf(key));
  }

  /** Begins a streaming call. */
  stream<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    options: CallOptions = {},
  ): StreamCall<Request, Response> {
    return new StreamCall(this, method, options);
  }
}

/** `code text` of the status that a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RpcError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error("the call was answered");
}

/** See the module. */
export class ServerKit {
  readonly time = new VirtualTime();
  readonly servers = new Map<string, TestServer>();
  readonly backends = new Map<string, MemoryBackend>();
  /** What all servers put into the audit log. */
  readonly audit: AuditRecord[] = [];
  private readonly options: KitOptions;
  private readonly network: MemoryNetwork;
  private readonly cuts = new Set<number>();
  private readonly names: readonly string[];
  private incarnation = 0;

  constructor(options: KitOptions) {
    this.options = options;
    this.names = options.names ?? ["a"];
    this.network = new MemoryNetwork({
      onEnvelope: (envelope) => void this.time.at(1, () => this.land(envelope)),
    });
  }

  /** Makes a cluster and waits until all know its leader. */
  static async started(options: KitOptions = {}): Promise<ServerKit> {
    const kit = new ServerKit(options);
    const peers = Object.fromEntries(kit.names.map((name) => [name, `${name}:2380`]));
    await kit.time.run(Promise.all(kit.names.map((name) => kit.start(name, { peers }))));
    await kit.until(() => {
      const leads = [...kit.servers.values()].map(({ storeMember }) => storeMember.member.status());
      return leads.every(({ lead, applied }) => lead !== 0 && lead === leads[0]?.lead && applied > 1);
    });
    return kit;
  }

  /** A member more. */
  async start(
    name: string,
    settings: Pick<StoreMemberSettings, "peers"> & Partial<StoreMemberSettings>,
  ): Promise<void> {
    const id = settings.id ?? memberIdOf(token, name);
    const clock = this.time.clockOf(() => false);
    const seams = this.seamsOf(id, clock);
    const backend = new MemoryBackend();
    this.backends.set(name, backend);
    const storeMember = await assembleStoreMember(
      { token, timing: { adaptionMax: 1 }, ...this.options.store, ...settings, id, name },
      { ...seams, backend },
    );
    const core = new ServerCore({
      storeMember,
      settings: { ...baseSettings, ...this.options.settings, name },
      clock,
      wallNow: seams.wallNow,
      random: seams.random,
      clusterId: clusterIdOf(token),
      passwords: ownThread,
      auditSink: (record) => void this.audit.push(record),
    });
    this.servers.set(name, new TestServer(this.time, name, storeMember, core));
  }

  /** A server; by default the first. */
  server(name: string = this.names[0] as string): TestServer {
    const server = this.servers.get(name);
    if (server === undefined) throw new Error(`there is no ${name}`);
    return server;
  }

  get leader(): TestServer {
    const leader = [...this.servers.values()].find(({ storeMember }) => storeMember.member.isLeader);
    if (leader === undefined) throw new Error("nobody leads");
    return leader;
  }

  get followers(): readonly TestServer[] {
    return [...this.servers.values()].filter(({ storeMember }) => !storeMember.member.isLeader);
  }

  /** Lets time pass until something holds. */
  async until(holds: () => boolean, limitMs = 20_000): Promise<void> {
    if (!(await this.time.until(holds, limitMs))) throw new Error(`it did not happen within ${limitMs} ms`);
  }

  /** Takes the next responses of a stream, waiting for them. */
  async take<Response>(
    stream: { readonly received: Response[]; readonly isEnded: boolean; readonly ended: Promise<unknown> },
    count = 1,
  ): Promise<Response[]> {
    await this.until(() => stream.received.length >= count || stream.isEnded);
    if (stream.received.length < count) throw new Error(`the stream ended: ${String(await stream.ended)}`);
    return stream.received.splice(0, count);
  }

  /** Cuts a server off from the others. */
  cutOff(server: TestServer): void {
    this.cuts.add(server.storeMember.member.id);
  }

  heal(): void {
    this.cuts.clear();
  }

  private land(envelope: Envelope): void {
    if (!this.network.isInFlight(envelope)) return;
    if (this.cuts.has(envelope.from) || this.cuts.has(envelope.to))
      this.network.drop(envelope, { report: false });
    else if (envelope.kind === "snapshot") void this.network.deliverSnapshot(envelope);
    else this.network.deliver(envelope);
  }

  private seamsOf(id: number, clock: MemberSeams["clock"]): Omit<MemberSeams, "id"> {
    const wallNow = (): number => 1_800_000_000_000 + this.time.nowMs;
    const transport = this.network.attach({ self: id, incarnation: ++this.incarnation, clock, wallNow });
    return { clock, wallNow, transport, random: makeRandom(id), logPlace: this.logPlace(id) };
  }

  private logPlace(id: number): LogPlace {
    const disk = new MemoryDisk({
      schedule: ({ kind }, complete) => {
        if (kind === "datasync" || kind === "sync-directory") this.time.at(1, complete);
        else queueMicrotask(complete);
      },
    });
    const place = {
      identity: { clusterId: clusterIdOf(token), memberId: id },
      segmentBytes: 8 * 1024 * 1024,
    };
    const open = (): Promise<LogStore> =>
      LogStore.open(disk, "log", { ...place, now: () => this.time.nowMs });
    return {
      open: async () => {
        try {
          return await open();
        } catch (error) {
          if (error instanceof StorageError && error.code === "wiped") return null;
          throw error;
        }
      },
      create: async () => {
        await LogStore.initialize(disk, "log", place);
        return open();
      },
    };
  }
}

/** Numbers from a seed (mulberry32). */
function makeRandom(seed: number): MemberSeams["random"] {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { below: (bound) => ((next() & 0x1f_ffff) * 2 ** 32 + next()) % bound };
}

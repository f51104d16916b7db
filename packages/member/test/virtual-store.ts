/**
 * A cluster of store members in virtual time: the hosts and the network of a {@link VirtualCluster}, with the store as state
 * machine and its backend in memory.
 */

import {
  MemoryBackend,
  type Outcome,
  putRequest,
  type Response,
  rangeRequest,
  type StoreEvent,
} from "@quorate/store";
import type { Member } from "../src/index.ts";
import {
  assembleStoreMember,
  type StoreMember,
  type StoreMemberSettings,
} from "../src/store-member/assemble-store-member.ts";
import { type ClusterOptions, VirtualCluster } from "./virtual-cluster.ts";
import type { VirtualHost } from "./virtual-host.ts";

/** What a test chooses. */
export type StoreClusterOptions = ClusterOptions & {
  readonly store?: Partial<Omit<StoreMemberSettings, "name" | "peers" | "onEvent">>;
};

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

/** See the module. */
export class StoreCluster {
  readonly cluster: VirtualCluster;
  /** What the stores told, in order. */
  readonly storeEvents: { readonly atMs: number; readonly host: string; readonly event: StoreEvent }[] = [];
  /** What the stores of the hosts stand on. */
  readonly backends = new Map<string, MemoryBackend>();
  private readonly stores = new Map<string, StoreMember>();
  private readonly settings: NonNullable<StoreClusterOptions["store"]>;

  constructor(options: StoreClusterOptions = {}) {
    this.settings = options.store ?? {};
    this.cluster = new VirtualCluster(options);
    for (const host of this.cluster.hosts.values()) this.equip(host);
  }

  /** Makes a cluster and waits until it has a leader that has committed something. */
  static async started(options: StoreClusterOptions = {}): Promise<StoreCluster> {
    const all = new StoreCluster(options);
    all.cluster.startAll();
    await all.cluster.ready();
    return all;
  }

  /** Makes a host run store members. */
  equip(host: VirtualHost): void {
    host.program = async (settings, seams) => {
      const { stateMachine: _tally, ...rest } = settings;
      // The state outlives the process, as on a disk.
      const backend = this.backends.get(host.name) ?? new MemoryBackend({ isPersistent: true });
      this.backends.set(host.name, backend);
      const storeMember = await assembleStoreMember(
        {
          ...rest,
          ...this.settings,
          onStoreEvent: (event) => {
            if (event.kind !== "flushed") this.storeEvents.push({ atMs: this.nowMs, host: host.name, event });
          },
        },
        { ...seams, backend },
      );
      this.stores.set(host.name, storeMember);
      // The host only stops it, and looks at its status.
      return storeMember.member as unknown as Member<number>;
    };
  }

  /** The store member on a host, which must be running. */
  on(host: VirtualHost): StoreMember {
    const storeMember = this.stores.get(host.name);
    if (storeMember === undefined || host.member === null) throw new Error(`${host.name} is not running`);
    return storeMember;
  }

  /** The store member of the leader. */
  async leader(not?: VirtualHost): Promise<StoreMember> {
    return this.on(await this.cluster.leader(not));
  }

  /** The store member of the first follower. */
  follower(): StoreMember {
    const [host] = this.cluster.followers();
    if (host === undefined) throw new Error("there is no follower");
    return this.on(host);
  }

  /** When a lease was first removed anywhere; null if it never was. */
  removedAtMs(id: bigint): number | null {
    const found = this.storeEvents.find(({ event }) => event.kind === "lease-removed" && event.id === id);
    return found?.atMs ?? null;
  }

  get nowMs(): number {
    return this.cluster.clock.nowMs;
  }

  /** Lets time pass until a promise settles. */
  run<Value>(promise: Promise<Value>, limitMs?: number): Promise<Value> {
    return this.cluster.run(promise, limitMs);
  }

  /** Puts a key; resolves with the revision. */
  async put(storeMember: StoreMember, key: string, value: string, lease = 0n): Promise<number> {
    const request = putRequest({ key: bytesOf(key), value: bytesOf(value), lease });
    return responseOf(await this.run(storeMember.execute(request))).revision;
  }

  /** The value of a key, or null. */
  async get(
    storeMember: StoreMember,
    key: string,
    consistency: "linearizable" | "serializable" = "linearizable",
  ): Promise<string | null> {
    const result = await this.run(storeMember.range(rangeRequest({ key: bytesOf(key) }), consistency));
    if (!result.ok) throw new Error(result.code);
    const [kv] = result.response.kvs;
    return kv === undefined ? null : textOf(kv.value);
  }

  /** Grants a lease, and resolves with its id. */
  async grant(storeMember: StoreMember, ttlSeconds: number, id = 0n): Promise<bigint> {
    const response = responseOf(await this.run(storeMember.grantLease(id, ttlSeconds)));
    if (response.kind !== "lease-grant") throw new Error(response.kind);
    return response.id;
  }
}

/** The response of an outcome that must not be a refusal. */
export function responseOf(outcome: Outcome): Response {
  if (!outcome.ok) throw new Error(`refused: ${outcome.code}`);
  return outcome.response;
}

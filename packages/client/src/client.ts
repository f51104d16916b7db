/**
 * The client: the object behind the door.
 */

import {
  LeaseLeasesRequest,
  LeaseTimeToLiveRequest,
  type LeaseTimeToLiveResponse,
  leaseService,
  type Method,
} from "@quorate/etcd-api";
import { Auth } from "./auth.ts";
import { Caller, type CallOptions } from "./caller.ts";
import { closedError } from "./client-error.ts";
import { Cluster } from "./cluster.ts";
import type { Grounds } from "./contender.ts";
import {
  type CampaignOptions,
  campaign,
  type Leadership,
  leader,
  type ObserveOptions,
  observe,
} from "./election.ts";
import type { DuplexStream } from "./endpoint.ts";
import type { KeyValue } from "./key-value.ts";
import * as kv from "./kv.ts";
import { type Lease, LeaseHub, type LeaseOptions, revokeLease } from "./lease.ts";
import { type Lock, type LockOptions, lock, withLock } from "./lock.ts";
import { Maintenance } from "./maintenance.ts";
import type {
  DeleteOptions,
  DeleteResult,
  PutOptions,
  PutResult,
  RangeOptions,
  RangeResult,
  ReadOptions,
} from "./operation.ts";
import { type IterateOptions, iterate } from "./paging.ts";
import type { Bytes, Selection } from "./selection.ts";
import type { Settings } from "./settings.ts";
import type { WatchOptions } from "./subscription.ts";
import { beginTxn, type Txn } from "./txn.ts";
import { Watch } from "./watch.ts";
import { WatchHub } from "./watch-hub.ts";

/** A client of one cluster. Made by `connect`. Everything it does throws ClientError and nothing else. */
export class Client implements AsyncDisposable {
  readonly #caller: Caller;
  readonly #watches: WatchHub;
  readonly #leases: LeaseHub;
  readonly #grounds: Grounds;
  /** Members of the cluster. */
  readonly cluster: Cluster;
  /** Status, backup, space, alarms. */
  readonly maintenance: Maintenance;
  /** Users and roles. */
  readonly auth: Auth;

  constructor(settings: Settings) {
    const caller = new Caller(settings);
    this.#caller = caller;
    this.#watches = new WatchHub(caller);
    this.#leases = new LeaseHub(caller);
    this.#grounds = { caller, watches: this.#watches, leases: this.#leases };
    this.cluster = new Cluster(caller);
    this.maintenance = new Maintenance(caller);
    this.auth = new Auth(caller);
  }

  /** URLs of the endpoints, as given. */
  get endpoints(): readonly string[] {
    return this.#caller.balancer.endpoints.map(({ url }) => url);
  }

  /** The endpoint that the next call asks. */
  get endpoint(): string {
    return this.#caller.balancer.pick().url;
  }

  /** The key, or null if it is not there. */
  get(key: Bytes, options: ReadOptions & CallOptions = {}): Promise<KeyValue | null> {
    return kv.get(this.#caller, key, options);
  }

  /** Many keys in one answer. For very many see {@link iterate}. */
  range(selection: Selection, options: RangeOptions & CallOptions = {}): Promise<RangeResult> {
    return kv.range(this.#caller, selection, options);
  }

  /** All keys with a prefix, in one answer. */
  async getAll(prefix: Bytes = "", options: RangeOptions & CallOptions = {}): Promise<readonly KeyValue[]> {
    return (await this.range({ prefix }, options)).keyValues;
  }

  /** How many keys there are. */
  async count(selection: Selection, options: ReadOptions & CallOptions = {}): Promise<number> {
    return (await this.range(selection, { ...options, countOnly: true })).count;
  }

  /** Keys one by one, fetched in pages as of one revision: memory for one page, whatever the number of keys. */
  iterate(selection: Selection, options: IterateOptions = {}): AsyncGenerator<KeyValue, void, undefined> {
    return iterate(this.#caller, selection, options);
  }

  /** Writes a key. */
  put(key: Bytes, value: Bytes, options: PutOptions & CallOptions = {}): Promise<PutResult> {
    return kv.put(this.#caller, key, value, options);
  }

  /** Deletes one key or many. */
  delete(selection: Bytes | Selection, options: DeleteOptions & CallOptions = {}): Promise<DeleteResult> {
    return kv.remove(this.#caller, selection, options);
  }

  /** Begins a transaction: `.if(…).do(…).else(…).commit()`. */
  txn(): Txn {
    return beginTxn(this.#caller);
  }

  /** Forgets what was before a revision. */
  compact(revision: number, options: kv.CompactOptions = {}): Promise<void> {
    return kv.compact(this.#caller, revision, options);
  }

  /** Watches keys. Failures come out of the iteration. */
  watch(options: WatchOptions): Watch {
    return new Watch(this.#watches, options);
  }

  /**
   * Asks the server how far the watches of this client are; those made with `withProgress` get a `progress` batch once all
   * are in step. Lost if there is no stream at the moment.
   */
  requestWatchProgress(): void {
    this.#watches.requestProgress();
  }

  /** Grants a lease and keeps it alive until it is revoked, lost, or the client closed. */
  lease(options: LeaseOptions): Promise<Lease> {
    return this.#leases.grant(options);
  }

  /** What a server knows of a lease; `ttl` is -1 if it knows none. */
  leaseInfo(
    id: bigint,
    options: CallOptions & { readonly withKeys?: boolean } = {},
  ): Promise<LeaseTimeToLiveResponse> {
    const request = LeaseTimeToLiveRequest.create({ id, keys: options.withKeys ?? false });
    return this.rpc(leaseService.methods.leaseTimeToLive, request, options);
  }

  /** IDs of all leases that a member knows. */
  async leaseIds(options: CallOptions = {}): Promise<readonly bigint[]> {
    const request = LeaseLeasesRequest.create();
    const { leases } = await this.rpc(leaseService.methods.leaseLeases, request, options);
    return leases.map(({ id }) => id);
  }

  /** Ends any lease, with its keys; one that is not there is ended already. */
  revokeLease(id: bigint, options: CallOptions = {}): Promise<void> {
    return revokeLease(this.#caller, id, options);
  }

  /** Queues for a lock and resolves when it is held. */
  lock(name: Bytes, options: LockOptions = {}): Promise<Lock> {
    return lock(this.#grounds, name, options);
  }

  /**
   * Does the work while holding a lock. Rejects with what the work throws, or with `lease-lost` if the lock was lost before
   * the work had ended.
   */
  withLock<T>(name: Bytes, work: (lock: Lock) => T | Promise<T>, options: LockOptions = {}): Promise<T> {
    return withLock(this.#grounds, name, work, options);
  }

  /** Waits to be elected, with a value for everybody to see. */
  campaign(name: Bytes, value: Bytes, options: CampaignOptions = {}): Promise<Leadership> {
    return campaign(this.#grounds, name, value, options);
  }

  /** The leader's key with its value; null if nobody leads. */
  leader(name: Bytes, options: CallOptions = {}): Promise<KeyValue | null> {
    return leader(this.#grounds, name, options);
  }

  /** The leader now and after every change; null while nobody leads. */
  observe(name: Bytes, options: ObserveOptions = {}): AsyncGenerator<KeyValue | null, void, undefined> {
    return observe(this.#grounds, name, options);
  }

  /** Any call that has one answer, with retries and errors as everywhere; for what has no wrapper, and for headers. */
  rpc<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Response> {
    return this.#caller.unary(method, request, options);
  }

  /** Any call whose answer is a stream. No limit of time unless one is given. */
  rpcStream<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): AsyncGenerator<Response, void, undefined> {
    return this.#caller.serverStream(method, request, options);
  }

  /**
   * Any call with streams both ways, raw: it is not resumed, and ends where the connection does. `timeoutMs` is for the
   * connection. Leaders are required unless `requiresLeader` is false.
   */
  rpcDuplex<Request extends object, Response extends object>(
    method: Method<Request, Response>,
    options: CallOptions = {},
  ): Promise<{ readonly endpoint: string; readonly stream: DuplexStream<Request, Response> }> {
    return this.#caller.duplex(method, options);
  }

  /** Resolves when one of the endpoints can be talked to. */
  async ready(options: CallOptions = {}): Promise<void> {
    if (this.#caller.lifetime.aborted) throw closedError();
    await this.#caller.connect(options);
  }

  /** Ends watches, quietly, and everything else: calls under way fail with `closed`. Leases are not given back. */
  async close(): Promise<void> {
    this.#watches.close();
    this.#leases.close();
    this.#caller.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

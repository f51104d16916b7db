/**
 * One watch that goes on over broken connections: after each, it is created again one revision behind the last that it
 * has seen.
 */

import { setTimeout as wait } from "node:timers/promises";
import type { DuplexStream } from "@quorate/client";
import {
  type WatchCreateRequest,
  WatchProgressRequest,
  WatchRequest,
  type WatchResponse,
  watchService,
} from "@quorate/etcd-api";
import { CommandFailure, clientExitCode } from "./command-failure.ts";
import type { Connection } from "./connection.ts";

/** How long to wait before a stream is opened again. */
const reopenMs = 500;

/** See the module. */
export class WatchSession {
  readonly #connection: Connection;
  readonly #signal: AbortSignal | null;
  #create: WatchCreateRequest;
  #stream: DuplexStream<WatchRequest, WatchResponse> | null = null;

  constructor(connection: Connection, create: WatchCreateRequest, signal: AbortSignal | null = null) {
    this.#connection = connection;
    this.#create = create;
    this.#signal = signal;
  }

  /** Asks for the present revision as soon as all events up to it have been sent. */
  requestProgress(): void {
    this.#stream?.send(
      WatchRequest.create({
        requestUnion: { case: "progressRequest", value: WatchProgressRequest.create() },
      }),
    );
  }

  /**
   * Everything that the server says but that it has begun. Ends when the server cancels the watch, after that has been
   * yielded, or when the signal is aborted. Throws when the first stream cannot be opened.
   */
  async *responses(): AsyncGenerator<WatchResponse, void, undefined> {
    let isBegun = false;
    while (!this.#isAborted()) {
      try {
        for await (const response of this.#open()) {
          isBegun = true;
          this.#advance(response);
          if (!response.created || response.canceled) yield response;
          if (response.canceled) return;
        }
      } catch (error) {
        if (!isBegun && !this.#isAborted()) throw error;
      }
      this.#stream = null;
      if (!isBegun && !this.#isAborted())
        throw new CommandFailure(clientExitCode.failure, "the server ended the watch");
      await wait(reopenMs, undefined, this.#signal === null ? {} : { signal: this.#signal }).catch(() => {});
    }
  }

  async *#open(): AsyncGenerator<WatchResponse, void, undefined> {
    const stream = await this.#connection.duplex(watchService.methods.watch, this.#signal);
    this.#stream = stream;
    try {
      stream.send(WatchRequest.create({ requestUnion: { case: "createRequest", value: this.#create } }));
      yield* stream;
    } finally {
      stream.cancel();
    }
  }

  /** Notes how far the watch has come, so that nothing is missed or told twice. */
  #advance(response: WatchResponse): void {
    const last = response.events.at(-1)?.kv?.modRevision ?? 0;
    const revision = response.header?.revision ?? 0;
    // A watch that begins "now" begins behind the revision at which it was created.
    const seen = Math.max(last, response.created || response.events.length === 0 ? revision : 0);
    const isAhead = response.created && this.#create.startRevision > 0;
    if (isAhead || seen < this.#create.startRevision) return;
    this.#create = { ...this.#create, startRevision: seen + 1 };
  }

  #isAborted(): boolean {
    return this.#signal?.aborted === true;
  }
}

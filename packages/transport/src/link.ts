/**
 * A link: this member's own connection to one peer in one lane, dialed again whenever it is lost.
 */

import type { NodeId } from "@quorate/raft";
import { backoffMs } from "./back-off.ts";
import type { CancelTimer } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { type CancelDial, type DialOutcome, dial } from "./dial.ts";
import type { Environment } from "./environment.ts";
import type { DisconnectCause } from "./event.ts";
import type { Unit } from "./frame.ts";
import { Lane, laneName } from "./lane.ts";
import { LaneWriter, type LaneWriterHandlers } from "./lane-writer.ts";
import type { Outgoing } from "./send-queue.ts";

/** What the owner of a link does. */
export type LinkHandlers = LaneWriterHandlers & {
  onOpen(connection: Connection): void;
  onUnit(connection: Connection, unit: Unit): void;
  onClosed(connection: Connection): void;
};

/**
 * `idle` without addresses or stopped; `dialing`; `open`; `waiting` between two dials. Only in `waiting` and `idle`
 * is a message refused at once: a first dial may still succeed.
 */
export type LinkState = "idle" | "dialing" | "open" | "waiting";

export class Link {
  state: LinkState = "idle";
  readonly writer: LaneWriter;
  readonly #environment: Environment;
  readonly #peer: NodeId;
  readonly #lane: Lane;
  readonly #handlers: LinkHandlers;
  #addresses: readonly string[] = [];
  #attempt = 0;
  #failures = 0;
  #connection: Connection | null = null;
  #cancelDial: CancelDial = () => {};
  #cancelTimer: CancelTimer = () => {};

  constructor(environment: Environment, peer: NodeId, lane: Lane, handlers: LinkHandlers) {
    this.#environment = environment;
    this.#peer = peer;
    this.#lane = lane;
    this.#handlers = handlers;
    const { limits } = environment;
    this.writer =
      lane === Lane.urgent
        ? new LaneWriter(limits, limits.urgentQueue, "oldest", handlers)
        : new LaneWriter(limits, limits.bulkQueue, "newest", handlers);
  }

  get connection(): Connection | null {
    return this.#connection;
  }

  /** Sets where the peer is. A connection or a dial to an address that is still among them goes on. */
  setAddresses(addresses: readonly string[]): void {
    const current = this.#connection?.identity.address ?? null;
    const same =
      addresses.length === this.#addresses.length &&
      addresses.every((each, at) => each === this.#addresses[at]);
    if (same && this.state !== "idle") return;
    this.#addresses = addresses;
    if (addresses.length === 0) this.stop("the peer has no address");
    else if (this.state === "idle") this.#dial();
    else if (current !== null && !addresses.includes(current))
      this.#connection?.close("local", "the peer moved");
    else if (this.state !== "open") this.#redial();
  }

  /** Queues something, or refuses it while the peer is known to be away. */
  send(item: Outgoing): boolean {
    if (this.state === "idle" || this.state === "waiting") return false;
    this.writer.push(item);
    return true;
  }

  /** The peer showed up: a wait is cut short. */
  hurry(): void {
    if (this.state === "waiting") this.#redial();
  }

  /** Ends the link until addresses are set again. */
  stop(text: string): void {
    this.#cancelDial();
    this.#cancelTimer();
    this.state = "idle";
    this.#failures = 0;
    const connection = this.#connection;
    if (connection === null) this.writer.detach();
    else connection.close("local", text);
  }

  #redial(): void {
    this.#cancelDial();
    this.#cancelTimer();
    this.#dial();
  }

  #dial(): void {
    const address = this.#addresses[this.#attempt % this.#addresses.length] as string;
    this.#attempt++;
    this.state = "dialing";
    const target = { peer: this.#peer, address, lane: this.#lane };
    this.#cancelDial = dial(this.#environment, target, (outcome) => this.#onOutcome(address, outcome));
  }

  #onOutcome(address: string, outcome: DialOutcome): void {
    if (!outcome.ok) {
      this.#wait(outcome.refused, (retryMs) => {
        const { cause, text } = outcome;
        const lane = laneName(this.#lane);
        this.#environment.emit({
          kind: "dial-failed",
          peer: this.#peer,
          lane,
          address,
          cause,
          text,
          retryMs,
        });
      });
      return;
    }
    const { connection } = outcome;
    // The address that works is tried first the next time.
    this.#attempt--;
    this.#connection = connection;
    this.state = "open";
    connection.start(
      {
        onUnit: (unit) => this.#handlers.onUnit(connection, unit),
        onWritable: () => this.writer.pump(),
        onClosed: (cause, text) => this.#onClosed(connection, cause, text),
      },
      outcome.rest,
    );
    if (connection.isClosed) return;
    this.writer.attach(connection);
    this.#handlers.onOpen(connection);
  }

  #onClosed(connection: Connection, cause: DisconnectCause, text: string): void {
    const { clock, limits, emit } = this.#environment;
    this.#connection = null;
    const { peer, lane, direction } = connection.identity;
    emit({ kind: "disconnected", peer, lane: laneName(lane), direction, cause, text });
    if (clock.now() - connection.openedAtMs >= limits.stableMs) this.#failures = 0;
    if (this.state === "idle") this.writer.detach();
    else this.#wait(false, () => {});
    this.#handlers.onClosed(connection);
  }

  #wait(longest: boolean, onDelay: (retryMs: number) => void): void {
    const { clock, limits, random } = this.#environment;
    const retryMs = longest ? limits.backoffMaxMs : backoffMs(this.#failures, limits, random);
    this.#failures++;
    this.state = "waiting";
    this.#cancelTimer = clock.setTimer(() => this.#dial(), retryMs);
    this.writer.detach();
    onDelay(retryMs);
  }
}

/**
 * Transactions: if all comparisons hold, do these, else those; all at one revision.
 */

import {
  type Compare,
  kvService,
  type RequestOp,
  type ResponseOp,
  TxnRequest,
  type TxnResponse,
} from "@quorate/etcd-api";
import type { Caller, CallOptions } from "./caller.ts";
import { ClientError } from "./client-error.ts";
import { expect, type Operation, type Results, revisionOf } from "./operation.ts";

type Operations = readonly Operation<unknown>[];

/** What a transaction gives: which side was done, and the result of each operation of it. */
export type TxnResult<Then extends Operations, Else extends Operations> = {
  /** Revision of this write, or of the store if nothing was written. */
  readonly revision: number;
} & (
  | { readonly succeeded: true; readonly results: Results<Then> }
  | { readonly succeeded: false; readonly results: Results<Else> }
);

/** A transaction that is being put together. Every step gives a new one; none is changed. */
export class Txn<Then extends Operations = readonly [], Else extends Operations = readonly []> {
  readonly #caller: Caller;
  readonly #compares: readonly Compare[];
  readonly #then: Then;
  readonly #else: Else;

  constructor(caller: Caller, compares: readonly Compare[], then: Then, otherwise: Else) {
    this.#caller = caller;
    this.#compares = compares;
    this.#then = then;
    this.#else = otherwise;
  }

  /** Adds comparisons: all must hold. */
  if(...compares: readonly Compare[]): Txn<Then, Else> {
    return new Txn(this.#caller, [...this.#compares, ...compares], this.#then, this.#else);
  }

  /** What to do if all comparisons hold. */
  do<const Added extends Operations>(...operations: Added): Txn<readonly [...Then, ...Added], Else> {
    return new Txn(this.#caller, this.#compares, [...this.#then, ...operations] as const, this.#else);
  }

  /** What to do if one does not. */
  else<const Added extends Operations>(...operations: Added): Txn<Then, readonly [...Else, ...Added]> {
    return new Txn(this.#caller, this.#compares, this.#then, [...this.#else, ...operations] as const);
  }

  /** As an operation of another transaction. */
  nested(): Operation<TxnResult<Then, Else>> {
    return {
      request: { case: "requestTxn", value: this.toRequest() },
      read: (response: ResponseOp["response"]) => this.#read(expect(response, "responseTxn")),
    };
  }

  /** As the wire says it. */
  toRequest(): TxnRequest {
    return TxnRequest.create({
      compare: this.#compares,
      success: this.#then.map(toRequestOp),
      failure: this.#else.map(toRequestOp),
    });
  }

  /** Does it. Sent again only under the rule for writes, or, if nothing in it writes, for reads. Throws ClientError. */
  async commit(options: CallOptions = {}): Promise<TxnResult<Then, Else>> {
    return this.#read(await this.#caller.unary(kvService.methods.txn, this.toRequest(), options));
  }

  #read({ header, succeeded, responses }: TxnResponse): TxnResult<Then, Else> {
    const operations: Operations = succeeded ? this.#then : this.#else;
    if (responses.length !== operations.length) {
      const text = `${responses.length} answers to ${operations.length} operations`;
      throw new ClientError("internal", text, { outcome: "unknown" });
    }
    const results = operations.map((operation, index) => operation.read(responses[index]?.response ?? null));
    return { revision: revisionOf(header), succeeded, results } as unknown as TxnResult<Then, Else>;
  }
}

/** A transaction without anything in it. */
export function beginTxn(caller: Caller): Txn {
  return new Txn(caller, [], [], []);
}

function toRequestOp({ request }: Operation<unknown>): RequestOp {
  return { request };
}

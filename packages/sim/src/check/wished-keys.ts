/**
 * What a command wants to do with keys, and which keys hang on leases: what A1 has to know of commands besides who asked.
 */

import type { Command, Operation, OperationResponse, Outcome, PutRequest } from "@quorate/store";
import { type KeySpan, spanOf, type Wish } from "./permission-model.ts";

const decoder = new TextDecoder();

/** Keys by lease, as of what was applied. */
export class LeasedKeys {
  private readonly leaseOf = new Map<string, bigint>();

  /** All keys of a lease, each to be written by whoever attaches to it or takes it away. */
  wishes(lease: bigint): readonly Wish[] {
    return [...this.leaseOf]
      .filter(([, attached]) => attached === lease)
      .map(([key]) => ({ access: "write", span: spanOf(key, "") }));
  }

  /** Takes in what a command did. */
  take(command: Command, outcome: Outcome): void {
    if (!outcome.ok) return;
    const { response } = outcome;
    if (command.kind === "lease-revoke") {
      for (const [key, lease] of [...this.leaseOf]) if (lease === command.id) this.leaseOf.delete(key);
    } else if (command.kind === "put" || command.kind === "delete-range" || command.kind === "txn") {
      this.operate(command, response.kind === "txn" ? response : null);
    }
  }

  private operate(operation: Operation, response: OperationResponse | null): void {
    switch (operation.kind) {
      case "put":
        this.put(operation);
        break;
      case "delete-range": {
        if (this.leaseOf.size === 0) return;
        const { low, high } = textSpan(operation);
        for (const key of [...this.leaseOf.keys()])
          if (key >= low && (high === null || key < high)) this.leaseOf.delete(key);
        break;
      }
      case "txn": {
        if (response?.kind !== "txn") return;
        const chosen = response.succeeded ? operation.success : operation.failure;
        for (const [position, inner] of chosen.entries())
          this.operate(inner, response.responses[position] ?? null);
        break;
      }
      default:
        break;
    }
  }

  private put({ key, lease, ignoreLease }: PutRequest): void {
    if (ignoreLease || (lease === 0n && this.leaseOf.size === 0)) return;
    const name = decoder.decode(key);
    if (lease === 0n) this.leaseOf.delete(name);
    else this.leaseOf.set(name, lease);
  }
}

/** What an operation wants to do with keys, whichever branch of it will be run. */
export function wishesOf(operation: Operation, leased: LeasedKeys): readonly Wish[] {
  switch (operation.kind) {
    case "range":
      return [{ access: "read", span: textSpan(operation) }];
    case "put": {
      const span = spanOf(decoder.decode(operation.key), "");
      return [
        ...writes(span, operation.prevKv),
        ...(operation.lease === 0n ? [] : leased.wishes(operation.lease)),
      ];
    }
    case "delete-range":
      return writes(textSpan(operation), operation.prevKv);
    case "txn":
      return [
        ...operation.compare.map((compared): Wish => ({ access: "read", span: textSpan(compared) })),
        ...[...operation.success, ...operation.failure].flatMap((inner) => wishesOf(inner, leased)),
      ];
    case "empty":
      return [];
  }
}

function writes(span: KeySpan, alsoReads: boolean): readonly Wish[] {
  return alsoReads
    ? [
        { access: "write", span },
        { access: "read", span },
      ]
    : [{ access: "write", span }];
}

function textSpan({ key, rangeEnd }: { readonly key: Uint8Array; readonly rangeEnd: Uint8Array }): KeySpan {
  return spanOf(decoder.decode(key), decoder.decode(rangeEnd));
}

/**
 * Inquiries: what somebody without an identity may ask. Few at a time, few per second, small, and nothing else.
 */

import { replyBytesMax } from "./handshake.ts";
import type { TcpLimits } from "./limits.ts";
import type { RefusalCauseName } from "./refusal.ts";

/** What became of an inquiry. */
export type InquiryOutcome =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly cause: RefusalCauseName; readonly detail: string };

const secondMs = 1000;

/** Serves all inquiries of one member. */
export class InquiryDesk {
  readonly #limits: Pick<TcpLimits, "inquiriesMax" | "inquiriesPerSecondMax">;
  #served = 0;
  /** In the second that began then. */
  #count = 0;
  #secondAtMs = Number.NEGATIVE_INFINITY;

  constructor(limits: Pick<TcpLimits, "inquiriesMax" | "inquiriesPerSecondMax">) {
    this.#limits = limits;
  }

  /** Answers, or says why not. Never rejects. */
  async serve(
    bytes: Uint8Array,
    handler: ((bytes: Uint8Array) => Promise<Uint8Array>) | null,
    nowMs: number,
  ): Promise<InquiryOutcome> {
    if (handler === null) return refused("this member answers no inquiries");
    if (!this.#take(nowMs)) return refused("too many inquiries at this member");
    this.#served++;
    try {
      const answer = await handler(bytes);
      if (answer.length > replyBytesMax) return refused(`an answer of ${answer.length} bytes is too large`);
      return { ok: true, bytes: answer };
    } catch (error) {
      return refused(error instanceof Error ? error.message : String(error));
    } finally {
      this.#served--;
    }
  }

  #take(nowMs: number): boolean {
    if (nowMs - this.#secondAtMs >= secondMs) {
      this.#secondAtMs = nowMs;
      this.#count = 0;
    }
    const { inquiriesMax, inquiriesPerSecondMax } = this.#limits;
    if (this.#served >= inquiriesMax || this.#count >= inquiriesPerSecondMax) return false;
    this.#count++;
    return true;
  }
}

function refused(detail: string): InquiryOutcome {
  return { ok: false, cause: "notNow", detail };
}

/**
 * Pauses a stream within the budget: what its client may still send then, up to a window, waits here.
 */

import { ErrorCode } from "../http2/http2-error.ts";
import type { Http2Stream } from "../http2/http2-stream.ts";
import type { ByteBudget } from "./byte-budget.ts";

/** One per stream. */
export class WindowGate {
  private readonly stream: Http2Stream;
  private readonly windowBytes: number;
  private readonly budget: ByteBudget;
  private takenBytes = 0;

  constructor(stream: Http2Stream, windowBytes: number, budget: ByteBudget) {
    this.stream = stream;
    this.windowBytes = windowBytes;
    this.budget = budget;
  }

  /** Stops the stream; if too many are stopped already it is given up. */
  pause(): void {
    if (this.takenBytes > 0 || this.stream.isClosed) return;
    if (this.budget.take(this.windowBytes)) {
      this.takenBytes = this.windowBytes;
      this.stream.pause();
    } else {
      this.stream.reset(ErrorCode.enhanceYourCalm);
    }
  }

  /** Goes on. */
  resume(): void {
    this.release();
    this.stream.resume();
  }

  /** The stream is gone. */
  release(): void {
    this.budget.give(this.takenBytes);
    this.takenBytes = 0;
  }
}

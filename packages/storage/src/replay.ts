/**
 * Replay: builds the log from its batches, in order, and checks that they make sense together.
 */

import { emptyHardState, type HardState, makeEntry, noData } from "@quorate/raft";
import { type BatchHeader, batchBytes, type RecordVisitor, visitRecords } from "./batch-format.ts";
import type { LogIndex } from "./log-index.ts";
import { type SegmentHeader, segmentHeaderBytes } from "./segment-header.ts";
import { mergeHardStates } from "./state-files.ts";
import { corrupt } from "./storage-error.ts";

/** A stretch of the last segment that the repair writes again, or clears. */
export type LastBatch = { readonly offset: number; readonly bytes: Uint8Array };

/** See the module. */
export class Replay {
  sequence: number;
  hardState: HardState;
  endOffset = segmentHeaderBytes;
  /** The last batch of the last segment; null if it has none. The bytes are only lent. */
  lastBatch: LastBatch | null = null;
  private readonly index: LogIndex;

  constructor(index: LogIndex, headers: readonly SegmentHeader[]) {
    const first = headers[0] as SegmentHeader;
    this.index = index;
    this.sequence = first.firstSequence - 1;
    this.hardState = emptyHardState;
    index.reset(first.last);
  }

  beginSegment(path: string, header: SegmentHeader): void {
    const last = this.index.last;
    if (
      header.firstSequence !== this.sequence + 1 ||
      header.last.index !== last.index ||
      header.last.term !== last.term
    ) {
      throw corrupt(
        path,
        0,
        `the segment does not follow the one before it, which ends with batch ${this.sequence}`,
      );
    }
    this.advance(path, 0, header.hardState);
    this.endOffset = segmentHeaderBytes;
    this.lastBatch = null;
  }

  take(path: string, view: DataView, bytes: Uint8Array, position: number, batch: BatchHeader): void {
    const visitor: RecordVisitor = {
      reset: (start) => this.index.reset(start),
      entry: (type, term, index, data, at) => {
        const location = { segmentId: segmentIdOf(view, position), offset: at, seed: batch.crc };
        this.place(path, at, term, index);
        // A truncation to before the start leaves nothing to stand on: this entry becomes the start.
        if (index <= this.index.last.index && index < this.index.firstIndex) {
          this.index.reset({ index, term });
        } else {
          const entry = makeEntry(type, term, index, data.length === 0 ? noData : data.slice());
          this.index.push(term, data.length, location, entry);
        }
      },
    };
    visitRecords(view, bytes, position, batch, visitor);
    this.advance(path, position, batch.hardState);
    this.sequence = batch.sequence;
    const end = position + batchBytes(batch.bodyBytes);
    this.endOffset = end;
    this.lastBatch = { offset: position, bytes: bytes.subarray(position, end) };
  }

  /** Makes room for an entry, and checks that it belongs here. */
  private place(path: string, at: number, term: number, index: number): void {
    const { last } = this.index;
    if (index > last.index + 1) {
      throw corrupt(path, at, `entry ${index} follows entry ${last.index}: entries are missing between them`);
    }
    if (index <= last.index) this.index.truncateFrom(index);
    const before = this.index.last;
    if (index === before.index + 1 && term < before.term) {
      throw corrupt(path, at, `entry ${index} has term ${term}, and the one before it term ${before.term}`);
    }
  }

  private advance(path: string, at: number, next: HardState): void {
    const merged = mergeHardStates(this.hardState, next);
    if (next.term < this.hardState.term || merged === null) {
      throw corrupt(
        path,
        at,
        `term ${next.term} with a vote for ${next.vote} follows term ${this.hardState.term} with one for ${this.hardState.vote}`,
      );
    }
    this.hardState = merged;
  }
}

function segmentIdOf(view: DataView, position: number): number {
  return view.getUint32(position + 60, true) * 0x1_0000_0000 + view.getUint32(position + 56, true);
}

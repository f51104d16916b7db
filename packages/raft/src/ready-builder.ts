/**
 * From the core's state to a Ready: what has changed since the last one, and the messages of storage work.
 */

import { type Entry, entriesBytes } from "./entry.ts";
import { appendThread, applyThread, type Message, MessageType, makeMessage, zeroMessage } from "./message.ts";
import type { Raft } from "./raft.ts";
import type { Ready } from "./ready.ts";
import { emptyHardState, type HardState, type SoftState } from "./state.ts";

/** Builds one Ready after another; see {@link Ready} for what they mean. */
export class ReadyBuilder {
  private readonly raft: Raft;
  private readonly isAsync: boolean;
  private previousHardState: HardState;
  private previousSoftState: SoftState;
  /** Synchronous mode: what this member acknowledges to itself when the Ready is done. */
  private steps: Message[] = [];

  /** `raft` is as it was stored: nothing has changed yet. */
  constructor(raft: Raft) {
    this.raft = raft;
    this.isAsync = raft.config.asyncStorageWrites;
    this.previousHardState = raft.hardState();
    this.previousSoftState = raft.softState();
  }

  /** Whether {@link take} would have anything to hand out. */
  hasReady(): boolean {
    const { raft } = this;
    const { log } = raft;
    return (
      raft.messages.length > 0 ||
      raft.messagesAfterAppend.length > 0 ||
      raft.readStates.length > 0 ||
      log.unstable.hasEntriesToWrite() ||
      log.hasEntriesToApply(!this.isAsync) ||
      log.unstable.snapshotToWrite() !== null ||
      this.isSoftStateChanged() ||
      this.isHardStateChanged()
    );
  }

  /** Hands out what has changed; it is the receiver's from now on. */
  take(): Ready {
    const { raft } = this;
    const { log } = raft;
    const entries = log.unstable.entriesToWrite();
    const softState = this.isSoftStateChanged() ? raft.softState() : null;
    const hardState = this.isHardStateChanged() ? raft.hardState() : null;
    const previous = this.previousHardState;
    const mustSync =
      entries.length > 0 ||
      (hardState !== null && (hardState.term !== previous.term || hardState.vote !== previous.vote));
    const ready: Ready = {
      softState,
      hardState,
      readStates: raft.readStates,
      entries,
      snapshot: log.unstable.snapshotToWrite(),
      committedEntries: log.entriesToApply(!this.isAsync),
      messages: raft.messages,
      mustSync,
    };
    if (this.isAsync) this.addStorageMessages(ready);
    else this.addDelayedMessages(ready);
    this.accept(ready);
    return ready;
  }

  private accept(ready: Ready): void {
    const { raft } = this;
    if (ready.softState !== null) this.previousSoftState = ready.softState;
    if (ready.hardState !== null) this.previousHardState = ready.hardState;
    // The lists are the receiver's now, empty or not: the core goes on with new ones.
    raft.readStates = [];
    raft.messages = [];
    raft.messagesAfterAppend = [];
    raft.log.unstable.acceptInProgress();
    const applied = ready.committedEntries[ready.committedEntries.length - 1];
    if (applied !== undefined) {
      raft.log.acceptApplying(applied.index, entriesBytes(ready.committedEntries), !this.isAsync);
    }
  }

  /** Synchronous mode: what goes to others may be sent after storing; what goes to this member waits for advance(). */
  private addDelayedMessages(ready: Ready): void {
    const { raft } = this;
    for (const message of raft.messagesAfterAppend) {
      if (message.to === raft.id) this.steps.push(message);
      else raft.messages.push(message);
    }
    if (this.needsAppendResponse(ready)) this.steps.push(this.appendResponse(ready));
    if (ready.committedEntries.length > 0) this.steps.push(this.applyResponse(ready.committedEntries));
  }

  /** Asynchronous mode: the work for the storage threads, with the answers that wait for it. */
  private addStorageMessages(ready: Ready): void {
    const { raft } = this;
    const { messages } = raft;
    const hasAppend =
      ready.entries.length > 0 ||
      ready.hardState !== null ||
      ready.snapshot !== null ||
      raft.messagesAfterAppend.length > 0;
    if (hasAppend) {
      const responses = raft.messagesAfterAppend;
      if (this.needsAppendResponse(ready)) responses.push(this.appendResponse(ready));
      const state = ready.hardState ?? emptyHardState;
      messages.push(
        makeMessage(MessageType.MsgStorageAppend, {
          to: appendThread,
          from: raft.id,
          term: state.term,
          vote: state.vote,
          commit: state.commit,
          entries: ready.entries,
          snapshot: ready.snapshot,
          responses,
        }),
      );
    }
    if (ready.committedEntries.length > 0) {
      messages.push(
        makeMessage(MessageType.MsgStorageApply, {
          to: applyThread,
          from: raft.id,
          entries: ready.committedEntries,
          responses: [this.applyResponse(ready.committedEntries)],
        }),
      );
    }
  }

  /** Only while something is unstable must the core hear how far the append thread has come. */
  private needsAppendResponse(ready: Ready): boolean {
    return this.raft.log.unstable.entries.length > 0 || ready.snapshot !== null;
  }

  /**
   * Says that the whole log, as it is now, will be durable: the current term tells later whether that is still the
   * log (a newer leader may have replaced entries), and each of these covers those before it.
   */
  private appendResponse(ready: Ready): Message {
    const { raft } = this;
    const { log } = raft;
    const hasEntries = log.unstable.entries.length > 0;
    return {
      ...zeroMessage,
      type: MessageType.MsgStorageAppendResp,
      to: raft.id,
      from: appendThread,
      term: raft.term,
      index: hasEntries ? log.lastIndex() : 0,
      logTerm: hasEntries ? log.lastTerm() : 0,
      snapshot: ready.snapshot,
    };
  }

  private applyResponse(entries: readonly Entry[]): Message {
    const type = MessageType.MsgStorageApplyResp;
    return { ...zeroMessage, type, to: this.raft.id, from: applyThread, entries };
  }

  /** Synchronous mode: what is to be stepped now that the Ready is done. */
  takeSteps(): readonly Message[] {
    const { steps } = this;
    if (steps.length > 0) this.steps = [];
    return steps;
  }

  private isSoftStateChanged(): boolean {
    const { raft, previousSoftState } = this;
    return raft.lead !== previousSoftState.lead || raft.role !== previousSoftState.role;
  }

  private isHardStateChanged(): boolean {
    const { raft, previousHardState } = this;
    return (
      raft.term !== previousHardState.term ||
      raft.vote !== previousHardState.vote ||
      raft.log.committed !== previousHardState.commit
    );
  }
}

/**
 * From the core's state to a Ready: what has changed since the last one, and the messages of storage work.
 */

import { type Entry, entriesBytes } from "./entry.ts";
import { appendThread, applyThread, draftMessage, type Message, MessageType, noMessages } from "./message.ts";
import type { Raft } from "./raft.ts";
import { noReadStates, type ReadState, type Ready } from "./ready.ts";
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
      readStates: this.takeReadStates(),
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
    // The list is the receiver's now, empty or not: the core goes on with a new one.
    raft.messages = [];
    raft.log.unstable.acceptInProgress();
    const { committedEntries } = ready;
    if (committedEntries.length > 0) {
      const { index } = committedEntries[committedEntries.length - 1] as Entry;
      raft.log.acceptApplying(index, entriesBytes(committedEntries), !this.isAsync);
    }
  }

  /** The answers to reads, which are the receiver's; the core goes on with a new list, unless this one is empty. */
  private takeReadStates(): readonly ReadState[] {
    const { readStates } = this.raft;
    if (readStates.length === 0) return noReadStates;
    this.raft.readStates = [];
    return readStates;
  }

  /** Likewise what waits for the append thread. */
  private takeAfterAppend(): readonly Message[] {
    const { messagesAfterAppend } = this.raft;
    if (messagesAfterAppend.length === 0) return noMessages;
    this.raft.messagesAfterAppend = [];
    return messagesAfterAppend;
  }

  /** Synchronous mode: what goes to others may be sent after storing; what goes to this member waits for advance(). */
  private addDelayedMessages(ready: Ready): void {
    const { raft } = this;
    for (const message of this.takeAfterAppend()) {
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
    if (hasAppend) messages.push(this.appendRequest(ready));
    const { committedEntries } = ready;
    if (committedEntries.length > 0) messages.push(this.applyRequest(committedEntries));
  }

  private appendRequest(ready: Ready): Message {
    const { raft } = this;
    if (this.needsAppendResponse(ready)) raft.messagesAfterAppend.push(this.appendResponse(ready));
    const { term, vote, commit } = ready.hardState ?? emptyHardState;
    const request = draftMessage(MessageType.MsgStorageAppend, appendThread, raft.id, term);
    request.vote = vote;
    request.commit = commit;
    request.entries = ready.entries;
    request.snapshot = ready.snapshot;
    request.responses = this.takeAfterAppend();
    return request;
  }

  private applyRequest(entries: readonly Entry[]): Message {
    const request = draftMessage(MessageType.MsgStorageApply, applyThread, this.raft.id, 0);
    request.entries = entries;
    request.responses = [this.applyResponse(entries)];
    return request;
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
    const { entries } = raft.log.unstable;
    const response = draftMessage(MessageType.MsgStorageAppendResp, raft.id, appendThread, raft.term);
    if (entries.length > 0) {
      const last = entries[entries.length - 1] as Entry;
      response.index = last.index;
      response.logTerm = last.term;
    }
    response.snapshot = ready.snapshot;
    return response;
  }

  private applyResponse(entries: readonly Entry[]): Message {
    const response = draftMessage(MessageType.MsgStorageApplyResp, this.raft.id, applyThread, 0);
    response.entries = entries;
    return response;
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

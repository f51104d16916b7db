/**
 * A gRPC call's stream.
 */

import { type Block, encodeBlock, type Field } from "../http2/hpack-encoder.ts";
import type { Http2Stream, StreamReceiver } from "../http2/http2-stream.ts";
import { RpcCode } from "../rpc/rpc-error.ts";
import type { CallReceiver, CallWire } from "./call-wire.ts";
import { acceptedEncodings } from "./compression.ts";
import { encodeStatusMessage } from "./grpc-text.ts";
import type { Http2Connection } from "./http2-connection.ts";
import { WindowGate } from "./window-gate.ts";

/** The content type whose answers connections have prepared. */
export const usualContentType = "application/grpc";

/** See the module. */
export class Http2Wire implements CallWire, StreamReceiver {
  private readonly stream: Http2Stream;
  private readonly connection: Http2Connection;
  private readonly contentType: string;
  private receiver: CallReceiver | null = null;
  private isResponded = false;
  /** Made when the stream is first paused: most never are. */
  private gate: WindowGate | null = null;

  constructor(stream: Http2Stream, connection: Http2Connection, contentType: string) {
    this.stream = stream;
    this.connection = connection;
    this.contentType = contentType;
  }

  /** Begins to hand out what the client sends; null: nobody wants it. */
  attach(receiver: CallReceiver | null): void {
    this.receiver = receiver;
    this.stream.attach(this);
  }

  get bufferedBytes(): number {
    return this.stream.bufferedBytes;
  }

  write(frame: Uint8Array): boolean {
    const { stream, connection } = this;
    if (stream.isClosed) return true;
    connection.noteSent();
    if (!this.isResponded) this.respond();
    stream.write(frame);
    if (stream.bufferedBytes < connection.limits.sinkBytesMax) return true;
    stream.askDrain();
    return false;
  }

  end(frame: Uint8Array | null, code: RpcCode, message: string): void {
    const { stream } = this;
    if (stream.isClosed) return;
    this.connection.noteSent();
    if (frame === null && !this.isResponded) {
      this.refuse(code, message);
      return;
    }
    if (!this.isResponded) this.respond();
    stream.end(frame, code === RpcCode.ok ? "usual-tail" : encodeBlock(statusFields(code, message)));
  }

  pause(): void {
    const { limits, budget } = this.connection;
    this.gate ??= new WindowGate(this.stream, limits.streamWindowBytes, budget);
    this.gate.pause();
  }

  resume(): void {
    this.gate?.resume();
  }

  onBytes(bytes: Uint8Array): void {
    this.receiver?.onBytes(bytes);
  }

  onHalfClose(): void {
    this.receiver?.onHalfClose();
  }

  onDrain(): void {
    this.receiver?.onDrain();
  }

  onClose(): void {
    this.gate?.release();
    this.receiver?.onClose();
  }

  private respond(): void {
    this.isResponded = true;
    this.stream.respond(this.head(), false);
  }

  private head(): Block {
    if (this.contentType === usualContentType) return "usual-head";
    return encodeBlock(headFields(this.contentType));
  }

  /** A status without any message: one frame of headers. */
  private refuse(code: RpcCode, message: string): void {
    this.isResponded = true;
    const fields = [...headFields(this.contentType), ...statusFields(code, message)];
    if (code === RpcCode.unimplemented) fields.push(["grpc-accept-encoding", acceptedEncodings]);
    this.stream.respond(encodeBlock(fields), true);
  }
}

function headFields(contentType: string): Field[] {
  return [
    [":status", "200"],
    ["content-type", contentType],
  ];
}

function statusFields(code: RpcCode, message: string): Field[] {
  const fields: Field[] = [["grpc-status", String(code)]];
  if (message !== "") fields.push(["grpc-message", encodeStatusMessage(message)]);
  return fields;
}

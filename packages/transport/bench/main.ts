/**
 * Throughput of the codec and of a TCP link on the local machine. Prints figures, judges nothing.
 *
 *     node packages/transport/bench/main.ts [seconds per figure]
 */

import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { EntryType, type Message, MessageType, makeEntry, makeMessage } from "@quorate/raft";
import {
  ByteWriter,
  decodeMessage,
  encodeMessage,
  makeNodeClock,
  nodeWallClock,
  TcpTransport,
  type TransportHandlers,
} from "../src/index.ts";

const seconds = Number(process.argv[2] ?? 2);
const clock = makeNodeClock();

type Figure = { readonly what: string; readonly messagesPerSecond: number; readonly bytesPerSecond: number };

function print({ what, messagesPerSecond, bytesPerSecond }: Figure): void {
  const messages = `${Math.round(messagesPerSecond).toLocaleString("en")} messages/s`;
  console.log(
    `${what.padEnd(48)} ${messages.padStart(24)} ${(bytesPerSecond / 1e6).toFixed(0).padStart(8)} MB/s`,
  );
}

function acknowledgement(index: number): Message {
  const term = 12;
  return makeMessage(MessageType.MsgAppResp, { from: 2, to: 1, term, index });
}

function append(index: number, entries: number, dataBytes: number): Message {
  const data = new Uint8Array(dataBytes);
  const list = Array.from({ length: entries }, (_, at) =>
    makeEntry(EntryType.normal, 12, index + 1 + at, data),
  );
  return makeMessage(MessageType.MsgApp, {
    from: 1,
    to: 2,
    term: 12,
    logTerm: 12,
    index,
    entries: list,
    commit: index,
  });
}

/** Runs `round` for a while after a warm-up; it returns how many messages and bytes it handled. */
function measure(what: string, round: () => { messages: number; bytes: number }): Figure {
  const warmUntilMs = clock.now() + 300;
  while (clock.now() < warmUntilMs) round();
  let messages = 0;
  let bytes = 0;
  const startedAtMs = clock.now();
  while (clock.now() - startedAtMs < seconds * 1000) {
    const done = round();
    messages += done.messages;
    bytes += done.bytes;
  }
  const elapsed = (clock.now() - startedAtMs) / 1000;
  return { what, messagesPerSecond: messages / elapsed, bytesPerSecond: bytes / elapsed };
}

function codecFigures(name: string, message: Message, count: number): void {
  const writer = new ByteWriter();
  encodeMessage(writer, message);
  const encoded = writer.copy();
  const done = { messages: count, bytes: count * encoded.length };
  print(
    measure(`encode ${name}, ${encoded.length} B`, () => {
      for (let at = 0; at < count; at++) {
        writer.length = 0;
        encodeMessage(writer, message);
      }
      return done;
    }),
  );
  // Decoding makes views of the data: its bytes per second say nothing about copying.
  let sum = 0;
  print(
    measure(`decode ${name}, ${encoded.length} B`, () => {
      for (let at = 0; at < count; at++) sum += decodeMessage(encoded).index;
      return done;
    }),
  );
  if (sum === 0) throw new Error("nothing was decoded");
}

/** A member that counts what it gets. */
class Counter implements TransportHandlers {
  readonly snapshotSource = null;
  readonly snapshotSink = null;
  messages = 0;
  onMessage(): void {
    this.messages++;
  }
  onUnreachable(): void {}
  onSnapshotResult(): void {}
  onSnapshotProgress(): void {}
  async onRequest(): Promise<Uint8Array> {
    return new Uint8Array(0);
  }
}

async function listen(self: number): Promise<{ transport: TcpTransport; counter: Counter }> {
  const transport = await TcpTransport.listen({
    clusterId: 1n,
    self,
    incarnation: 1,
    listen: { host: "127.0.0.1", port: 0 },
    clock,
    wallNow: nodeWallClock,
    random: { below: (bound) => bound >> 1 },
  });
  const counter = new Counter();
  transport.start(counter);
  return { transport, counter };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Sends batches with a bounded number in flight, both members in this process. */
async function linkFigure(
  what: string,
  batch: readonly Message[],
  batchBytes: number,
  window: number,
): Promise<void> {
  const one = await listen(1);
  const two = await listen(2);
  one.transport.setPeers(new Map([[2, [`127.0.0.1:${two.transport.port}`]]]));
  while (one.transport.stats(2)?.connected !== true) await turn();
  let sent = 0;
  const startedAtMs = clock.now();
  while (clock.now() - startedAtMs < seconds * 1000) {
    while (sent - two.counter.messages < window) {
      one.transport.send(batch);
      sent += batch.length;
    }
    await turn();
  }
  while (two.counter.messages < sent) await turn();
  const elapsed = (clock.now() - startedAtMs) / 1000;
  print({
    what,
    messagesPerSecond: sent / elapsed,
    bytesPerSecond: ((sent / batch.length) * batchBytes) / elapsed,
  });
  await one.transport.close();
  await two.transport.close();
}

async function requestFigure(concurrency: number): Promise<void> {
  const one = await listen(1);
  const two = await listen(2);
  one.transport.setPeers(new Map([[2, [`127.0.0.1:${two.transport.port}`]]]));
  while (one.transport.stats(2)?.connected !== true) await turn();
  const bytes = new Uint8Array(64);
  const untilMs = clock.now() + seconds * 1000;
  let answered = 0;
  const client = async (): Promise<void> => {
    while (clock.now() < untilMs) {
      await one.transport.request(2, 1, bytes);
      answered++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  const what = `TCP requests, 64 B, ${concurrency} at a time`;
  print({ what, messagesPerSecond: answered / seconds, bytesPerSecond: (answered * 64) / seconds });
  await one.transport.close();
  await two.transport.close();
}

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  } catch {
    return "no commit";
  }
}

console.log(`${cpus().length} x ${cpus()[0]?.model ?? "?"}, node ${process.version}, ${commit()}`);
codecFigures("MsgAppResp", acknowledgement(1_000_000), 1000);
codecFigures("MsgApp of 1 entry of 64 B", append(1_000_000, 1, 64), 1000);
codecFigures("MsgApp of 64 entries of 256 B", append(1_000_000, 64, 256), 100);
codecFigures("MsgApp of 16 entries of 64 KiB", append(1_000_000, 16, 65_536), 4);
const small = Array.from({ length: 1000 }, (_, at) => acknowledgement(1_000_000 + at)).map((message) => ({
  ...message,
  from: 1,
  to: 2,
}));
await linkFigure("TCP MsgAppResp, 1000 per send", small, 15 * 1000, 4000);
await linkFigure("TCP MsgApp of 64 entries of 256 B", [append(1_000_000, 64, 256)], 64 * 256, 64);
await linkFigure("TCP MsgApp of 16 entries of 64 KiB", [append(1_000_000, 16, 65_536)], 1 << 20, 16);
await requestFigure(1);
await requestFigure(100);

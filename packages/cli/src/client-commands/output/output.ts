/**
 * Where a command prints: the format that was asked for, and bytes as they are.
 */

import { once } from "node:events";
import type { Writable } from "node:stream";
import { encode, type MessageType } from "@quorate/etcd-api";
import { badFeature } from "../command-failure.ts";
import { type GoJson, stringify, toGoJson } from "./go-json.ts";
import { hexEscape } from "./go-text.ts";
import { drawTable } from "./text-table.ts";

const formats = ["simple", "json", "table", "fields", "protobuf"] as const;

/** Of `--write-out`. */
export type OutputFormat = (typeof formats)[number];

/** The format of the name. Throws a CommandFailure if there is none. */
export function parseOutputFormat(name: string): OutputFormat {
  const format = formats.find((each) => each === name);
  if (format === undefined)
    throw badFeature(`unsupported output format "${name}"; use ${formats.join(", ")}`);
  return format;
}

/** How to show something in each format; one that is left out is refused. */
export type Presentation = {
  readonly simple: () => void;
  readonly fields?: () => void;
  readonly json?: () => GoJson;
  readonly table?: () => {
    readonly headings: readonly string[];
    readonly rows: readonly (readonly string[])[];
  };
  readonly protobuf?: () => Uint8Array;
};

/** See the module. */
export class Output {
  readonly format: OutputFormat;
  /** Whether byte strings are shown in hex. */
  readonly hex: boolean;
  readonly #stream: Writable;

  constructor(stream: Writable, format: OutputFormat, hex: boolean) {
    this.#stream = stream;
    this.format = format;
    this.hex = hex;
  }

  /** A line of texts and bytes. */
  line(...parts: readonly (string | Uint8Array)[]): void {
    this.#stream.write(Buffer.concat([...parts.map((part) => Buffer.from(part)), Buffer.from("\n")]));
  }

  /** Bytes as a line of their own: as they are, or in hex. */
  bytesLine(bytes: Uint8Array): void {
    this.line(this.hex ? hexEscape(bytes) : bytes);
  }

  /** A field of the `fields` format. */
  field(name: string, value: string | number | bigint | boolean): void {
    this.line(`"${name}" : ${value}`);
  }

  raw(bytes: Uint8Array): void {
    this.#stream.write(bytes);
  }

  /** Resolves when what was written has gone out of this process's memory, or nearly. */
  async drained(): Promise<void> {
    if (this.#stream.writableNeedDrain) await once(this.#stream, "drain");
  }

  /** Shows something in the format that was asked for. Throws a CommandFailure if it has no such form. */
  show(presentation: Presentation): void {
    const { simple, fields, json, table, protobuf } = presentation;
    if (this.format === "simple") simple();
    else if (this.format === "fields" && fields !== undefined) fields();
    else if (this.format === "json" && json !== undefined) this.line(stringify(json()));
    else if (this.format === "protobuf" && protobuf !== undefined) this.raw(protobuf());
    else if (this.format === "table" && table !== undefined) {
      const { headings, rows } = table();
      this.line(drawTable(headings, rows));
    } else throw badFeature(`${this.format} not supported as output format`);
  }

  /** Shows a message; JSON and protobuf come from its type. */
  showMessage<T extends object>(type: MessageType<T>, message: T, presentation: Presentation): void {
    this.show({
      json: () => toGoJson(type, message),
      protobuf: () => encode(type, message),
      ...presentation,
    });
  }
}

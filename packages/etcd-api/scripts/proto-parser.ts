/**
 * Parses the part of proto3 that this package's definitions use: messages with nested enums and oneofs, enums, services
 * and imports. What it does not know is an error; there are no options, maps, extensions, or nested messages.
 */

import { type Token, tokenize } from "./proto-lexer.ts";

/** A field as written. */
export type FieldSyntax = {
  readonly name: string;
  readonly number: number;
  readonly typeName: string;
  readonly repeated: boolean;
  readonly oneof: string | null;
  readonly comment: readonly string[];
};

/** An enum as written. */
export type EnumSyntax = {
  readonly name: string;
  readonly values: readonly { readonly name: string; readonly number: number }[];
  readonly comment: readonly string[];
};

/** A message as written. */
export type MessageSyntax = {
  readonly name: string;
  readonly fields: readonly FieldSyntax[];
  readonly enums: readonly EnumSyntax[];
  readonly comment: readonly string[];
};

/** A method as written. */
export type MethodSyntax = {
  readonly name: string;
  readonly requestName: string;
  readonly responseName: string;
  readonly clientStreams: boolean;
  readonly serverStreams: boolean;
};

/** A service as written. */
export type ServiceSyntax = {
  readonly name: string;
  readonly methods: readonly MethodSyntax[];
  readonly comment: readonly string[];
};

/** A file as written. */
export type FileSyntax = {
  readonly file: string;
  readonly packageName: string;
  readonly imports: readonly string[];
  readonly messages: readonly MessageSyntax[];
  readonly enums: readonly EnumSyntax[];
  readonly services: readonly ServiceSyntax[];
};

/** Parses one file; `file` is its name, for errors. */
export function parseProto(file: string, text: string): FileSyntax {
  return new Parser(file, tokenize(file, text)).parseFile();
}

class Parser {
  readonly #file: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(file: string, tokens: readonly Token[]) {
    this.#file = file;
    this.#tokens = tokens;
  }

  parseFile(): FileSyntax {
    for (const word of ["syntax", "=", '"proto3"', ";"]) this.#expect(word);
    let packageName = "";
    const imports: string[] = [];
    const messages: MessageSyntax[] = [];
    const enums: EnumSyntax[] = [];
    const services: ServiceSyntax[] = [];
    while (this.#at < this.#tokens.length) {
      const token = this.#next();
      if (token.text === "package") packageName = this.#statement();
      else if (token.text === "import") imports.push(this.#statement().slice(1, -1));
      else if (token.text === "message") messages.push(this.#message(token.comment));
      else if (token.text === "enum") enums.push(this.#enum(token.comment));
      else if (token.text === "service") services.push(this.#service(token.comment));
      else this.#fail(token, `"${token.text}" is not understood`);
    }
    return { file: this.#file, packageName, imports, messages, enums, services };
  }

  #message(comment: readonly string[]): MessageSyntax {
    const name = this.#name();
    const fields: FieldSyntax[] = [];
    const enums: EnumSyntax[] = [];
    this.#expect("{");
    while (!this.#takes("}")) {
      const token = this.#next();
      if (token.text === "enum") enums.push(this.#enum(token.comment));
      else if (token.text === "oneof") fields.push(...this.#oneof());
      else fields.push(this.#field(token, null));
    }
    return { name, fields, enums, comment };
  }

  #oneof(): FieldSyntax[] {
    const name = this.#name();
    const fields: FieldSyntax[] = [];
    this.#expect("{");
    while (!this.#takes("}")) fields.push(this.#field(this.#next(), name));
    return fields;
  }

  #field(first: Token, oneof: string | null): FieldSyntax {
    const repeated = first.text === "repeated";
    const typeName = repeated ? this.#name() : first.text;
    const name = this.#name();
    this.#expect("=");
    const number = this.#number();
    this.#expect(";");
    return { name, number, typeName, repeated, oneof, comment: first.comment };
  }

  #enum(comment: readonly string[]): EnumSyntax {
    const name = this.#name();
    const values: { name: string; number: number }[] = [];
    this.#expect("{");
    while (!this.#takes("}")) {
      const value = this.#name();
      this.#expect("=");
      values.push({ name: value, number: this.#number() });
      this.#expect(";");
    }
    return { name, values, comment };
  }

  #service(comment: readonly string[]): ServiceSyntax {
    const name = this.#name();
    const methods: MethodSyntax[] = [];
    this.#expect("{");
    while (!this.#takes("}")) {
      this.#expect("rpc");
      const method = this.#name();
      const request = this.#parameter();
      this.#expect("returns");
      const response = this.#parameter();
      this.#expect(";");
      methods.push({
        name: method,
        requestName: request.name,
        responseName: response.name,
        clientStreams: request.streams,
        serverStreams: response.streams,
      });
    }
    return { name, methods, comment };
  }

  #parameter(): { name: string; streams: boolean } {
    this.#expect("(");
    const streams = this.#takes("stream");
    const name = this.#name();
    this.#expect(")");
    return { name, streams };
  }

  #statement(): string {
    const { text } = this.#next();
    this.#expect(";");
    return text;
  }

  #name(): string {
    const token = this.#next();
    return /^[A-Za-z_][\w.]*$/.test(token.text)
      ? token.text
      : this.#fail(token, `"${token.text}" is no name`);
  }

  #number(): number {
    const token = this.#next();
    return /^\d+$/.test(token.text) ? Number(token.text) : this.#fail(token, `"${token.text}" is no number`);
  }

  #takes(text: string): boolean {
    if (this.#tokens[this.#at]?.text !== text) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    const token = this.#next();
    if (token.text !== text) this.#fail(token, `"${token.text}" where "${text}" should be`);
  }

  #next(): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Error(`${this.#file}: ends too early`);
    return token;
  }

  #fail(token: Token, what: string): never {
    throw new Error(`${this.#file}:${token.line}: ${what}`);
  }
}

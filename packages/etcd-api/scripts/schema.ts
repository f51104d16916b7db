/**
 * Links what was parsed: names become references, and everything that could go wrong later is refused here.
 */

import type { EnumValues, FieldKind, LongForm } from "../src/message-type.ts";
import { gatewayPaths } from "./gateway-paths.ts";
import { longFields } from "./long-fields.ts";
import type { EnumSyntax, FieldSyntax, FileSyntax, MessageSyntax, ServiceSyntax } from "./proto-parser.ts";

/** An enum, ready to be emitted. */
export type EnumSchema = {
  /** In TypeScript. */
  readonly typeName: string;
  readonly fullName: string;
  readonly file: string;
  readonly values: EnumValues;
  readonly comment: readonly string[];
};

/** A field, ready to be emitted. */
export type FieldSchema = {
  readonly name: string;
  readonly jsonName: string;
  readonly property: string;
  readonly number: number;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** Property of the oneof. */
  readonly oneof: string | null;
  readonly long: LongForm | null;
  /** Of an enum or message. */
  readonly target: { readonly typeName: string; readonly file: string } | null;
  readonly comment: readonly string[];
};

/** A message, ready to be emitted; fields by number. */
export type MessageSchema = {
  readonly typeName: string;
  readonly fullName: string;
  readonly file: string;
  readonly fields: readonly FieldSchema[];
  readonly comment: readonly string[];
};

/** A method, ready to be emitted. */
export type MethodSchema = {
  readonly name: string;
  readonly property: string;
  readonly path: string;
  readonly request: MessageSchema;
  readonly response: MessageSchema;
  readonly clientStreams: boolean;
  readonly serverStreams: boolean;
  readonly gatewayPaths: readonly string[];
};

/** A service, ready to be emitted. */
export type ServiceSchema = {
  readonly constantName: string;
  readonly fullName: string;
  readonly methods: readonly MethodSchema[];
  readonly comment: readonly string[];
};

/** A file, ready to be emitted. */
export type FileSchema = {
  readonly file: string;
  readonly messages: readonly MessageSchema[];
  readonly enums: readonly EnumSchema[];
  readonly services: readonly ServiceSchema[];
};

const scalarKinds: ReadonlyMap<string, FieldKind> = new Map(
  (["bool", "int32", "uint32", "int64", "uint64", "string", "bytes"] as const).map((kind) => [kind, kind]),
);

/** Links files with each other. Throws on anything doubtful. */
export function linkFiles(files: readonly FileSyntax[]): FileSchema[] {
  const enums = new Map<string, EnumSchema>();
  const messageNames = new Map<string, { typeName: string; file: string }>();
  for (const file of files) {
    const add = (syntax: EnumSyntax, parent: string | null): void => {
      const linked = linkEnum(file, syntax, parent);
      enums.set(linked.fullName, linked);
    };
    for (const one of file.enums) add(one, null);
    for (const message of file.messages) {
      for (const one of message.enums) add(one, message.name);
      const fullName = `${file.packageName}.${message.name}`;
      if (messageNames.has(fullName)) throw new Error(`${file.file}: ${fullName} is there twice`);
      messageNames.set(fullName, { typeName: message.name, file: file.file });
    }
  }
  checkTypeNames([...enums.values(), ...messageNames.values()]);
  const linker = new Linker(files, enums, messageNames);
  const messages = new Map<string, MessageSchema>();
  for (const file of files) {
    for (const syntax of file.messages) {
      const message = linker.linkMessage(file, syntax);
      messages.set(message.fullName, message);
    }
  }
  const linked = files.map((file) => ({
    file: file.file,
    messages: [...messages.values()].filter((message) => message.file === file.file),
    enums: [...enums.values()].filter((one) => one.file === file.file),
    services: file.services.map((service) => linkService(file, service, messages)),
  }));
  checkTables(linked);
  return linked;
}

class Linker {
  readonly #files: ReadonlyMap<string, FileSyntax>;
  readonly #enums: ReadonlyMap<string, EnumSchema>;
  readonly #messages: ReadonlyMap<string, { typeName: string; file: string }>;

  constructor(
    files: readonly FileSyntax[],
    enums: ReadonlyMap<string, EnumSchema>,
    messages: ReadonlyMap<string, { typeName: string; file: string }>,
  ) {
    this.#files = new Map(files.map((file) => [file.file, file]));
    this.#enums = enums;
    this.#messages = messages;
  }

  linkMessage(file: FileSyntax, syntax: MessageSyntax): MessageSchema {
    const fullName = `${file.packageName}.${syntax.name}`;
    const fields = syntax.fields
      .map((field) => this.#linkField(file, syntax, field))
      .toSorted((a, b) => a.number - b.number);
    checkFields(fullName, fields);
    return { typeName: syntax.name, fullName, file: file.file, fields, comment: syntax.comment };
  }

  #linkField(file: FileSyntax, message: MessageSyntax, syntax: FieldSyntax): FieldSchema {
    const fullName = `${file.packageName}.${message.name}`;
    const { name, number, repeated, comment } = syntax;
    const oneof = syntax.oneof === null ? null : jsonNameOf(syntax.oneof);
    const jsonName = jsonNameOf(name);
    const property = propertyOf(jsonName);
    const common = { name, jsonName, property, number, repeated, oneof, comment };
    const scalar = scalarKinds.get(syntax.typeName);
    if (scalar !== undefined) {
      const isLong = scalar === "int64" || scalar === "uint64";
      const long = longFields[fullName]?.[name] ?? null;
      if (isLong !== (long !== null)) {
        throw new Error(`${fullName}.${name}: ${isLong ? "add it to" : "take it out of"} long-fields.ts`);
      }
      return { ...common, kind: scalar, long, target: null };
    }
    const found = this.#resolve(file, message, syntax.typeName);
    if (found === null) throw new Error(`${fullName}.${name}: there is no type ${syntax.typeName}`);
    this.#checkImported(file, found.target.file);
    return { ...common, ...found, long: null };
  }

  /** From the inside out: the message, its package, then the full name. */
  #resolve(
    file: FileSyntax,
    message: MessageSyntax,
    name: string,
  ): (Pick<FieldSchema, "kind" | "target"> & { target: { typeName: string; file: string } }) | null {
    for (const scope of [`${file.packageName}.${message.name}.`, `${file.packageName}.`, ""]) {
      const asEnum = this.#enums.get(scope + name);
      if (asEnum !== undefined)
        return { kind: "enum", target: { typeName: asEnum.typeName, file: asEnum.file } };
      const asMessage = this.#messages.get(scope + name);
      if (asMessage !== undefined) return { kind: "message", target: asMessage };
    }
    return null;
  }

  #checkImported(from: FileSyntax, to: string): void {
    if (from.file === to || this.#files.get(from.file)?.imports.includes(to)) return;
    throw new Error(`${from.file}: import ${to}`);
  }
}

function linkEnum(file: FileSyntax, syntax: EnumSyntax, parent: string | null): EnumSchema {
  const fullName = [file.packageName, parent, syntax.name].filter((part) => part !== null).join(".");
  if (syntax.values[0]?.number !== 0) throw new Error(`${fullName}: the first value must be 0`);
  // A single word such as Type says nothing outside its message.
  const isVague = parent !== null && /^[A-Z][a-z]+$/.test(syntax.name);
  return {
    typeName: isVague ? parent + syntax.name : syntax.name,
    fullName,
    file: file.file,
    values: Object.fromEntries(syntax.values.map(({ name, number }) => [name, number])),
    comment: syntax.comment,
  };
}

function linkService(
  file: FileSyntax,
  syntax: ServiceSyntax,
  messages: ReadonlyMap<string, MessageSchema>,
): ServiceSchema {
  const fullName = `${file.packageName}.${syntax.name}`;
  const find = (name: string): MessageSchema => {
    const found = messages.get(`${file.packageName}.${name}`) ?? messages.get(name);
    if (found === undefined) throw new Error(`${fullName}: there is no message ${name}`);
    return found;
  };
  const methods = syntax.methods.map((method): MethodSchema => {
    const paths = gatewayPaths[fullName]?.[method.name];
    if (paths === undefined) throw new Error(`${fullName}/${method.name}: add it to gateway-paths.ts`);
    return {
      name: method.name,
      property: lowerFirst(method.name),
      path: `/${fullName}/${method.name}`,
      request: find(method.requestName),
      response: find(method.responseName),
      clientStreams: method.clientStreams,
      serverStreams: method.serverStreams,
      gatewayPaths: paths,
    };
  });
  const constantName = `${propertyOf(lowerFirst(syntax.name))}Service`;
  return { constantName, fullName, methods, comment: syntax.comment };
}

function checkFields(fullName: string, fields: readonly FieldSchema[]): void {
  const properties = new Set<string>();
  for (const [index, field] of fields.entries()) {
    if (fields[index - 1]?.number === field.number)
      throw new Error(`${fullName}: number ${field.number} twice`);
    const inOneof = field.oneof !== null;
    const isNewOneof = inOneof && fields[index - 1]?.oneof !== field.oneof;
    const names = inOneof ? (isNewOneof ? [field.oneof] : []) : [field.property];
    for (const name of names) {
      if (properties.has(name)) throw new Error(`${fullName}: "${name}" twice, or a oneof in pieces`);
      properties.add(name);
    }
    if (inOneof && field.repeated) throw new Error(`${fullName}.${field.name}: repeated in a oneof`);
    if (field.repeated && field.long !== null) {
      throw new Error(`${fullName}.${field.name}: a list of 64 bits is not in the subset`);
    }
  }
}

function checkTypeNames(types: readonly { readonly typeName: string; readonly file: string }[]): void {
  const known = new Map<string, string>();
  for (const { typeName, file } of types) {
    const other = known.get(typeName);
    if (other !== undefined) throw new Error(`${typeName} is in ${other} and in ${file}`);
    known.set(typeName, file);
  }
}

/** Every entry of the tables must be of something that exists. */
function checkTables(files: readonly FileSchema[]): void {
  const messages = new Map(files.flatMap((file) => file.messages.map((one) => [one.fullName, one])));
  for (const [name, forms] of Object.entries(longFields)) {
    for (const field of Object.keys(forms)) {
      if (messages.get(name)?.fields.some((one) => one.name === field)) continue;
      throw new Error(`long-fields.ts: there is no ${name}.${field}`);
    }
  }
  const services = new Map(files.flatMap((file) => file.services.map((one) => [one.fullName, one])));
  for (const [name, paths] of Object.entries(gatewayPaths)) {
    for (const method of Object.keys(paths)) {
      if (services.get(name)?.methods.some((one) => one.name === method)) continue;
      throw new Error(`gateway-paths.ts: there is no ${name}/${method}`);
    }
  }
}

/** Lower camel case, as protobuf derives it: a letter after an underscore becomes upper, the rest stays. */
function jsonNameOf(name: string): string {
  return name.replaceAll(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `ID` and `TTL` would shout. */
function propertyOf(jsonName: string): string {
  return /^[A-Z]+$/.test(jsonName) ? jsonName.toLowerCase() : jsonName;
}

function lowerFirst(name: string): string {
  if (/^[A-Z]+$/.test(name)) return name.toLowerCase();
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}

/**
 * Emits whole files: one per definition, and one that lists everything.
 */

import { emitRead } from "./emit-decoder.ts";
import { emitSize, emitWrite } from "./emit-encoder.ts";
import { emitCreate, emitEnum, emitMessageType } from "./emit-types.ts";
import { moduleOf } from "./field-groups.ts";
import type { FieldSchema, FileSchema, MessageSchema, ServiceSchema } from "./schema.ts";
import { SourceWriter } from "./source-writer.ts";

/** The text of the module of one definition. */
export function emitFile(schema: FileSchema): string {
  const out = new SourceWriter();
  for (const one of schema.enums) emitEnum(out, one);
  for (const message of schema.messages) {
    emitMessageType(out, message);
    emitDescriptor(out, message);
    emitCreate(out, message);
    emitSize(out, message);
    emitWrite(out, message);
    emitRead(out, message);
  }
  for (const service of schema.services) emitService(out, service, schema.file);
  return out.finish([`// Generated from proto/${schema.file} by scripts/generate.ts. Do not edit.`]);
}

/** The text of the module that lists all messages and services. */
export function emitRegistry(files: readonly FileSchema[]): string {
  const out = new SourceWriter();
  const messageType = out.useType("../message-type.ts", "MessageType");
  const service = out.useType("../service.ts", "Service");
  out.doc(["Every message, in the order of the definitions."]);
  out.add(`export const messageTypes: readonly ${messageType}<object>[] = [`);
  for (const file of files) {
    for (const message of file.messages) out.add(`${out.use(moduleOf(file.file), message.typeName)},`);
  }
  out.add("];", "");
  out.doc(["Every service, in the order of the definitions."]);
  out.add(`export const services: readonly ${service}[] = [`);
  for (const file of files) {
    for (const one of file.services) out.add(`${out.use(moduleOf(file.file), one.constantName)},`);
  }
  out.add("];", "");
  return out.finish(["// Generated from proto/ by scripts/generate.ts. Do not edit."]);
}

function emitDescriptor(out: SourceWriter, message: MessageSchema): void {
  const { typeName } = message;
  out.doc([`Codec of {@link ${typeName}}.`]);
  out.add(`export const ${typeName}: ${out.useType("../message-type.ts", "MessageType")}<${typeName}> = {`);
  out.add(`name: "${message.fullName}",`);
  if (message.fields.length === 0) out.add("fields: [],");
  else {
    out.add("fields: [");
    for (const field of message.fields) emitField(out, message, field);
    out.add("],");
  }
  for (const verb of ["create", "size", "write", "read"]) out.add(`${verb}: ${verb}${typeName},`);
  out.add("};", "");
}

function emitField(out: SourceWriter, message: MessageSchema, field: FieldSchema): void {
  const { target } = field;
  const name = target === null ? "" : nameOf(out, message, target);
  const parts = [
    `name: "${field.name}"`,
    `jsonName: "${field.jsonName}"`,
    `property: "${field.property}"`,
    `number: ${field.number}`,
    `kind: "${field.kind}"`,
    `repeated: ${field.repeated}`,
    `oneof: ${JSON.stringify(field.oneof)}`,
    `long: ${JSON.stringify(field.long)}`,
    `values: ${field.kind === "enum" ? name : "null"}`,
    `message: ${field.kind === "message" ? `() => ${name}` : "null"}`,
  ];
  out.add(`{ ${parts.join(", ")} },`);
}

function emitService(out: SourceWriter, service: ServiceSchema, file: string): void {
  const type = out.useType("../service.ts", "Service");
  out.doc(service.comment);
  out.add(`export const ${service.constantName} = {`, `name: "${service.fullName}",`, "methods: {");
  for (const method of service.methods) {
    const [request, response] = [method.request, method.response].map((message) =>
      message.file === file ? message.typeName : out.use(moduleOf(message.file), message.typeName),
    );
    const paths = method.gatewayPaths.map((path) => `"${path}"`).join(", ");
    out.add(`${method.property}: {`, `name: "${method.name}",`, `path: "${method.path}",`);
    out.add(`request: ${request ?? ""},`, `response: ${response ?? ""},`);
    out.add(`clientStreams: ${method.clientStreams},`, `serverStreams: ${method.serverStreams},`);
    out.add(`gatewayPaths: [${paths}],`, "},");
  }
  out.add("},", `} as const satisfies ${type};`, "");
}

function nameOf(
  out: SourceWriter,
  message: MessageSchema,
  target: { readonly typeName: string; readonly file: string },
): string {
  return target.file === message.file ? target.typeName : out.use(moduleOf(target.file), target.typeName);
}

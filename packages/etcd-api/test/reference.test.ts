/**
 * The definitions say what the collected facts of etcd's API say: every message, field, number, enum and method.
 */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { readDefinitions } from "../scripts/generated-files.ts";

const path = resolve(import.meta.dirname, "../../../../shared/reference/etcd-v3-wire.md");
/** Defined by gRPC, not by etcd. */
const foreignPackages = ["grpc.", "google."];

function isOwn(fullName: string): boolean {
  return !foreignPackages.some((prefix) => fullName.startsWith(prefix));
}

type Facts = { fields: string[]; enums: string[]; methods: string[] };

function readFacts(text: string): Facts {
  const facts: Facts = { fields: [], enums: [], methods: [] };
  let [packageName, section] = ["", ""];
  for (const line of text.split("\n")) {
    const cells = line.split("|").map((cell) => cell.trim());
    const heading = /^## proto package `(.*)`/.exec(line)?.[1];
    if (heading !== undefined) packageName = heading;
    else if (line.startsWith("### ")) section = line.slice(4);
    else if (section.startsWith("enum ") && /^\w+ = 0/.test(line)) {
      facts.enums.push(`${packageName}.${section.slice(5)}: ${line}`);
    } else if (
      section.startsWith("service ") &&
      cells.length === 6 &&
      !["rpc", "---"].includes(cells[1] ?? "")
    ) {
      facts.methods.push(`${packageName}.${section.slice(8)}/${cells.slice(1, 5).join(" | ")}`);
    } else if (/^\| \d/.test(line)) {
      const [, number, name, type, oneof] = cells;
      const kind = type?.replace(/[\w.]*\.|(?<= )[\w.]*\./, "");
      facts.fields.push([`${packageName}.${section}`, number, name, kind, camel(oneof ?? "")].join(" "));
    }
  }
  return facts;
}

function camel(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function factsOfDefinitions(): Facts {
  const facts: Facts = { fields: [], enums: [], methods: [] };
  const enumNames = new Map<string, string>();
  for (const file of readDefinitions()) {
    for (const one of file.enums) {
      enumNames.set(one.typeName, one.fullName.replace(/.*\./, ""));
      if (!isOwn(one.fullName)) continue;
      const values = Object.entries(one.values).map(([name, number]) => `${name} = ${number}`);
      facts.enums.push(`${one.fullName}: ${values.join(", ")}`);
    }
    for (const message of file.messages) {
      for (const field of isOwn(message.fullName) ? message.fields : []) {
        const { target } = field;
        const single = target === null ? field.kind : (enumNames.get(target.typeName) ?? target.typeName);
        const type = field.repeated ? `repeated ${single}` : single;
        facts.fields.push([message.fullName, field.number, field.name, type, field.oneof ?? ""].join(" "));
      }
    }
    for (const service of file.services.filter((one) => isOwn(one.fullName))) {
      for (const method of service.methods) {
        const request = (method.clientStreams ? "stream " : "") + method.request.typeName;
        const response = (method.serverStreams ? "stream " : "") + method.response.typeName;
        const paths = method.gatewayPaths.join(", ");
        facts.methods.push(`${service.fullName}/${[method.name, request, response, paths].join(" | ")}`);
      }
    }
  }
  return facts;
}

test("definitions agree with the reference", (context) => {
  if (!existsSync(path)) {
    context.skip("the reference etcd-v3-wire.md is not beside the repository");
    return;
  }
  const wanted = readFacts(readFileSync(path, "utf8"));
  const found = factsOfDefinitions();
  assert.ok(wanted.fields.length > 250 && wanted.enums.length > 8 && wanted.methods.length > 40);
  assert.deepEqual(found.fields.toSorted(), wanted.fields.toSorted());
  assert.deepEqual(found.enums.toSorted(), wanted.enums.toSorted());
  assert.deepEqual(found.methods.toSorted(), wanted.methods.toSorted());
});

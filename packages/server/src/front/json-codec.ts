/**
 * The gateway's form of messages: JSON, an answer that is a stream as one line per message.
 */

import { fromJsonText, JsonError, toJson } from "@quorate/etcd-api";
import { RpcCode, RpcError } from "../rpc/rpc-error.ts";
import type { CallCodec } from "./call-codec.ts";
import { JsonSource } from "./json-source.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });
const emptyObject = new TextEncoder().encode("{}");

/** See the module. */
export const jsonCodec: CallCodec = {
  only: () => null,
  makeSource: (limits) => new JsonSource(limits),
  decode(_environment, { method }, bytes) {
    try {
      return fromJsonText(method.request, utf8.decode(bytes));
    } catch (error) {
      if (error instanceof JsonError) throw new RpcError(RpcCode.invalidArgument, error.message);
      if (error instanceof TypeError) throw new RpcError(RpcCode.invalidArgument, "the request is not UTF-8");
      throw error;
    }
  },
  encode({ kind, method }, message) {
    const json = toJson(method.response, message);
    return Buffer.from(kind === "unary" ? JSON.stringify(json) : `${JSON.stringify({ result: json })}\n`);
  },
  nothing: emptyObject,
  incomplete: () =>
    new RpcError(RpcCode.invalidArgument, "unexpected EOF: the request ends within an object"),
};

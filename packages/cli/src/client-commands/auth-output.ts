/**
 * Answers to what changes users and roles: nothing but a header.
 */

import type { MessageType, ResponseHeader } from "@quorate/etcd-api";
import { printHeaderFields } from "./output/header-output.ts";
import type { Output } from "./output/output.ts";

/** Shows one, as a sentence or as what it is. */
export function showChange<T extends { readonly header: ResponseHeader | null }>(
  output: Output,
  type: MessageType<T>,
  response: T,
  sentence: string,
): void {
  output.showMessage(type, response, {
    simple: () => output.line(sentence),
    fields: () => printHeaderFields(output, response.header),
  });
}

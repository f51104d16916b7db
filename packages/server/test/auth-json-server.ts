/**
 * A whole server with its thread for passwords, asked through its JSON gateway.
 */

import type { ServerSettings } from "../src/settings.ts";
import type { Server, ServerOptions } from "../src/start-server.ts";
import { passwordOf } from "./auth-kit.ts";
import { startTestServer } from "./front-server-fixture.ts";

/** `ok`, or `code text`; and the message. */
export type JsonAnswer = { readonly status: string; readonly body: Readonly<Record<string, unknown>> };

/** See the module. It stops with the test file. */
export class JsonServer {
  readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(settings: ServerSettings, options: ServerOptions = {}): Promise<JsonServer> {
    return new JsonServer(await startTestServer(settings, options));
  }

  /** Calls a method by its path behind `/v3/`. */
  async call(path: string, message: object, token: string | null = null): Promise<JsonAnswer> {
    const response = await fetch(`${this.server.urls[0]}/v3/${path}`, {
      method: "POST",
      body: JSON.stringify(message),
      headers: token === null ? {} : { authorization: token },
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.ok ? "ok" : `${String(body["code"])} ${String(body["message"])}`, body };
  }

  /** Makes `root`, and `rita` who may use the keys [a, b), and switches authentication on. */
  async addUsers(): Promise<void> {
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const perm = { permType: "READWRITE", key: base64("a"), range_end: base64("b") };
    for (const [path, message] of [
      ["auth/user/add", { name: "root", password: passwordOf("root") }],
      ["auth/user/add", { name: "rita", password: passwordOf("rita") }],
      ["auth/role/add", { name: "root" }],
      ["auth/role/add", { name: "ab" }],
      ["auth/role/grant", { name: "ab", perm }],
      ["auth/user/grant", { user: "root", role: "root" }],
      ["auth/user/grant", { user: "rita", role: "ab" }],
      ["auth/enable", {}],
    ] as const) {
      const { status } = await this.call(path, message);
      if (status !== "ok") throw new Error(`${path}: ${status}`);
    }
  }

  /** The token of a user. */
  async login(name: string): Promise<string> {
    const { status, body } = await this.call("auth/authenticate", { name, password: passwordOf(name) });
    if (status !== "ok") throw new Error(status);
    return String(body["token"]);
  }
}

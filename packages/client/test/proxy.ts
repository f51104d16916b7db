/**
 * A TCP proxy between client and server that breaks connections at the worst moment.
 */

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** See the module. */
export class Proxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Break the connection when the server answers, instead of passing that on: so often. */
  cutsLeft = 0;
  /** Connections that the proxy has taken. */
  connections = 0;
  port = 0;

  constructor(targetUrl: string) {
    const { hostname, port } = new URL(targetUrl);
    this.#server = createServer((near) => {
      this.connections += 1;
      const far = connect(Number(port), hostname);
      for (const [socket, peer] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          this.#sockets.delete(socket);
          peer.destroy();
        });
      }
      near.on("data", (chunk) => far.write(chunk));
      far.on("data", (chunk) => {
        if (this.cutsLeft === 0) {
          near.write(chunk);
          return;
        }
        this.cutsLeft -= 1;
        near.destroy();
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens; again at the same port after {@link stop}. */
  async start(): Promise<void> {
    this.#server.listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address !== null && typeof address === "object") this.port = address.port;
  }

  /** Breaks all connections and takes no more. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/**
 * Fronts for tests, which end with the test file.
 */

import { after } from "node:test";
import { Front, type FrontOptions } from "../src/front/front.ts";
import type { FrontEvent } from "../src/front/front-event.ts";
import { RpcCode, RpcError } from "../src/rpc/rpc-error.ts";
import { TestClient } from "./front-client.ts";
import { RawConnection } from "./front-raw.ts";
import { type ToyHandlers, toyRouter } from "./front-toy.ts";

/** Called in reverse when the tests of the file are over. */
const closers: (() => Promise<unknown> | void)[] = [];
after(async () => {
  for (const close of closers.toReversed()) await close();
});

/** Has something closed when the tests are over. */
export function closeLater(close: () => Promise<unknown> | void): void {
  closers.push(close);
}

/** A front, what it told, and ways to it. */
export type Fixture = {
  readonly front: Front;
  readonly url: string;
  readonly client: TestClient;
  readonly events: FrontEvent[];
  raw(): RawConnection;
};

/** A front with toy handlers and a client of it. */
export async function serve(
  handlers: ToyHandlers = {},
  options: Partial<FrontOptions> = {},
): Promise<Fixture> {
  const events: FrontEvent[] = [];
  const front = await Front.start({
    urls: ["http://127.0.0.1:0"],
    router: toyRouter(handlers),
    onEvent: (event) => events.push(event),
    ...options,
  });
  closeLater(() => front.stop(0, new RpcError(RpcCode.unavailable, "stopped")));
  const url = front.urls[0] as string;
  const client = new TestClient(url);
  closeLater(() => client.close());
  const raw = (): RawConnection => {
    const connection = RawConnection.greeted(url);
    closeLater(() => connection.close());
    return connection;
  };
  return { front, url, client, events, raw };
}

/** Lets the event loop turn until something holds. The test's own time limit is the only one. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * The messages of a client's stream, ended by a signal as well: a handler must not hang on a client that says nothing.
 */

/** The messages until the client half-closes or `signal` is aborted; the caller looks at the signal to tell which. */
export async function* untilAborted<Request>(
  requests: AsyncIterable<Request>,
  signal: AbortSignal,
): AsyncGenerator<Request, void, undefined> {
  const iterator = requests[Symbol.asyncIterator]();
  // Not Promise.race: each race with a signal that lives as long as the stream would leave something behind.
  let giveUp = (): void => undefined;
  const abort = (): void => giveUp();
  signal.addEventListener("abort", abort, { once: true });
  try {
    while (!signal.aborted) {
      const next = await new Promise<IteratorResult<Request, unknown>>((resolve, reject) => {
        giveUp = () => resolve({ done: true, value: undefined });
        iterator.next().then(resolve, reject);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", abort);
    // Not waited for: a generator takes it only after the message that it is waiting for.
    iterator.return?.().catch(() => undefined);
  }
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

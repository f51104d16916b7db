/**
 * The event loop that the simulation itself runs on: letting promises go on between two entries of virtual time.
 *
 * An entry is over when every promise that it settled, and every promise that those settled, has gone on. Counting rounds
 * of `await` guesses how long such chains are; running the queue of microtasks until it is empty does not. Node does that
 * between any two immediates, with a function that it also keeps at `process._tickCallback`; called on an empty queue it
 * costs less than a round of `await`. Where there is no such function, a macrotask has the same effect, slowly.
 */

/** Empties the queue of microtasks, called from a macrotask only; null where nothing can do that at once. */
export const drainPromises: (() => void) | null = findDrain();

function findDrain(): (() => void) | null {
  const found: unknown = typeof process === "undefined" ? null : Reflect.get(process, "_tickCallback");
  return typeof found === "function" ? (found as () => void) : null;
}

type Macrotask = () => void;

const immediate = (globalThis as { readonly setImmediate?: (callback: Macrotask) => unknown }).setImmediate;

/** Calls back in a later macrotask, when no promise has anything left to do; in the order of the calls. */
export const laterMacrotask: (callback: Macrotask) => void =
  immediate === undefined ? throughChannel() : (callback) => void immediate(callback);

/**
 * Messages to oneself: unlike timers they are not held back when there are many of them. One channel for all, since opening
 * one costs as much as some hundred messages.
 */
function throughChannel(): (callback: Macrotask) => void {
  let waiting: Macrotask[] = [];
  let isOpen = false;
  const { port1, port2 } = new MessageChannel();
  const receive = (): void => {
    const [first, ...others] = waiting;
    waiting = others;
    first?.();
  };
  return (callback) => {
    if (!isOpen) Object.assign(port1, { onmessage: receive });
    isOpen = true;
    waiting.push(callback);
    port2.postMessage(null);
  };
}

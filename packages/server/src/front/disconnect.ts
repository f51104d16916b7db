/**
 * Clients that end without a word: nothing to tell anybody.
 */

/** Whether an error of a socket only says that the other side is gone. */
export function isDisconnect(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ECONNRESET" || code === "EPIPE";
}

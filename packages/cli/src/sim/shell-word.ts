/**
 * Words as a shell wants them written, so that a line can be copied.
 */

/** A word for the shell. */
export function quoted(word: string): string {
  return /^[\w./=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

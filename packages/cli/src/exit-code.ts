/**
 * What the command's exit codes mean; the table in README.md says the same to people.
 */

/** Exit codes. */
export const ExitCode = {
  /** Done; a server was stopped in order. */
  ok: 0,
  /** It could not be done: a cluster that refused or did not answer, a port in use, a file that cannot be read. */
  failure: 1,
  /** The command itself is wrong: an unknown flag, a missing argument, a value that cannot be. */
  usage: 2,
  /** A member ended by itself because going on would be unsafe (`EX_SOFTWARE` of sysexits). */
  memberFailed: 70,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

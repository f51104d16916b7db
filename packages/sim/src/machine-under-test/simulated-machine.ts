/**
 * What somebody brings to have his own state machine simulated: the machine, what clients do with it, and, if he likes, what
 * he believes that it does.
 */

import type { StateMachine } from "@quorate/member";
import type { Model } from "../linearizability/history.ts";
import type { RandomStream } from "../world/random-streams.ts";

/** A client at the moment at which it decides what to do next. */
export type ClientTurn = {
  /** Random numbers of this client alone. Take no others, or the same seed is another run. */
  readonly random: RandomStream;
  /** Number of the client, from 1. */
  readonly client: number;
  /** How often this client has been asked before. */
  readonly turn: number;
  /**
   * A text that no other call of the run has. In a command it makes "exactly once" exact: commands with equal bytes can
   * only be counted.
   */
  readonly unique: string;
};

/** A command: bytes for the log; its output is the machine's result. */
export type CommandCall<Input> = { readonly input: Input; readonly command: Uint8Array };

/**
 * A query: runs on the machine of the member that was called, must not change it, and returns a value that does not change
 * afterwards.
 */
export type QueryCall<Machine, Input, Output> = {
  readonly input: Input;
  readonly query: (machine: Machine) => Output;
  /** Whether the member answers from what it has, however old. Such answers are not compared with the model. Default false. */
  readonly isSerializable?: boolean;
};

/** What clients do. */
export type SimulatedWorkload<Machine = StateMachine, Input = unknown, Output = unknown> = {
  /** The next call of a client. `input` is what the model and reports know the call by. */
  next(turn: ClientTurn): CommandCall<Input> | QueryCall<Machine, Input, Output>;
};

/** A state machine to be simulated. */
export type SimulatedMachine<
  Machine extends StateMachine = StateMachine,
  Input = unknown,
  Output = unknown,
  State = unknown,
> = {
  /** What reports call it. */
  readonly name: string;
  /**
   * A fresh machine, as a member begins with it. It keeps its state in memory: `durable` must be null or left out. Without
   * `digest()` the bytes of its snapshot stand for the state; then equal states must have equal snapshots.
   */
  create(): Machine;
  /** What clients do, unless a module of its own says so. */
  readonly workload?: SimulatedWorkload<Machine, Input, Output>;
  /**
   * The machine as one understands it, written once more and as simply as possible. Every result is compared with it, and
   * so are histories of clients.
   */
  readonly model?: Model<State, Input, Output>;
};

/** Gives its argument back, checked by the compiler: `export const machine = defineSimulatedMachine({ … })`. */
export function defineSimulatedMachine<Machine extends StateMachine, Input, Output, State = unknown>(
  machine: SimulatedMachine<Machine, Input, Output, State>,
): SimulatedMachine<Machine, Input, Output, State> {
  return machine;
}

/** The same for the module of a workload: `export const workload = defineWorkload<MyMachine, MyInput, MyOutput>({ … })`. */
export function defineWorkload<Machine, Input, Output>(
  workload: SimulatedWorkload<Machine, Input, Output>,
): SimulatedWorkload<Machine, Input, Output> {
  return workload;
}

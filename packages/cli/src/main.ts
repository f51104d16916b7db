/**
 * The `quorate` command: the list of what it can do.
 */

import { registerClientCommands } from "./client-commands/register-client-commands.ts";
import { registerCluster } from "./cluster/register-cluster.ts";
import { registerCompletion } from "./completion/register-completion.ts";
import { makeProgram, registerVersion, runProgram } from "./program.ts";
import { registerServe } from "./serve/register-serve.ts";
import { registerSim } from "./sim/register-sim.ts";

const program = makeProgram();
registerServe(program);
registerCluster(program);
registerClientCommands(program);
registerSim(program);
registerCompletion(program);
registerVersion(program);
await runProgram(program, process.argv.slice(2));

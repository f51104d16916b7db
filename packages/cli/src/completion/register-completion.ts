/**
 * `quorate completion` in the program. Registered after all others that it completes.
 */

import { Argument, type Command } from "commander";
import { bashCompletion } from "./bash-completion.ts";
import { type CompletionNode, completionNodes } from "./completion-model.ts";
import { fishCompletion } from "./fish-completion.ts";
import { zshCompletion } from "./zsh-completion.ts";

const scripts: Readonly<Record<string, (nodes: readonly CompletionNode[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

const help = `
Examples:
  $ source <(quorate completion bash)
      now; to have it always, put this line into ~/.bashrc
  $ quorate completion zsh > "\${fpath[1]}/_quorate"
  $ quorate completion fish > ~/.config/fish/completions/quorate.fish`;

export function registerCompletion(program: Command): void {
  program
    .commandsGroup("About:")
    .command("completion")
    .summary("print a completion script for a shell")
    .description("Prints a script that completes commands and options.")
    .addArgument(new Argument("<shell>").choices(Object.keys(scripts)))
    .addHelpText("after", help)
    .action((shell: string) => {
      process.stdout.write(scripts[shell]?.(completionNodes(program)) ?? "");
    });
}

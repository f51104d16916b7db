/**
 * The script for bash.
 */

import type { CompletionNode } from "./completion-model.ts";

/** A script to be sourced. */
export function bashCompletion(nodes: readonly CompletionNode[]): string {
  const key = ({ path }: CompletionNode): string => path.map((name) => `/${name}`).join("");
  const known = nodes.filter(({ path }) => path.length > 0).map((node) => key(node));
  const values = nodes.flatMap((node) =>
    node.options
      .filter(({ choices }) => choices.length > 0)
      .map(({ long, choices }) => `    "${key(node)} ${long}") words="${choices.join(" ")}" ;;`),
  );
  const plain = nodes.flatMap((node) => {
    const spellings = node.options
      .filter(({ takesValue, choices }) => takesValue && choices.length === 0)
      .flatMap(({ long, short }) => (short === null ? [long] : [long, short]));
    // Nothing of ours to offer: the shell completes files.
    return spellings.length === 0
      ? []
      : [`    ${spellings.map((each) => `"${key(node)} ${each}"`).join("|")}) return ;;`];
  });
  const words = nodes.flatMap((node) => [
    `    "${key(node)} -") words="${node.options.map(({ long }) => long).join(" ")}" ;;`,
    `    "${key(node)} ") words="${node.children.map(({ name }) => name).join(" ")}" ;;`,
  ]);
  return `# bash completion for quorate: source it, or put it into bash_completion.d
_quorate() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}"
  local path="" words="" kind="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path/\${COMP_WORDS[i]}" in
    ${known.join("|")}) path="$path/\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path $prev" in
${[...values, ...plain].join("\n")}
  esac
  if [[ -z $words ]]; then
    if [[ $cur == -* ]]; then kind="-"; fi
    case "$path $kind" in
${words.join("\n")}
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _quorate quorate
`;
}

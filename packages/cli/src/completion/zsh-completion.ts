/**
 * The script for zsh.
 */

import type { CompletionNode } from "./completion-model.ts";

/** A file for `$fpath`, named `_quorate`, or to be sourced. */
export function zshCompletion(nodes: readonly CompletionNode[]): string {
  const key = ({ path }: CompletionNode): string => path.map((name) => `/${name}`).join("");
  const known = nodes.filter(({ path }) => path.length > 0).map((node) => key(node));
  const values = nodes.flatMap((node) =>
    node.options
      .filter(({ takesValue }) => takesValue)
      .map(({ long, short, choices, isPath }) => {
        const spellings = [long, ...(short === null ? [] : [short])]
          .map((each) => `"${key(node)} ${each}"`)
          .join("|");
        const action =
          choices.length > 0 ? `compadd -- ${choices.join(" ")}` : isPath ? "_files" : "_message value";
        return `    ${spellings}) ${action}; return ;;`;
      }),
  );
  const offers = nodes.map((node) => {
    const commands = node.children.map(({ name, description }) => quote(`${colons(name)}:${description}`));
    const options = node.options.map(({ long, description }) => quote(`${colons(long)}:${description}`));
    return `    "${key(node)}")
      commands=(${commands.join(" ")})
      options=(${options.join(" ")}) ;;`;
  });
  return `#compdef quorate
# zsh completion for quorate
_quorate() {
  local place="" word
  local -a commands options
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$place/$word" in
    ${known.join("|")}) place="$place/$word" ;;
    esac
  done
  case "$place \${words[CURRENT-1]}" in
${values.join("\n")}
  esac
  case "$place" in
${offers.join("\n")}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    _describe -o option options
  elif (( \${#commands} > 0 )); then
    _describe command commands
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" == _quorate ]]; then
  _quorate "$@"
else
  compdef _quorate quorate
fi
`;
}

function colons(text: string): string {
  return text.replaceAll(":", "\\:");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

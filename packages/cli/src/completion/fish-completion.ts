/**
 * The script for fish.
 */

import type { CompletionNode, CompletionOption } from "./completion-model.ts";

/** A file for `~/.config/fish/completions/quorate.fish`. */
export function fishCompletion(nodes: readonly CompletionNode[]): string {
  const key = ({ path }: CompletionNode): string => path.map((name) => `/${name}`).join("");
  const known = nodes.filter(({ path }) => path.length > 0).map((node) => key(node));
  const lines = nodes.flatMap((node) => {
    const at = `complete -c quorate -n '__quorate_at "${key(node)}"'`;
    return [
      ...node.children.map(({ name, description }) => `${at} -f -a ${name} -d ${quote(description)}`),
      ...node.options.map((option) => `${at} ${optionWords(option)} -d ${quote(option.description)}`),
    ];
  });
  return `# fish completion for quorate
function __quorate_at
  set -l place ""
  for word in (commandline -opc)[2..-1]
    switch "$place/$word"
      case ${known.map((each) => `'${each}'`).join(" ")}
        set place "$place/$word"
    end
  end
  test "$place" = "$argv[1]"
end
${lines.join("\n")}
`;
}

function optionWords({ long, short, takesValue, choices, isPath }: CompletionOption): string {
  const value =
    choices.length > 0
      ? ` -x -a ${quote(choices.join(" "))}`
      : takesValue
        ? isPath
          ? " -r -F"
          : " -x"
        : " -f";
  return `-l ${long.slice(2)}${short === null ? "" : ` -s ${short.slice(1)}`}${value}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

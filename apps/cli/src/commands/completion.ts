import type { Command } from "commander";

/** Shells that completion can be printed for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What may stand after some words of a command line. */
interface Place {
  /** The commands that lead there, separated by a space; empty after the program's name. */
  readonly path: string;
  readonly words: readonly string[];
}

/** A script that completes the commands and options of `program`. */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, []);
  switch (shell) {
    case "bash":
      return bash(program.name(), places);
    case "zsh":
      return `#compdef ${program.name()}\nautoload -U +X bashcompinit && bashcompinit\n${bash(program.name(), places)}`;
    case "fish":
      return places.flatMap(({ path, words }) => words.map((word) => fishLine(program.name(), path, word))).join("\n");
  }
}

function placesOf(command: Command, path: readonly string[]): readonly Place[] {
  const options = command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long }) => long ?? []);
  const inner = command.commands.map((each) => each.name());
  const here = { path: path.join(" "), words: [...inner, ...options] };
  return [here, ...command.commands.flatMap((each) => placesOf(each, [...path, each.name()]))];
}

function bash(name: string, places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => `    "${path}") words="${words.join(" ")}" ;;`).join("\n");
  return `_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
${places
  .filter(({ path }) => path !== "")
  .map(({ path }) => `      "${path}") path="${path}" ;;`)
  .join("\n")}
    esac
  done
  case "$path" in
${cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}`;
}

function fishLine(name: string, path: string, word: string): string {
  const at = path === "" ? "__fish_use_subcommand" : `__fish_seen_subcommand_from ${path.split(" ").at(-1)!}`;
  const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-f -a ${word}`;
  return `complete -c ${name} -n "${at}" ${what}`;
}

"""`detective completion`: what a shell needs to complete commands and options, from the parser itself."""

import argparse
from collections.abc import Iterable
from typing import Any, cast

from cli.screen import console

SHELLS = ("bash", "zsh", "fish")


def options_of(parser: argparse.ArgumentParser) -> dict[str, list[str]]:
    """By command, `""` being none and `campaign run` one below another: its commands, options and choices."""
    words: dict[str, list[str]] = {}
    _walk(parser, "", words)
    return words


def _walk(parser: argparse.ArgumentParser, path: str, words: dict[str, list[str]]) -> None:
    own = words.setdefault(path, [])
    for action in parser._actions:  # pyright: ignore[reportPrivateUsage] - argparse shows them nowhere
        own += [option for option in action.option_strings if option.startswith("--")]
        if isinstance(action, argparse._SubParsersAction):  # pyright: ignore[reportPrivateUsage]
            commands = cast(dict[str, argparse.ArgumentParser], cast(Any, action).choices)
            own += commands
            for name, below in commands.items():
                _walk(below, f"{path} {name}".strip(), words)
        elif not action.option_strings:
            own += map(str, cast(Iterable[object], action.choices or ()))


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script for a shell, to be read by it: `source <(./detective completion bash)`."""
    words = options_of(parser)
    return _fish(words) if shell == "fish" else _bash(words, zsh=shell == "zsh")


def _bash(words: dict[str, list[str]], *, zsh: bool) -> str:
    cases = "\n".join(f"    '{path}') words='{' '.join(sorted(own))}' ;;" for path, own in words.items())
    begin = "autoload -U +X bashcompinit && bashcompinit\n" if zsh else ""
    return f"""{begin}_detective() {{
  local path="" word words
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$word" in -*) continue ;; esac
    case "|{"|".join(words)}|" in *"|${{path:+$path }}$word|"*) path="${{path:+$path }}$word" ;; esac
  done
  case "$path" in
{cases}
  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _detective detective ./detective
"""


def _fish(words: dict[str, list[str]]) -> str:
    lines: list[str] = []
    for path, own in words.items():
        seen = " ".join(f"; and __fish_seen_subcommand_from {name}" for name in path.split())
        condition = f"true{seen}" if path else "__fish_use_subcommand"
        for word in sorted(own):
            kind = f"-l {word[2:]}" if word.startswith("--") else f"-a {word}"
            lines.append(f"complete -c detective -n '{condition}' {kind}")
    return "\n".join(lines) + "\n"


def add_options(parser: argparse.ArgumentParser, whole: argparse.ArgumentParser) -> None:
    """The options of the command; `whole` is the parser of the command line."""

    def run(options: argparse.Namespace) -> int:
        console.file.write(script(whole, options.shell))
        return 0

    parser.add_argument("shell", choices=SHELLS, help="source <(./detective completion bash), for example")
    parser.set_defaults(run=run)

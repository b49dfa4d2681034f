"""The rule sets that the app has in use: shown, activated, put into shadow."""

import argparse
import getpass

from cli.app_client import AppClient, app_of, read_as
from cli.screen import console, plain, print_json, say
from fraud.desk.rules_in_use import RulesInUseRow

_PATH = "api/rules-in-use"
_NONE = "none"
_SHOWN = 10


def add_in_use(parser: argparse.ArgumentParser) -> None:
    """Add the options of `detective rules in-use`."""
    parser.set_defaults(run=show_in_use)


def add_change(parser: argparse.ArgumentParser, *, is_shadow: bool) -> None:
    """Add the options of `detective rules activate`, or of `detective rules shadow`."""
    text = "the name of a set that comes with the app" + (f", or {_NONE}" if is_shadow else "")
    parser.add_argument("set", metavar="SET", help=text)
    parser.add_argument("--why", required=True, metavar="TEXT", help="why, for whoever reads the changes")
    parser.add_argument("--actor", metavar="NAME", help="who changes it (default: your name on this machine)")
    parser.set_defaults(run=put_in_shadow if is_shadow else activate)


def show_in_use(options: argparse.Namespace) -> int:
    """Show which set judges windows, which in its shadow, and the last changes. Raises AppError."""
    answer = app_of(options).get(_PATH)
    if options.json:
        print_json(answer)
    else:
        _show(read_as(RulesInUseRow, answer, "the rules in use"))
    return 0


def activate(options: argparse.Namespace) -> int:
    """Let a set judge windows from now on. Raises AppError, for example if somebody has changed it meanwhile."""
    return _change(options, "active", options.set)


def put_in_shadow(options: argparse.Namespace) -> int:
    """Let a set judge beside the active one, or none. Raises AppError likewise."""
    return _change(options, "shadow", None if options.set == _NONE else options.set)


def _change(options: argparse.Namespace, what: str, name: str | None) -> int:
    app: AppClient = app_of(options)
    seen = read_as(RulesInUseRow, app.get(_PATH), "the rules in use")
    change = {"set": name, "why": options.why}
    answer = app.change(f"{_PATH}/{what}", change, etag=seen.etag, actor=options.actor or getpass.getuser())
    if options.json:
        print_json(answer)
    else:
        _show(read_as(RulesInUseRow, answer, "the rules in use"))
    return 0


def _show(in_use: RulesInUseRow) -> None:
    say(f"{plain(in_use.active)} judges windows, {plain(in_use.shadow) if in_use.shadow else 'none'} in its shadow")
    for change in in_use.changes[:_SHOWN]:
        what = f"{change.what} {change.set or _NONE}"
        line = f"  {change.when:%Y-%m-%d %H:%M}  {change.who} ({change.by}) {what}: {change.why}"
        console.print(plain(line), markup=False)

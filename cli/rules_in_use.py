"""The rules that the app has in use: shown, sets activated or put into shadow, rules snoozed and woken."""

import argparse
from datetime import timedelta

from cli.app_client import AppClient, app_of, read_as
from cli.options import add_actor, whole_number
from cli.screen import console, plain, print_json, say
from fraud.desk.rules_in_use import LONGEST_SNOOZE, RulesChange, RulesInUseRow
from fraud.snoozes import Snooze

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
    _add_why(parser)
    parser.set_defaults(run=put_in_shadow if is_shadow else activate)


def add_snooze(parser: argparse.ArgumentParser) -> None:
    """Add the options of `detective rules snooze`."""
    parser.add_argument("rule", metavar="RULE", help="the name of a rule, as reasons have it")
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--customer", metavar="NUMBER", help="the customer (cust_id) for whom it adds no points")
    whom.add_argument("--store", metavar="NUMBER", help="the store at which it adds no points")
    most = LONGEST_SNOOZE.days
    parser.add_argument("--days", type=whole_number(1, most), required=True, metavar="N", help=f"1 to {most} days")
    _add_why(parser)
    parser.set_defaults(run=snooze)


def add_wake(parser: argparse.ArgumentParser) -> None:
    """Add the options of `detective rules wake`."""
    parser.add_argument("number", type=whole_number(1, 2**53 - 1), metavar="NUMBER", help="the snooze's number")
    _add_why(parser)
    parser.set_defaults(run=wake)


def _add_why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--why", required=True, metavar="TEXT", help="why, for whoever reads the changes")
    add_actor(parser, "changes it", former="--actor")


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
    return _change(app_of(options), options, "active", {"set": options.set})


def put_in_shadow(options: argparse.Namespace) -> int:
    """Let a set judge beside the active one, or none. Raises AppError likewise."""
    return _change(app_of(options), options, "shadow", {"set": None if options.set == _NONE else options.set})


def snooze(options: argparse.Namespace) -> int:
    """Snooze a rule for a customer or at a store. Raises AppError likewise."""
    app = app_of(options)
    until = app.now() + timedelta(days=options.days)
    whom = {"store": options.store} if options.customer is None else {"customer": options.customer}
    return _change(app, options, "snoozes", {"rule": options.rule, "until": until.isoformat(), **whom})


def wake(options: argparse.Namespace) -> int:
    """End a snooze. Raises AppError likewise."""
    return _change(app_of(options), options, f"snoozes/{options.number}/ending", {})


def _change(app: AppClient, options: argparse.Namespace, what: str, content: dict[str, str | None]) -> int:
    seen = read_as(RulesInUseRow, app.get(_PATH), "the rules in use")
    change = {**content, "why": options.why}
    answer = app.change(f"{_PATH}/{what}", change, etag=seen.etag, actor=options.actor)
    if options.json:
        print_json(answer)
    else:
        changed = read_as(RulesInUseRow, answer, "the rules in use")
        if changed.etag == seen.etag:
            say("it is so already: nothing was changed")
        _show(changed)
    return 0


def _show(in_use: RulesInUseRow) -> None:
    say(f"{plain(in_use.active)} judges windows, {plain(in_use.shadow) if in_use.shadow else 'none'} in its shadow")
    for snooze in in_use.snoozes:
        line = f"  snooze {snooze.number}: {_told(snooze)} until {snooze.until:%Y-%m-%d %H:%M}, by {snooze.who}"
        console.print(plain(line), markup=False)
    for change in in_use.changes[:_SHOWN]:
        line = f"  {change.when:%Y-%m-%d %H:%M}  {change.who} ({change.by}) {_what(change)}: {change.why}"
        console.print(plain(line), markup=False)


def _what(change: RulesChange) -> str:
    did = "woke" if change.what == "woken" else change.what
    return f"{did} {_told(change.snooze) if change.snooze else change.set or _NONE}"


def _told(snooze: Snooze) -> str:
    return f"{snooze.rule} " + (f"for customer {snooze.customer}" if snooze.customer else f"at store {snooze.store}")

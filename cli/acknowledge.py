"""`detective acknowledge`: say that somebody has looked at a difference, and why it may stay."""

import argparse

import msgspec

from cli.app_client import AppClient, AppError, read_as
from cli.options import add_actor, filled
from cli.screen import console, plain
from fraud.desk.plurals import counted
from reconciliation.comparing.classes import CLASS, NUMBER
from reconciliation.comparing.differences import Difference
from reconciliation.reporting.acknowledgements import Acknowledgement, key_of, key_of_number
from reconciliation.reporting.report import Report

_ID_COLUMNS = 40
_SHOWN = 5


class AcknowledgementAnswer(msgspec.Struct, frozen=True):
    """The answer of the app: what stands as acknowledged of what was asked for, and how many differences are open."""

    acknowledged: list[Acknowledgement]
    open: int


class Acknowledgements(msgspec.Struct, frozen=True):
    """The acknowledgements of a report, and how many of its differences are open."""

    acknowledgements: list[Acknowledgement]
    faults: int
    open: int
    by_class: dict[str, int] = {}

    @property
    def is_all(self) -> bool:
        """There are differences that weigh, and somebody has acknowledged each of them."""
        return bool(self.faults) and not self.open

    def covers(self, name: str, count: int) -> bool:
        """All differences of a class, `count` of them, are acknowledged."""
        return self.by_class.get(name, 0) >= count


NOTHING_ACKNOWLEDGED = Acknowledgements([], 0, 0)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "id", type=filled, help="the reconciliation, such as reconcile-20260102T000000Z-20260103T000000Z"
    )
    parser.add_argument(
        "--class", dest="name", required=True, choices=[*CLASS, *NUMBER], metavar="CLASS", help="as the report names it"
    )
    parser.add_argument(
        "--difference", action="append", dest="keys", metavar="KEY", help="of a difference; again for another one"
    )
    parser.add_argument("--all", action="store_true", help="every difference of the class that the report shows")
    add_actor(parser, "has looked at it", former="--who")
    parser.add_argument("--why", metavar="TEXT", help="why it may stay")


def of_report(app: AppClient, run: str) -> Acknowledgements:
    """The acknowledgements of a report. Raises AppError."""
    return read_as(Acknowledgements, app.get(f"api/reconciliations/{run}/acknowledgements"), run)


def acknowledge(app: AppClient, options: argparse.Namespace) -> dict[str, object]:
    """Run the command; its answer for a script. Without --difference and --all it lists the keys. Raises AppError."""
    report = read_as(Report, app.get(f"api/reports/{options.id}/report.json"), f"the report of {options.id}")
    keys = keys_in(report, options.name)
    if not options.keys and not options.all:
        if not options.json:
            _show_keys(keys, of_report(app, options.id), options.name)
        return {"id": options.id, "class": options.name, "keys": list(keys)}
    if not options.why:
        raise AppError("--why is needed: it says why it may stay")
    order = {"class": options.name, "keys": options.keys or list(keys), "who": options.actor, "why": options.why}
    if not order["keys"]:
        raise AppError(f"the report has no {options.name}")
    answer = read_as(
        AcknowledgementAnswer,
        app.post(f"api/reconciliations/{options.id}/acknowledgements", order, repeatable=True, actor=options.actor),
        options.id,
    )
    if not options.json:
        _show(answer, options.actor)
    return {"id": options.id, **msgspec.to_builtins(answer)}


def keys_in(report: Report, name: str) -> dict[str, str]:
    """The keys of the differences of a class that a report shows, with a line for each."""
    if name in NUMBER:
        key = key_of_number(report, name)
        return {key: f"{getattr(report.accounts, name):,} {NUMBER[name].headline.label}"} if key else {}
    listed = (of_class.examples for of_class in report.differences if of_class.name == name)
    return {key_of(difference): _line(difference) for examples in listed for difference in examples}


def show_acknowledged(acknowledged: Acknowledgements) -> None:
    """Say how many differences of a report were acknowledged, and which; the report has all of them."""
    style = "yellow" if acknowledged.open else "green"
    number, of_all = acknowledged.faults - acknowledged.open, counted(acknowledged.faults, "difference")
    said = f"{number:,} of {of_all} {_are(number)} acknowledged"
    left = f"{acknowledged.open:,} {_are(acknowledged.open)} open" if acknowledged.open else "nothing is open"
    console.print(f"\n  {said}, {left}", style=style)
    for given in acknowledged.acknowledgements[:_SHOWN]:
        said = f"    {given.name} {given.key}  {given.who}, {given.when:%Y-%m-%d %H:%M}: {given.why}"
        console.print(plain(said), markup=False, no_wrap=True, overflow="crop")
    if len(acknowledged.acknowledgements) > _SHOWN:
        console.print(f"    and {len(acknowledged.acknowledgements) - _SHOWN:,} more")


def _line(difference: Difference) -> str:
    name = difference.event_id or f"{difference.partition} #{difference.sequence_number}"
    short = name if len(name) <= _ID_COLUMNS else name[: _ID_COLUMNS - 1] + "…"
    return f"{short:<{_ID_COLUMNS}} to {difference.window_end:%Y-%m-%d %H:%M}"


def _show_keys(keys: dict[str, str], acknowledged: Acknowledgements, name: str) -> None:
    by_key = {given.key: given for given in acknowledged.acknowledgements if given.name == name}
    for key, line in keys.items():
        given = by_key.get(key)
        console.print(plain(f"  {key}  {line}"), markup=False, no_wrap=True, overflow="crop")
        if given:
            said = f"  {'':16}  {given.who}, {given.when:%Y-%m-%d %H:%M}: {given.why}"
            console.print(plain(said), markup=False, style="green", soft_wrap=True)
    if not keys:
        console.print(f"  the report has no {name}")


def _show(answer: AcknowledgementAnswer, who: str) -> None:
    for given in answer.acknowledged:
        by = "" if given.who == who else f", which {given.who} has acknowledged before"
        console.print(plain(f"  acknowledged {given.name} {given.key}{by}"), markup=False, soft_wrap=True)
    left = (
        f"{counted(answer.open, 'difference')} {_are(answer.open)} open" if answer.open else "nothing is open any more"
    )
    console.print(f"  {left}", style="green" if not answer.open else "yellow")


def _are(number: int) -> str:
    return "is" if number == 1 else "are"

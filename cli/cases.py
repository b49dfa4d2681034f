"""Cases on the command line: the list, one of them with why, and what people do to it."""

import argparse
from urllib.parse import quote

import msgspec

from cli.app_client import AppClient, read_as
from cli.reconcile import range_of
from cli.screen import console, plain, print_json, say, say_wrapped
from fraud.desk.alert_text import bands_in_words
from fraud.desk.paging import Page
from fraud.desk.review import JournalEntry, Review
from fraud.desk.rows import CaseDetails, CaseRow
from fraud.desk.sale_line import sale_line
from fraud.events import UNKNOWN_STORE, StoreKey

_PATH = "api/cases"
_FILTERS = ("state", "kind", "band", "store", "customer", "assignee", "min_amount", "sort", "limit")
_SHOWN_VERDICTS = 10
_SHOWN_LINKS = 5


def list_cases(app: AppClient, options: argparse.Namespace) -> int:
    """Show the cases that the options ask for, all pages with `--all`. Raises AppError."""
    asked = {name: str(value) for name in _FILTERS if (value := getattr(options, name)) is not None}
    asked |= _span(app, options)
    cases: list[CaseRow] = []
    token: str | None = None
    while True:
        answer = app.query(_PATH, **asked, **({"token": token} if token else {}))
        page = read_as(Page[CaseRow], answer, "the list of cases")
        cases += page.items
        token = page.next
        if token is None or not options.all:
            break
    if options.json:
        print_json({"items": [msgspec.to_builtins(case) for case in cases], "next": token})
        return 0
    for case in cases:
        _show_line(case)
    if not cases:
        say("there is no such case")
    elif token:
        say("there are more: say --all, or a filter")
    return 0


def _span(app: AppClient, options: argparse.Namespace) -> dict[str, str]:
    """The ends of windows that the options ask for."""
    start, end = range_of(app, options) if options.last else (options.start, options.end)
    return {name: moment for name, moment in (("from", start), ("to", end)) if moment}


def show_case(app: AppClient, case_id: str, *, as_json: bool) -> int:
    """Show a case with its worst verdicts, why, and its journal. Raises AppError."""
    answer = app.get(_address(case_id))
    if as_json:
        print_json(answer)
        return 0
    details = read_as(CaseDetails, answer, case_id)
    case = details.case
    if details.linked.headline:
        say_wrapped(details.linked.headline)
    _show_line(case)
    for other in details.linked.cases[:_SHOWN_LINKS]:
        say_wrapped(f"linked by {', '.join(other.by)}: {other.id}", indent=4)
    if (left := len(details.linked.cases) - _SHOWN_LINKS) > 0:
        say(
            f"and {left:,} more linked cases: --json names them"
            if left > 1
            else "and 1 more linked case: --json names it"
        )
    if not details.linked.complete:
        say("there may be more linked cases: not all near it were read")
    say_wrapped(
        f"discount given {money(case.stakes.discount_given)}, rule set {case.rule_set}, revision {case.revision}"
    )
    if case.has_changed_since:
        say("its verdicts have changed since it was decided")
    for verdict in details.verdicts[:_SHOWN_VERDICTS]:
        console.print(f"\n  {verdict.score:>4} {verdict.band:<10} {plain(verdict.event_id)}", markup=False)
        if verdict.event is not None:
            cut = f"; cut, it has {verdict.cut.bytes:,} bytes" if verdict.cut else ""
            say_wrapped(sale_line(verdict.event) + cut, first=" " * 7, indent=7)
        for reason in verdict.reasons:
            say_wrapped(reason.evidence, first=f"       {reason.weight:>+4}  ", indent=13)
    if (left := details.verdicts_in_all - _SHOWN_VERDICTS) > 0:
        say(f"and {left:,} more")
    if details.journal_problem:
        console.print()
        say_wrapped(f"somebody has touched the journal: {details.journal_problem}", style="red")
    for entry in details.journal:
        why = f": {entry.why}" if entry.why else ""
        console.print()
        say_wrapped(f"{entry.when:%Y-%m-%d %H:%M}  {entry.who} ({entry.by}) {_did(entry)}{why}", indent=20)
    return 0


def _did(entry: JournalEntry) -> str:
    """An entry's deed in the words of the desk: what was decided, and to whom it was assigned."""
    if entry.what == "decided":
        return f"decided {entry.state}"
    return f"assigned to {entry.assignee or 'nobody'}" if entry.what == "assigned" else entry.what


def decide_case(app: AppClient, options: argparse.Namespace) -> int:
    """Decide a case as it is now. Raises AppError, for example if another person has changed it meanwhile."""
    return _change(app, options, "decision", {"outcome": options.outcome, "why": options.why})


def assign_case(app: AppClient, options: argparse.Namespace) -> int:
    """Assign a case to a person, or to nobody. Raises AppError likewise."""
    return _change(app, options, "assignment", {"assignee": options.to, "why": options.why})


def comment_case(app: AppClient, options: argparse.Namespace) -> int:
    """Add a comment to the journal of a case. Raises AppError likewise."""
    return _change(app, options, "comments", {"text": options.text})


def reopen_case(app: AppClient, options: argparse.Namespace) -> int:
    """Take the decision of a case back. Raises AppError likewise."""
    return _change(app, options, "reopening", {"why": options.why})


def _change(app: AppClient, options: argparse.Namespace, path: str, content: dict[str, str | None]) -> int:
    address = _address(options.id)
    seen = read_as(CaseDetails, app.get(address), options.id).case
    answer = app.change(f"{address}/{path}", content, etag=seen.etag, actor=options.actor)
    if options.json:
        print_json(answer)
        return 0
    review: Review = read_as(CaseRow, answer, options.id).review
    say(f"{options.id} is {review.state.replace('_', ' ')}")
    if path == "comments":
        say(f"the comment is entry {review.entries} of its journal")
    elif path != "decision":
        say(f"assigned to {review.assignee or 'nobody'}")
    return 0


def money(cents: int) -> str:
    """An amount with two digits after the point."""
    return f"{cents / 100:,.2f}"


def _at_stake(case: CaseRow) -> str:
    return money(case.stakes.at_stake) if case.stakes_known else "unknown"


def _show_line(case: CaseRow) -> None:
    state = case.review.state.replace("_", " ")
    who = f" {plain(case.review.assignee)}" if case.review.assignee else ""
    store, moment = store_in_words(case.store_id), f"{case.window_end:%Y-%m-%d %H:%M}"
    console.print(f"\n  {_at_stake(case):>15}  worst {case.max_score:>3}  {store}  {moment}", markup=False)
    console.print(f"  {plain(case.id)}", markup=False, soft_wrap=True)
    swept = "; not flagged, found by a night's sweep" if case.type == "sweep" else ""
    console.print(f"  {state}{who}; {bands_in_words(case.bands)}{swept}", markup=False)


def store_in_words(store: StoreKey | None) -> str:
    """A store in a line of 80 columns, also of an event without one."""
    return "no store" if store in (None, UNKNOWN_STORE) else f"store {plain(str(store))[:12]}"


def _address(case_id: str) -> str:
    return f"{_PATH}/{quote(case_id, safe='')}"

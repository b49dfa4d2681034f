"""`detective trace`: an event's way through the pipeline, on the screen."""

from urllib.parse import quote

from rich.markup import escape

from cli.app_client import AppClient, read_as
from cli.screen import console, plain, print_json, say, say_wrapped
from fraud.tracing import FIRST_ARRIVAL, Trace

_MARKS = {"there": "[green]✔[/]", "missing": "[red]✘[/]", "waiting": "[yellow]…[/]", "not_due": "[dim]-[/]"}

_SAYS_AT = 41
_BELOW = " " * 6
"""The place of a text that is longer than what is left of its step's line."""


def trace(app: AppClient, event_id: str, *, as_json: bool) -> bool:
    """Show the way of an event; True if it has arrived and nothing of its way is missing. Raises AppError."""
    answer = app.get(f"api/trace?id={quote(event_id, safe='')}")
    way = read_as(Trace, answer, event_id)
    if as_json:
        print_json(answer)
    else:
        _show(way)
    return any(content.steps for content in way.contents) and not way.missing


def _show(way: Trace) -> None:
    if not way.contents:
        say(f"nothing has arrived under {way.id}")
    for number, content in enumerate(way.contents, 1):
        flagged = "flagged" if content.flagged else "not flagged"
        console.print(f"\n[bold]{escape(plain(way.id))}[/]  content {number}, {flagged}")
        for step in content.steps:
            at = f"{step.at:%Y-%m-%d %H:%M:%S}" if step.at else ""
            name = escape(plain(step.name))
            line = f"  {_MARKS[step.state]} {at:<20} {name:<15}"
            if _SAYS_AT + len(step.says) <= console.width:
                console.print(f"{line} {escape(plain(step.says))}", soft_wrap=True)
            else:
                console.print(line.rstrip())
                say_wrapped(step.says, first=_BELOW, indent=len(_BELOW))
    if way.contents:
        console.print()
        say_wrapped(FIRST_ARRIVAL)
    if not way.complete:
        say("more contents lie under this id than are shown")

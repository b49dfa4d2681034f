"""`detective trace`: an event's way through the pipeline, on the screen."""

from typing import Any
from urllib.parse import quote

from rich.markup import escape

from cli.app_client import AppClient
from cli.screen import console, plain, print_json, say

_MARKS = {"there": "[green]✔[/]", "missing": "[red]✘[/]", "waiting": "[yellow]…[/]", "not_due": "[dim]-[/]"}


def trace(app: AppClient, event_id: str, *, as_json: bool) -> bool:
    """Show the way of an event; True if it has arrived and nothing of its way is missing. Raises AppError."""
    answer: dict[str, Any] = app.get(f"api/trace?id={quote(event_id, safe='')}")
    if as_json:
        print_json(answer)
    else:
        _show(answer)
    steps = [step for content in answer["contents"] for step in content["steps"]]
    return bool(steps) and all(step["state"] != "missing" for step in steps)


def _show(answer: dict[str, Any]) -> None:
    if not answer["contents"]:
        say(f"nothing has arrived under {answer['id']}")
    for number, content in enumerate(answer["contents"], 1):
        flagged = "flagged" if content["flagged"] else "not flagged"
        console.print(f"\n[bold]{escape(plain(answer['id']))}[/]  content {number}, {flagged}")
        for step in content["steps"]:
            at = str(step.get("at") or "")[:19].replace("T", " ")
            name = escape(plain(step["name"]))
            console.print(
                f"  {_MARKS[step['state']]} {at:<20} {name:<15} {escape(plain(step['says']))}", soft_wrap=True
            )
    if not answer["complete"]:
        say("more contents lie under this id than are shown")

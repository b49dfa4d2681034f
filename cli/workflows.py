"""Workflows on the command line: instances by filter, and one of them with its history."""

import argparse
import json
from datetime import datetime
from urllib.parse import quote

from cli.app_client import AppClient, read_as
from cli.screen import console, plain, print_json, say, say_wrapped
from fraud.desk.causes import cause_of
from fraud.desk.paging import Page
from fraud.desk.workflows import WorkflowDetails, WorkflowRow

STATUSES = ("Running", "Pending", "Suspended", "Completed", "Failed", "Terminated", "ContinuedAsNew")
_PATH = "api/workflows"
_FILTERS = ("status", "prefix", "limit")
_CONTENT = 70
_STEPS = 60


def list_workflows(app: AppClient, options: argparse.Namespace) -> int:
    """Show a page of instances, the latest of it first. Raises AppError."""
    asked = {name: str(value) for name in _FILTERS if (value := getattr(options, name)) is not None}
    page = app.query(_PATH, **asked)
    if options.json:
        print_json(page)
        return 0
    listed: Page[WorkflowRow] = read_as(Page[WorkflowRow], page, "the list of workflows")
    # The engine gives a page by the ids.
    for row in sorted(listed.items, key=lambda row: row.created, reverse=True):
        console.print(f"\n  {plain(row.id)}", markup=False, soft_wrap=True)
        say(f"{row.status:<12}{_time(row.created)}  {row.name or ''}"[:78])
    if not listed.items:
        say("no instance meets these conditions")
    elif listed.next:
        say("there are more: say --limit 100, or a filter")
    return 0


def show_workflow(app: AppClient, instance_id: str, *, as_json: bool) -> int:
    """Show an instance with its history; exit code 1 if it has failed. Raises AppError."""
    answer = app.get(f"{_PATH}/{quote(instance_id, safe='')}")
    details = read_as(WorkflowDetails, answer, instance_id)
    if as_json:
        print_json(answer)
    else:
        _show(details)
    return 1 if details.status == "Failed" else 0


def _show(details: WorkflowDetails) -> None:
    console.print(f"\n  {plain(details.id)}", markup=False, soft_wrap=True)
    say(f"{details.name or ''}, {details.status}, {_time(details.created)} to {_time(details.updated)}"[:78])
    contents = {"custom status": details.custom_status, "input": details.input, "output": details.output}
    if details.status in ("Failed", "Terminated"):
        say_wrapped(f"{details.status.lower()}: {cause_of(contents.pop('output'))}")
    for name, content in contents.items():
        if content is not None:
            line = f"{name}: {_json(content)}"
            say(line if len(line) <= _CONTENT else f"{line[: _CONTENT - 1]}…")
    for step in details.history[:_STEPS]:
        took = f"{step.seconds:,.2f} s" if step.seconds is not None else ""
        mark = "!" if step.failed else " "
        say(f"{mark} {_time(step.at)}  {step.kind[:26]:<26} {step.name[:20]:<20} {took}"[:78])
    if (left := len(details.history) - _STEPS) > 0:
        say(f"and {left:,} more: --json has them all")


def _json(content: object) -> str:
    """Contents as the app gives them: an input may be the text of its JSON already."""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""

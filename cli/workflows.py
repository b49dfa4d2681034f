"""Workflows on the command line: instances by filter, and one of them with its history."""

import argparse
from typing import Any
from urllib.parse import quote

from cli.app_client import AppClient
from cli.screen import console, plain, print_json, say

STATUSES = ("Running", "Pending", "Suspended", "Completed", "Failed", "Terminated", "ContinuedAsNew")
_PATH = "api/workflows"
_FILTERS = ("status", "prefix", "limit")
_CONTENT = 70
_STEPS = 60


def list_workflows(app: AppClient, options: argparse.Namespace) -> int:
    """Show a page of instances, the latest first as far as the engine orders them. Raises AppError."""
    asked = {name: str(value) for name in _FILTERS if (value := getattr(options, name)) is not None}
    page = app.query(_PATH, **asked)
    if options.json:
        print_json(page)
        return 0
    for row in page["items"]:
        console.print(f"\n  {plain(row['id'])}", markup=False, soft_wrap=True)
        say(f"{row['status']:<12}{_time(row['created'])}  {row['name'] or ''}"[:78])
    if not page["items"]:
        say("no instance meets these conditions")
    elif page["next"]:
        say("there are more: say --limit 100, a filter, or --json with its token")
    return 0


def show_workflow(app: AppClient, instance_id: str, *, as_json: bool) -> int:
    """Show an instance with its history; exit code 1 if it has failed. Raises AppError."""
    answer = app.get(f"{_PATH}/{quote(instance_id, safe='')}")
    if as_json:
        print_json(answer)
    else:
        _show(answer)
    return 1 if answer["status"] == "Failed" else 0


def _show(answer: dict[str, Any]) -> None:
    console.print(f"\n  {plain(answer['id'])}", markup=False, soft_wrap=True)
    say(f"{answer['name'] or ''}, {answer['status']}, {_time(answer['created'])} to {_time(answer['updated'])}"[:78])
    for name in ("custom_status", "input", "output"):
        if answer[name] is not None:
            say(f"{name.replace('_', ' ')}: {answer[name]}"[:_CONTENT])
    for step in answer["history"][:_STEPS]:
        took = f"{step['seconds']:,.2f} s" if step["seconds"] is not None else ""
        mark = "!" if step["failed"] else " "
        say(f"{mark} {_time(step['at'])}  {step['kind'][:26]:<26} {step['name'][:20]:<20} {took}"[:78])
    if (left := len(answer["history"]) - _STEPS) > 0:
        say(f"and {left:,} more: --json has them all")


def _time(text: str | None) -> str:
    return (text or "")[:19].replace("T", " ")

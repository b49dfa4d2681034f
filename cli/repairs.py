"""Repairs of a reconciliation: start one, follow it, and list its steps."""

import json
from typing import Any

from cli import reconciliations
from cli.app_client import AppClient
from cli.screen import console

_DOOR = "api/repairs"
_LISTED = 20

_KINDS = {
    "backfill": "archive again",
    "correct": "enter in suspicious-events",
    "judge": "analyse",
}


def run(app: AppClient, reconciliation: str, *, dry_run: bool, quiet: bool) -> dict[str, Any]:
    """Repair what a reconciliation found, or only plan it; the repair's output. Raises AppError if it failed."""
    order = {"dry_run": dry_run}
    repair = str(app.post(f"api/reconciliations/{reconciliation}/repairs", order, repeatable=True)["id"])
    if quiet:
        return reconciliations.wait(app, repair, lambda _: None, door=_DOOR)
    return reconciliations.wait_with_bar(app, repair, door=_DOOR)


def steps(app: AppClient, repair: str) -> list[dict[str, Any]]:
    """All steps of a repair. Raises AppError."""
    return [json.loads(line) for line in app.get_bytes(f"{_DOOR}/{repair}/steps").splitlines()]


def show_steps(planned: dict[str, Any], listed: list[dict[str, Any]], base_url: str) -> None:
    """The steps that a repair would take; the differences that it leaves alone, and why."""
    console.print(f"\n  [bold]The steps of the repair[/]  {len(listed):,}")
    for step in listed[:_LISTED]:
        console.print(f"    {_words(step)}", markup=False)
    if len(listed) > _LISTED:
        console.print(f"    and {len(listed) - _LISTED:,} more")
    if planned["left"]:
        console.print(f"  {planned['left']:,} differences are left for the next repair")
    for one in planned["not_repairable"]:
        console.print(f"  [yellow]left alone[/]  {one['name'].replace('_', ' ')}: {one['count']:,}")
        console.print(f"    {one['reason']}", markup=False)
    console.print(f"  {base_url}/{_DOOR}/{planned['id']}/steps", soft_wrap=True, markup=False)


def _words(step: dict[str, Any]) -> str:
    kind = f"{_KINDS[step['step']]:<27}"
    if step["step"] == "backfill":
        return f"{kind}{len(step['events']):>7,} events  of {step['partition']}"
    end = step["window_end"][:16].replace("T", " ")
    store = "none" if step["store_id"] is None else step["store_id"]
    return f"{kind}{len(step['ids']):>7,} ids  store {store} to {end}"

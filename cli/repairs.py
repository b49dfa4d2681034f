"""Repairs of a reconciliation: start one, follow it, and list its steps."""

import msgspec

from cli import reconciliations
from cli.app_client import AppClient, AppError
from cli.screen import console
from fraud.desk.plurals import counted
from reconciliation.repairing.messages import RepairOutcome
from reconciliation.repairing.repair import Analysis, Backfill, Correction, RepairStep

_PATH = "api/repairs"
_LISTED = 20
_STEP: msgspec.json.Decoder[RepairStep] = msgspec.json.Decoder(RepairStep)

_KINDS: dict[type[RepairStep], str] = {
    Backfill: "archive again",
    Correction: "enter in suspicious-events",
    Analysis: "analyse",
}


def run(app: AppClient, reconciliation: str, *, dry_run: bool, quiet: bool) -> RepairOutcome:
    """Repair what a reconciliation found, or only plan it; its outcome. Raises AppError if it failed."""
    repair = start(app, reconciliation, dry_run=dry_run)
    if quiet:
        return wait(app, repair)
    return reconciliations.wait_with_bar_at(app, _PATH, repair, RepairOutcome)


def start(app: AppClient, reconciliation: str, *, dry_run: bool) -> str:
    """Start a repair of what a reconciliation found; its instance id. Raises AppError."""
    order = {"dry_run": dry_run}
    return str(app.post(f"api/reconciliations/{reconciliation}/repairs", order, repeatable=True)["id"])


def wait(app: AppClient, repair: str) -> RepairOutcome:
    """Follow a repair to its end; its outcome. Raises AppError if it failed."""
    return reconciliations.wait_at(app, _PATH, repair, RepairOutcome, lambda _: None)


def steps(app: AppClient, repair: str) -> list[RepairStep]:
    """All steps of a repair. Raises AppError."""
    try:
        return [_STEP.decode(line) for line in app.get_bytes(f"{_PATH}/{repair}/steps").splitlines()]
    except msgspec.DecodeError as error:
        raise AppError(f"the steps of {repair} are not told as this version knows them: {error}") from error


def show_steps(planned: RepairOutcome, listed: list[RepairStep], base_url: str) -> None:
    """The steps that a repair would take; the differences that it leaves alone, and why."""
    console.print(f"\n  [bold]The steps of the repair[/]  {len(listed):,}")
    for step in listed[:_LISTED]:
        console.print(f"    {_words(step)}", markup=False)
    if len(listed) > _LISTED:
        console.print(f"    and {len(listed) - _LISTED:,} more")
    if planned.left:
        left = counted(planned.left, "difference is", "differences are")
        console.print(f"  {left} left for the next repair")
    for kind in planned.not_repairable:
        console.print(f"  [yellow]left alone[/]  {kind.name.replace('_', ' ')}: {kind.count:,}")
        console.print(f"    {kind.reason}", markup=False)
    console.print(f"  {base_url}/{_PATH}/{planned.id}/steps", soft_wrap=True, markup=False)


def _words(step: RepairStep) -> str:
    kind = f"{_KINDS[type(step)]:<27}"
    if isinstance(step, Backfill):
        return f"{kind}{len(step.events):>7,} events  of {step.partition}"
    store = "none" if step.store_id is None else step.store_id
    return f"{kind}{len(step.ids):>7,} ids  store {store} to {step.window_end:%Y-%m-%d %H:%M}"

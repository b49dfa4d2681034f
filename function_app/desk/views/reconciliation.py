"""The page of one reconciliation: its differences with the fields that differ, acknowledged here, and its repair."""

from typing import Any

import azure.functions as func
import msgspec
from azure.core.exceptions import ResourceNotFoundError

from activities.reconciliation.acknowledge import (
    Acknowledged,
    UnknownDifferenceError,
    acknowledge,
    read_acknowledged,
)
from fraud.desk.deeds import deed_of
from fraud.desk.plurals import counted
from fraud.desk.problems import ProblemError, bad_request, not_found
from fraud.desk.review import Why
from function_app import durable_client
from function_app.desk import answers
from function_app.desk.roles import needs
from function_app.desk.routing import Routes
from function_app.desk.visit import Visit
from function_app.durable_client import management_address
from orchestrations.contracts import REPAIR_RECONCILIATION
from reconciliation.comparing.classes import CLASS, NUMBERS
from reconciliation.comparing.differences import Difference
from reconciliation.repairing.messages import RepairOutcome
from reconciliation.repairing.repair import Analysis, Backfill, Correction, RepairRequest, RepairStep
from reconciliation.reporting.acknowledgements import Acknowledgement, key_of, key_of_number
from services.desk.deeds import noted
from services.instances import Instance, find_instance
from services.reports import find_repair_steps, is_reconciliation, read_report
from services.watching import azure_time

_MOST_KEYS = 100
_STEPS = 50
_step: msgspec.json.Decoder[RepairStep] = msgspec.json.Decoder(RepairStep)


class ShownDifference(msgspec.Struct, frozen=True):
    """A difference, its key, and who has acknowledged it."""

    key: str
    difference: Difference | None
    acknowledged: Acknowledgement | None

    @property
    def differs(self) -> bool:
        """True if it is told in what the two differ."""
        told = self.difference
        return told is not None and bool(told.fields or told.seen_stores or (told.expected and told.seen))

    @property
    def blobs(self) -> list[tuple[str, str]]:
        """A name of each blob and its path: its container, with a number from the second of a container on."""
        paths = self.difference.blobs if self.difference else ()
        containers = [path.partition("/")[0] for path in paths]
        counts = [containers[: place + 1].count(container) for place, container in enumerate(containers)]
        return [
            (f"{container} {count}" if count > 1 else container, path)
            for container, count, path in zip(containers, counts, paths, strict=True)
        ]


class DifferenceSection(msgspec.Struct, frozen=True, kw_only=True):
    """A class of differences; or a number that must be zero, whose one line has no difference."""

    name: str
    title: str
    explanation: str
    advice: str
    weighs: bool
    count: int
    lines: list[ShownDifference]


class RepairSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A repair, or a dry run: its instance, its outcome once there is one, and its first steps in words."""

    instance: Instance
    outcome: RepairOutcome | None
    steps: list[str]


async def show_reconciliation(visit: Visit) -> func.HttpResponse:
    """The report's differences, what was acknowledged, what was repaired, and the forms. 404 without a report."""
    return await _page(visit)


async def _page(visit: Visit, problem: str = "", status: int = 200) -> func.HttpResponse:
    run = visit.values["run"]
    acknowledged = await _read(run)
    repairs = [await _repair(visit, RepairRequest(run, dry_run)) for dry_run in (True, False)]
    return answers.page(
        "reconciliation.html",
        visit,
        status=status,
        here="reconciliations",
        report=acknowledged.report,
        open=acknowledged.open,
        standing=acknowledged.standing,
        sections=_sections(acknowledged),
        dry=repairs[0],
        repair=repairs[1],
        problem=problem,
        given=visit.form() if visit.request.method == "POST" else {},
        chosen=set(visit.chosen("difference")) if visit.request.method == "POST" else set[str](),
    )


async def _read(run: str) -> Acknowledged:
    if not is_reconciliation(run):
        raise not_found("report", run)
    try:
        return await read_acknowledged(run)
    except ResourceNotFoundError as error:
        raise not_found("report", run) from error
    except msgspec.MsgspecError as error:
        detail = f"Another version of the app wrote it: read its page, /desk/reports/{run}/report.html."
        raise ProblemError(409, "This report cannot be read here", detail) from error


def _sections(acknowledged: Acknowledged) -> list[DifferenceSection]:
    report = acknowledged.report
    by_key = {(given.name, given.key): given for given in acknowledged.acknowledgements}
    sections = [
        DifferenceSection(
            name=listed.name,
            title=CLASS[listed.name].title,
            explanation=listed.explanation,
            advice=CLASS[listed.name].advice,
            weighs=CLASS[listed.name].weight == "fault",
            count=listed.count,
            lines=[
                ShownDifference(key, difference, by_key.get((listed.name, key)))
                for difference in listed.examples
                for key in (key_of(difference),)
            ],
        )
        for listed in report.differences
    ]
    numbers = [(number, key) for number in NUMBERS if (key := key_of_number(report, number.name))]
    return sections + [
        DifferenceSection(
            name=number.name,
            title=number.title,
            explanation=number.explanation,
            advice=number.advice,
            weighs=True,
            count=int(getattr(report.accounts, number.name)),
            lines=[ShownDifference(key, None, by_key.get((number.name, key)))],
        )
        for number, key in numbers
    ]


async def _repair(visit: Visit, asked: RepairRequest) -> RepairSeen | None:
    instance = await find_instance(management_address(visit.client), asked.id, history=False)
    if instance is None:
        return None
    try:
        outcome = msgspec.convert(instance.output, RepairOutcome)
    except msgspec.ValidationError:
        outcome = None  # it runs, or its output is the text of a failure
    return RepairSeen(instance=instance, outcome=outcome, steps=await _steps(asked.id) if outcome else [])


async def _steps(repair: str) -> list[str]:
    file = await find_repair_steps(repair)
    if file is None or file.is_large:
        return []
    lines = (await read_report(file)).splitlines()
    return [_words(_step.decode(line)) for line in lines[:_STEPS]]


def _words(step: RepairStep) -> str:
    match step:
        case Backfill():
            return f"archive {counted(len(step.events), 'event')} of partition {step.partition} again"
        case Correction() | Analysis():
            store = "no store" if step.store_id is None else f"store {step.store_id}"
            deed = "analyse" if isinstance(step, Analysis) else "enter in suspicious-events"
            return (
                f"{deed}: {counted(len(step.ids), 'id')} of {store} in the window to {step.window_end:%Y-%m-%d %H:%M}"
            )


@needs("operator")
async def act(visit: Visit) -> func.HttpResponse:
    """Acknowledge the chosen differences, or repair; the page with what is wrong if that was refused."""
    run, form = visit.values["run"], visit.form()
    if form.get("what") not in ("acknowledge", "repair", "repair-dry-run"):
        return answers.refused(404, "No such action", "Differences are acknowledged or repaired.", visit)
    if await durable_client.is_running(visit.client, run):
        return await _page(visit, "This range is being reconciled: its report will be replaced.", 409)
    try:
        if form["what"] == "acknowledge":
            await _acknowledge(visit, run, _why(form))
        else:
            await _start_repair(visit, run, _why(form), dry_run=form["what"] == "repair-dry-run")
    except ProblemError as error:
        if error.status == 404:
            raise
        return await _page(visit, f"{error.title}: {error.detail}", error.status)
    return answers.redirect(f"/desk/reconciliations/{run}")


def _why(form: dict[str, str]) -> str:
    """The reason, in one line. Raises ProblemError."""
    why = " ".join(form.get("why", "").split())
    try:
        return msgspec.convert(why[:1_000], Why)
    except msgspec.ValidationError as error:
        raise bad_request("why", "say why, in one line") from error


async def _acknowledge(visit: Visit, run: str, why: str) -> None:
    by_class: dict[str, list[str]] = {}
    for choice in visit.chosen("difference")[:_MOST_KEYS]:
        name, _, key = choice.partition(" ")
        by_class.setdefault(name, []).append(key)
    if not by_class:
        raise bad_request("difference", "choose the differences that may stay")
    if not why.isprintable():
        raise bad_request("why", "say why, in one line of text")
    now = await azure_time()
    orders: list[list[Acknowledgement]] = []
    for name, keys in by_class.items():
        fields: dict[str, Any] = {"run": run, "class": name, "who": visit.caller.name or "", "when": now, "why": why}
        try:
            orders.append([msgspec.convert(fields | {"key": key}, Acknowledgement) for key in keys])
        except msgspec.ValidationError as error:
            raise bad_request("difference", f"there is no such class: {error}") from error
    for order in orders:
        try:
            await acknowledge(order)
        except UnknownDifferenceError as error:
            raise ProblemError(409, "The report has changed", f"{error}: the report was written again.") from error


async def _start_repair(visit: Visit, run: str, why: str, *, dry_run: bool) -> None:
    await _read(run)
    asked = RepairRequest(run, dry_run)
    deed = deed_of(visit.caller, await azure_time(), "repair-dry-run" if dry_run else "repair", run, why)

    async def started() -> None:
        await durable_client.start_or_join(visit.client, REPAIR_RECONCILIATION, asked.id, asked)

    await noted(deed, started, lambda _: f"{asked.id} runs")


ROUTES: Routes = {
    ("GET", "reconciliations/{run}"): show_reconciliation,
    ("POST", "reconciliations/{run}"): act,
}

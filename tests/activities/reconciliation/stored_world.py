"""Puts a world of archives into real storage, and runs a reconciliation's activities over it in order."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec

from activities.reconciliation.clear_run import clear_run
from activities.reconciliation.compare_buckets import compare_bucket
from activities.reconciliation.observe_cases import observe_cases
from activities.reconciliation.observe_documents import observe_documents
from activities.reconciliation.observe_outcomes import observe_outcomes
from activities.reconciliation.observe_quarantine import observe_quarantine
from activities.reconciliation.plan_reconciliation import plan_reconciliation
from activities.reconciliation.scan_archive import scan_archive
from activities.reconciliation.write_report import write_report
from fraud.identity import archive_key
from fraud.verdicts import Verdict, verdicts_path
from orchestrations.contracts import STAGES
from reconciliation.messages import Outcome, ReportTask, Request, RunName, Step
from reconciliation.ranges import Range, window_end
from reconciliation.reading.cases import case_from
from reconciliation.repairing.repair import window_of_ids
from reconciliation.reporting.report import Report
from services import cosmos, names
from services.blobs import read_blob, warehouse, write_blob
from tests.reconciliation.world import RANGE, START, Document, World

STEPS: dict[str, Any] = {
    step.__name__: step
    for step in (scan_archive, observe_outcomes, observe_documents, observe_quarantine, observe_cases, compare_bucket)
}
PREFIXES = {
    names.ALL_EVENTS: "namespace/",
    names.SUSPICIOUS_EVENTS: f"{START:%Y/%m/%d}",
    names.FRAUD_EVENTS: f"{START:%Y/%m/%d}",
    names.QUARANTINE: f"store-events/{START:%Y/%m/%d}",
    names.REPORTS: f"reconciliations/{RANGE.instance_id}/",
}
BY_PLACE = f"quarantine/{START:%Y/%m/%d}"
"""The folder of verdicts by place in `fraud-events`."""
ALERTS = f"alerts/{START:%Y/%m/%d}"
"""The folder of the alerts of the world's day in `reports`."""


async def store(world: World) -> None:
    """Write every archive of a world, after clearing what a world before has left; other days are others' business."""
    for name, prefix in (*PREFIXES.items(), (names.FRAUD_EVENTS, BY_PLACE), (names.REPORTS, ALERTS)):
        container = await warehouse(name)
        async for blob in container.list_blobs(name_starts_with=prefix):
            await container.delete_blob(blob.name)
    archive = await warehouse(names.ALL_EVENTS)
    for path, data in world.blobs.items():
        await write_blob(archive, path.replace("ns/", "namespace/"), data)
    for i, row in enumerate(world.suspicious):
        path = f"{row['WindowEnd'][:13].replace('-', '/').replace('T', '/')}/0_{i}_1.json"
        await write_blob(await warehouse(names.SUSPICIOUS_EVENTS), path, json.dumps(row).encode())
    await _verdicts(world)
    for partition, sequence in world.quarantine:
        hour = datetime.fromtimestamp(world.arrivals[partition, sequence] / 1000, UTC).strftime("%Y/%m/%d/%H")
        path = f"store-events/{hour}/p{partition}-{sequence}.json"
        await write_blob(await warehouse(names.QUARANTINE), path, b"{}")
    await _documents(world)


async def _verdicts(world: World) -> None:
    groups: dict[tuple[datetime, int | None], list[dict[str, Any]]] = {}
    for verdict in world.verdicts:
        groups.setdefault((datetime.fromisoformat(verdict["window_end"]), verdict["store_id"]), []).append(verdict)
    container = await cosmos.cases()
    day: list[dict[str, object]] = [{"name": "@day", "value": f"{START:%Y-%m-%d}"}]
    question = "SELECT c.id, c.store_id FROM c WHERE STARTSWITH(c.window_end, @day)"
    for item in [item async for item in container.query_items(question, parameters=day)]:
        await container.delete_item(item["id"], partition_key=item["store_id"])
    for (end, store_id), verdicts in groups.items():
        # The name is that of the window as it was, whatever verdicts a fault has taken away.
        flagged = {e.id for e in world.events if e.flagged and window_end(e.window) == end and e.store == store_id}
        name = window_of_ids(store_id, end, flagged or {verdict["event_id"] for verdict in verdicts}).name
        path = verdicts_path(name, end)
        lines = [json.dumps(verdict).encode() for verdict in verdicts]
        await write_blob(await warehouse(names.FRAUD_EVENTS), path, b"\n".join(lines) + b"\n")
        await _case(world, path, verdicts)
    for path, lines in world.by_place.items():
        data = b"\n".join(json.dumps(line).encode() for line in lines) + b"\n"
        await write_blob(await warehouse(names.FRAUD_EVENTS), path, data)
        await _case(world, path, lines)


async def _case(world: World, path: str, verdicts: list[dict[str, Any]]) -> None:
    case = case_from(path, msgspec.convert(verdicts, list[Verdict]))
    if case.id not in world.lost_cases:
        changed = {"max_score": 1} if case.id in world.altered_cases else {}
        await (await cosmos.cases()).upsert_item(msgspec.json.decode(msgspec.json.encode(case)) | changed)


def document_of(world: World, document: Document) -> dict[str, Any]:
    """The document of an event in Cosmos, where the archiver puts it."""
    fields = world.document(document)
    return {**fields, "archive_key": archive_key(fields["store_id"], document.id)}


async def _documents(world: World) -> None:
    container = await cosmos.events()
    question = "SELECT c.id, c.archive_key FROM c WHERE STARTSWITH(c.archive.enqueued_time, @day)"
    day: list[dict[str, object]] = [{"name": "@day", "value": f"{START:%Y-%m-%d}"}]
    stale = [item async for item in container.query_items(question, parameters=day)]
    for item in stale:
        await container.delete_item(item["id"], partition_key=item["archive_key"])
    for document in world.documents:
        moment = window_end(document.window).isoformat()
        archive = {"enqueued_time": moment, "run_id": "r"}
        await container.upsert_item({**document_of(world, document), "archive": archive})


async def reconcile(
    span: Range, started: datetime | None = None, *, with_documents: bool = True
) -> tuple[Outcome, Report]:
    """Run all activities as the orchestration does; each passes JSON on, as the durable extension would."""
    request = Request(span, with_documents, again=True)
    plan = await plan_reconciliation(request)
    for stage, activity in STAGES.items():
        for number in range(plan.parts.get(stage, 0)):
            step = Step(request.id, stage, number)
            msgspec.to_builtins(await STEPS[activity.name](step))
    outcome = await write_report(ReportTask(request.id, started or span.end))
    await clear_run(RunName(request.id))
    report = await read_blob(await warehouse(names.REPORTS), outcome.reports["json"])
    return outcome, msgspec.json.decode(report, type=Report)

"""Puts a world of archives into real storage, and runs a reconciliation's activities over it in order."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import msgspec
from azure.cosmos.aio import ContainerProxy
from azure.storage.blob.aio import ContainerClient

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
from reconciliation.messages import Outcome, PartTask, ReportTask, Request, RunName
from reconciliation.ranges import Range, window_end
from reconciliation.reading.cases import case_from
from reconciliation.repairing.repair import window_of_ids
from reconciliation.reporting.report import Report
from services import cosmos, names
from services.blobs import read_blob, warehouse, write_blob
from tests.reconciliation.world import RANGE, START, Document, World

ACTIVITIES: dict[str, Any] = {
    activity.__name__: activity
    for activity in (
        scan_archive,
        observe_outcomes,
        observe_documents,
        observe_quarantine,
        observe_cases,
        compare_bucket,
    )
}
PREFIXES = {
    names.ALL_EVENTS: ("namespace/",),
    names.SUSPICIOUS_EVENTS: (f"{START:%Y/%m/%d}",),
    names.FRAUD_EVENTS: (f"{START:%Y/%m/%d}", f"quarantine/{START:%Y/%m/%d}"),
    names.QUARANTINE: (f"store-events/{START:%Y/%m/%d}",),
    names.REPORTS: (f"reconciliations/{RANGE.instance_id}/", f"alerts/{START:%Y/%m/%d}"),
}
"""The folders of a world's day in each container: the verdicts by place, its report and its alerts among them."""
_OF_COSMOS = {"_rid", "_self", "_etag", "_attachments", "_ts"}


async def store(world: World) -> None:
    """Let the archives hold a world and nothing else of its day; other days are others' business.

    What a world before has left is deleted. What is there as it is to be stays: the worlds of most tests are alike.
    """
    wanted: dict[str, dict[str, bytes]] = {name: {} for name in PREFIXES}
    wanted[names.ALL_EVENTS] = {path.replace("ns/", "namespace/"): data for path, data in world.blobs.items()}
    for i, row in enumerate(world.suspicious):
        path = f"{row['WindowEnd'][:13].replace('-', '/').replace('T', '/')}/0_{i}_1.json"
        wanted[names.SUSPICIOUS_EVENTS][path] = json.dumps(row).encode()
    for partition, sequence in world.quarantine:
        hour = datetime.fromtimestamp(world.arrivals[partition, sequence] / 1000, UTC).strftime("%Y/%m/%d/%H")
        record = world.record(partition, sequence)
        assert record.path == f"store-events/{hour}/p{partition}-{sequence}.json"
        wanted[names.QUARANTINE][record.path] = msgspec.json.encode(record)
    verdicts = _verdicts(world)
    for path, lines in verdicts.items():
        wanted[names.FRAUD_EVENTS][path] = b"\n".join(json.dumps(line).encode() for line in lines) + b"\n"
    for name, prefixes in PREFIXES.items():
        await _hold_blobs(await warehouse(name), prefixes, wanted[name])
    cases = [case for path, lines in verdicts.items() if (case := _case(world, path, lines))]
    await _hold_items(await cosmos.cases(), "window_end", "store_id", cases)
    await _hold_items(await cosmos.events(), "archive.enqueued_time", "archive_key", _documents(world))


async def _hold_blobs(container: ContainerClient, prefixes: tuple[str, ...], wanted: dict[str, bytes]) -> None:
    stored = {
        blob.name: bytes(blob.content_settings.content_md5 or b"")
        for prefix in prefixes
        async for blob in container.list_blobs(name_starts_with=prefix)
    }
    for path in stored.keys() - wanted.keys():
        await container.delete_blob(path)
    for path, data in wanted.items():
        if stored.get(path) != hashlib.md5(data, usedforsecurity=False).digest():
            await write_blob(container, path, data)


async def _hold_items(container: ContainerProxy, moment: str, key: str, wanted: list[dict[str, Any]]) -> None:
    """Let a container hold these items and no others of the world's day."""
    day: list[dict[str, object]] = [{"name": "@day", "value": f"{START:%Y-%m-%d}"}]
    question = f"SELECT * FROM c WHERE STARTSWITH(c.{moment}, @day)"
    stored = {(item["id"], item[key]): item async for item in container.query_items(question, parameters=day)}
    named = {(item["id"], item[key]): item for item in wanted}
    for item_id, partition in stored.keys() - named.keys():
        await container.delete_item(item_id, partition_key=partition)
    for name, item in named.items():
        if {field: value for field, value in stored.get(name, {}).items() if field not in _OF_COSMOS} != item:
            await container.upsert_item(item)


def _verdicts(world: World) -> dict[str, list[dict[str, Any]]]:
    """The verdicts of a world by the path of their blob."""
    groups: dict[tuple[datetime, int | None], list[dict[str, Any]]] = {}
    for verdict in world.verdicts:
        groups.setdefault((datetime.fromisoformat(verdict["window_end"]), verdict["store_id"]), []).append(verdict)
    paths: dict[str, list[dict[str, Any]]] = {}
    for (end, store_id), verdicts in groups.items():
        # The name is that of the window as it was, whatever verdicts a fault has taken away.
        flagged = {e.id for e in world.events if e.flagged and window_end(e.window) == end and e.store == store_id}
        name = window_of_ids(store_id, end, flagged or {verdict["event_id"] for verdict in verdicts}).name
        paths[verdicts_path(name, end)] = verdicts
    return paths | world.by_place


def _case(world: World, path: str, verdicts: list[dict[str, Any]]) -> dict[str, Any] | None:
    case = case_from(path, msgspec.convert(verdicts, list[Verdict]))
    if case.id in world.lost_cases:
        return None
    changed = {"max_score": 1} if case.id in world.altered_cases else {}
    return msgspec.json.decode(msgspec.json.encode(case)) | changed


def document_of(world: World, document: Document) -> dict[str, Any]:
    """The document of an event in Cosmos, where the archiver puts it."""
    fields = world.document(document)
    return {**fields, "archive_key": archive_key(fields["store_id"], document.id)}


def _documents(world: World) -> list[dict[str, Any]]:
    return [{**document_of(world, document), "archive": stamps_of(document)} for document in world.documents]


def stamps_of(document: Document) -> dict[str, Any]:
    """The field that the archive adds to a document: the place of its event, and a time in its window."""
    partition, sequence = document.place
    moment = window_end(document.window).isoformat()
    return {"partition": str(partition), "sequence_number": sequence, "enqueued_time": moment, "run_id": "r"}


async def reconcile(
    span: Range, started: datetime | None = None, *, with_documents: bool = True
) -> tuple[Outcome, Report]:
    """Run all activities as the orchestration does; each passes JSON on, as the durable extension would."""
    request = Request(span, with_documents, again=True)
    plan = await plan_reconciliation(request)
    for stage, activity in STAGES.items():
        for number in range(plan.parts.get(stage, 0)):
            task = PartTask(request.id, stage, number)
            msgspec.to_builtins(await ACTIVITIES[activity.name](task))
    outcome = await write_report(ReportTask(request.id, started or span.end))
    await clear_run(RunName(request.id))
    report = await read_blob(await warehouse(names.REPORTS), outcome.reports["json"])
    return outcome, msgspec.json.decode(report, type=Report)

"""A range is not read again while nothing in its archives has changed, and always if anything has."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest

from activities.reconciliation import known_outcome
from activities.reconciliation.clear_run import clear_run
from activities.reconciliation.plan_reconciliation import plan_reconciliation
from fraud.identity import archive_key
from reconciliation.messages import Outcome, Request, RunName
from reconciliation.paths import report_path
from reconciliation.ranges import milliseconds, window_number
from reconciliation.reporting.report import Report
from services import cosmos, names
from services.blobs import read_blob, warehouse, write_blob
from tests.activities.reconciliation.stored_world import document_of, reconcile, store
from tests.reconciliation.outputs import suspicious_row
from tests.reconciliation.world import RANGE, START, World, event

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clients"), pytest.mark.asyncio(loop_scope="session")]

RUN = RANGE.instance_id
LATER = datetime.now(UTC) + timedelta(hours=1)
"""The time at which the runs say that they began; long after the documents were written."""


def a_world() -> World:
    random = Random(5)
    return World.of([event(random, START + timedelta(minutes=m), flagged=m % 3 == 0) for m in range(1, 60)])


async def known(request: Request | None = None) -> Outcome | None:
    """The outcome that a plan finds; its work is cleared, for no run follows it."""
    asked = request or Request(RANGE)
    plan = await plan_reconciliation(asked)
    await clear_run(RunName(asked.id))
    return plan.known


async def test_what_has_not_changed_is_answered_with_the_report_that_is_there():
    await store(a_world())
    outcome, _ = await reconcile(RANGE, started=LATER)

    assert await known() == msgspec.structs.replace(outcome, reused=True, head=msgspec.UNSET)
    assert outcome.read == LATER


async def test_differences_that_were_found_are_known_as_well():
    world = a_world()
    world.verdicts.pop()
    await store(world)
    outcome, _ = await reconcile(RANGE, started=LATER)

    answer = await known()

    assert outcome.verdict == "differences"
    assert answer is not None
    assert answer.accounts == outcome.accounts


async def test_everything_is_read_again_if_asked():
    await store(a_world())
    await reconcile(RANGE, started=LATER)

    assert await known(Request(RANGE, again=True)) is None
    assert await known(Request(RANGE, with_documents=False)) is None


async def rewritten(container: str, prefix: str) -> None:
    blobs = await warehouse(container)
    path = sorted([blob.name async for blob in blobs.list_blobs(name_starts_with=prefix)])[0]
    await write_blob(blobs, path, await read_blob(blobs, path) + b"\n")


async def deleted(container: str, prefix: str) -> None:
    blobs = await warehouse(container)
    path = sorted([blob.name async for blob in blobs.list_blobs(name_starts_with=prefix)])[0]
    await blobs.delete_blob(path)


async def added(container: str, path: str) -> None:
    await write_blob(await warehouse(container), path, b"{}")


async def document_added() -> None:
    moment = (START + timedelta(minutes=7)).isoformat()
    await (await cosmos.events()).upsert_item(
        {"id": "new", "store_id": 1, "archive_key": archive_key(1, "new"), "archive": {"enqueued_time": moment}}
    )


async def document_removed() -> None:
    container = await cosmos.events()
    query = "SELECT c.id, c.archive_key FROM c WHERE STARTSWITH(c.archive.enqueued_time, @day)"
    parameters: list[dict[str, object]] = [{"name": "@day", "value": f"{START:%Y-%m-%d}"}]
    items = [item async for item in container.query_items(query, parameters=parameters)]
    await container.delete_item(items[0]["id"], partition_key=items[0]["archive_key"])


CHANGES: dict[str, Callable[[], Awaitable[None]]] = {
    "an archive blob is rewritten": lambda: rewritten(names.ALL_EVENTS, "namespace/"),
    "an archive blob is deleted": lambda: deleted(names.ALL_EVENTS, "namespace/"),
    "a row of the stream job is rewritten": lambda: rewritten(names.SUSPICIOUS_EVENTS, f"{START:%Y/%m/%d/%H}"),
    "a verdict blob is deleted": lambda: deleted(names.FRAUD_EVENTS, f"{START:%Y/%m/%d/%H}"),
    "an event is quarantined": lambda: added(names.QUARANTINE, f"store-events/{START:%Y/%m/%d/%H}/p0-7.json"),
    "a document is added": document_added,
    "a document is removed": document_removed,
    "the report is gone": lambda: deleted(names.REPORTS, report_path(RUN, "json")),
    "the report is of another version": lambda: added(names.REPORTS, report_path(RUN, "json")),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_has_changed_is_read_again(change: str):
    await store(a_world())
    await reconcile(RANGE, started=LATER)

    await CHANGES[change]()

    assert await known() is None


async def test_a_document_that_was_changed_is_read_again():
    # A change leaves the number of documents as it was; Cosmos dates it, to the second. So a run that began just
    # now may not have read what was changed just now.
    world = a_world()
    await store(world)
    document = document_of(world, world.documents[0])
    container = await cosmos.events()
    await container.upsert_item(await container.read_item(document["id"], partition_key=document["archive_key"]))
    await reconcile(RANGE, started=datetime.now(UTC))
    assert await known() is None

    await reconcile(RANGE, started=datetime.now(UTC) + timedelta(minutes=2))
    assert await known() is not None


async def test_a_corrected_method_reads_everything_again(monkeypatch: pytest.MonkeyPatch):
    await store(a_world())
    await reconcile(RANGE, started=LATER)
    monkeypatch.setattr(known_outcome, "METHOD", "another")

    assert await known() is None


async def test_a_report_says_nothing_of_documents_that_were_found_elsewhere():
    # The number of documents of the range does not tell what becomes of them.
    world = a_world()
    await store(world)
    container = await cosmos.events()
    document = world.documents[0]
    moved = {**document_of(world, document), "archive": {"enqueued_time": "2025-01-01T00:00:00+00:00"}}
    await container.upsert_item(moved)

    outcome, report = await reconcile(RANGE, started=LATER)

    assert outcome.balanced
    assert report.fingerprint is None
    assert await known() is None
    await container.delete_item(document.id, partition_key=str(moved["archive_key"]))


async def test_the_evidence_of_the_same_archives_is_the_same():
    await store(a_world())
    _, first = await reconcile(RANGE, started=LATER)
    _, second = await reconcile(RANGE, started=LATER + timedelta(days=1))

    assert msgspec.structs.replace(second, started=LATER) == first
    assert isinstance(first, Report)
    assert first.fingerprint


@pytest.mark.parametrize(("minutes", "is_known"), [(600, True), (30, False)])
async def test_what_the_job_writes_later_counts_only_if_it_is_of_the_range(minutes: int, is_known: bool):
    # The job's paths tell when it wrote: hours later, if it stood still. Meanwhile they fill with other windows.
    await store(a_world())
    await reconcile(RANGE, started=LATER)

    row = suspicious_row(window_number(milliseconds(START + timedelta(minutes=minutes))), 3, ["late"])
    path = f"{START + timedelta(hours=10):%Y/%m/%d/%H}/0_late_1.json"
    await write_blob(await warehouse(names.SUSPICIOUS_EVENTS), path, msgspec.json.encode(row))

    assert ((await known()) is not None) == is_known

"""The activities on real Blob Storage and Cosmos: the report says what the same world says without any storage."""

from datetime import timedelta
from random import Random

import msgspec
import pytest

from activities.reconciliation.clear_run import clear_run
from activities.reconciliation.plan_reconciliation import plan_reconciliation
from activities.reconciliation.plan_repair import plan_repair
from activities.reconciliation.scan_archive import scan_archive
from reconciliation.messages import PartTask, Request, RunName
from reconciliation.paths import report_folder, run_folder, sums_path
from reconciliation.reading.scan import ScanSums
from reconciliation.repairing.repair import RepairRequest
from reconciliation.reporting.report import Report
from services import names
from services.blobs import read_blob, warehouse, workflow_data
from tests.activities.reconciliation.stored_world import PREFIXES, reconcile, store
from tests.reconciliation.outputs import suspicious_row
from tests.reconciliation.world import RANGE, START, World, event

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clients"), pytest.mark.asyncio(loop_scope="session")]


FOLDER = report_folder(RANGE.instance_id)


def a_world(random: Random) -> World:
    moments = [START + timedelta(seconds=random.randrange(-600, 4_200)) for _ in range(60)]
    stores = (None, 1, 2)
    return World.of(
        [event(random, m, flagged=i % 3 == 0, partition=i % 2, store=stores[i % 3 - 1]) for i, m in enumerate(moments)]
    )


async def test_a_clean_world_balances_and_leaves_no_work_blobs():
    world = a_world(Random(1))
    await store(world)

    outcome, report = await reconcile(RANGE)

    assert report == renamed(world.reconcile(), report)
    assert (outcome.verdict, outcome.balanced) == ("balanced", True)
    assert outcome.accounts.expected == outcome.accounts.matched > 0
    own = f"{run_folder(RANGE.instance_id)}/"
    assert [blob.name async for blob in (await workflow_data()).list_blobs(name_starts_with=own)] == []


async def test_planted_faults_are_named_and_listed():
    world = a_world(Random(2))
    inside = [e for e in world.events if RANGE.first_window <= e.window <= RANGE.last_window]
    lost = next(e for e in inside if e.flagged)
    world.verdicts = [v for v in world.verdicts if v["event_id"] != lost.id]
    unarchived = next(e for e in inside if not e.flagged)
    world.documents = [d for d in world.documents if d[0] != unarchived.id]
    world.suspicious.append(suspicious_row(RANGE.first_window, 3, ["0" * 8, "foreign/id?"]))
    await store(world)

    outcome, report = await reconcile(RANGE)

    assert outcome.verdict == "differences"
    ids = {of_class.name: [difference.event_id for difference in of_class.examples] for of_class in report.differences}
    assert ids == {
        "missing_from_fraud": [lost.id],
        "absent_from_cosmos": [unarchived.id],
        "unexpected_absent_from_archive": ["0" * 8, "foreign/id?"],
    }
    (example,) = next(of_class for of_class in report.differences if of_class.name == "missing_from_fraud").examples
    captured = [path.removeprefix("all-events/") for path in example.blobs if path.startswith("all-events/")]
    holding = [await read_blob(await warehouse(names.ALL_EVENTS), path) for path in captured]
    assert any(lost.id.encode() in data for data in holding), "a link leads to the blob that holds the event"
    page = (await read_blob(await warehouse(names.REPORTS), outcome.reports["html"])).decode()
    assert f'href="blobs/{example.blobs[0]}"' in page, "the app serves it beside the page"
    assert report.warehouse.endswith("/devstoreaccount1")
    lines = (await read_blob(await warehouse(names.REPORTS), report.lists[0])).splitlines()
    assert len(lines) == 4


async def test_a_second_run_writes_the_same_report_byte_for_byte():
    await store(a_world(Random(3)))
    await reconcile(RANGE)
    reports = await warehouse(names.REPORTS)
    first = {blob.name: await read_blob(reports, blob.name) async for blob in reports.list_blobs(f"{FOLDER}/")}

    await reconcile(RANGE)

    assert {blob.name: await read_blob(reports, blob.name) async for blob in reports.list_blobs(f"{FOLDER}/")} == first
    assert len(first) == 3


async def test_a_blob_that_vanishes_after_the_plan_is_reported_and_the_rest_counted():
    world = a_world(Random(4))
    await store(world)
    plan = await plan_reconciliation(Request(RANGE))
    path = next(path for path in sorted(world.blobs) if "/10/35/" in path)
    await (await warehouse(names.ALL_EVENTS)).delete_blob(path.replace("ns/", "namespace/"))

    read = [await scan_archive(PartTask(RANGE.instance_id, "scan", number)) for number in range(plan.parts["scan"])]

    sums = [
        msgspec.json.decode(
            await read_blob(await workflow_data(), sums_path(RANGE.instance_id, "scan", number)), type=ScanSums
        )
        for number in range(plan.parts["scan"])
    ]
    assert [(place.path, place.reason) for part_sums in sums for place in part_sums.unreadable] == [
        (path.replace("ns/", "all-events/namespace/"), "the blob was deleted after it had been listed")
    ]
    assert sum(part_sums.records for part_sums in read) > len(world.events) // 2
    await clear_run(RunName(RANGE.instance_id))


@pytest.mark.parametrize("archive", [names.ALL_EVENTS, names.SUSPICIOUS_EVENTS, names.FRAUD_EVENTS])
async def test_a_blob_in_the_archive_tier_is_named_and_stops_neither_report_nor_repair(archive: str):
    world = a_world(Random(7))
    await store(world)
    container = await warehouse(archive)
    paths = [
        blob.name
        for prefix in PREFIXES[archive]
        async for blob in container.list_blobs(name_starts_with=prefix)
        if archive != names.ALL_EVENTS or "/10/35/" in blob.name
    ]
    blob = container.get_blob_client(paths[len(paths) // 2])
    await blob.set_standard_blob_tier("Archive")

    _, report = await reconcile(RANGE)
    await plan_repair(RepairRequest(RANGE.instance_id))

    assert [(place.path, place.reason) for place in report.unreadable] == [
        (f"{archive}/{blob.blob_name}", "the blob is in the archive tier: bring it back, and reconcile again")
    ]
    assert not report.balanced
    await blob.set_standard_blob_tier("Hot")
    outcome, _ = await reconcile(RANGE)
    assert outcome.balanced


def renamed(expected: Report, like: Report) -> Report:
    """The same report; a namespace in storage is named like Azure's, and only what is stored has etags."""
    assert like.archive_blobs == expected.archive_blobs
    written = msgspec.json.encode(expected)
    for before in (b'"', b"all-events/"):
        written = written.replace(before + b"ns/", before + b"namespace/")
    report = msgspec.json.decode(written, type=Report)
    return msgspec.structs.replace(report, fingerprint=like.fingerprint)


async def test_after_a_stand_still_the_last_blobs_before_it_tell_the_numbers():
    random = Random(6)
    earlier = [event(random, START - timedelta(minutes=13), partition=n % 2) for n in range(10)]
    inside = [event(random, START + timedelta(minutes=n), partition=n % 2) for n in range(2, 58)]
    world = World.of([*earlier, *inside])
    # What was captured before lies a day back: in between, nothing ran.
    yesterday = f"{START - timedelta(days=1):%Y/%m/%d}/23"
    for path in [path for path in world.blobs if "/09/" in path or "/10/00/" in path]:
        namespace, hub, partition, *_, minute, second = path.split("/")
        world.blobs["/".join((namespace, hub, partition, yesterday, minute, second))] = world.blobs.pop(path)
    await store(world)

    _, report = await reconcile(RANGE)

    assert report.gaps == []
    await (await warehouse(names.ALL_EVENTS)).delete_blob(f"namespace/store-events/1/{START:%Y/%m/%d}/10/05/00.avro")
    _, report = await reconcile(RANGE)
    assert [(gap.partition[-1], gap.first, gap.last) for gap in report.gaps] == [("1", 5, 5)]


async def test_a_run_without_cosmos_leaves_the_report_of_the_whole_run_as_it_is():
    world = a_world(Random(7))
    unarchived = next(e for e in world.events if RANGE.first_window <= e.window <= RANGE.last_window)
    world.documents = [document for document in world.documents if document[0] != unarchived.id]
    await store(world)
    whole, _ = await reconcile(RANGE)

    without, report = await reconcile(RANGE, with_documents=False)

    assert (whole.verdict, without.verdict, without.id) == ("differences", "balanced", f"{whole.id}-without-cosmos")
    reports = await warehouse(names.REPORTS)
    kept = msgspec.json.decode(await read_blob(reports, whole.reports["json"]), type=Report)
    assert (kept.id, kept.with_cosmos, kept.verdict) == (whole.id, True, "differences")
    for path in without.reports.values():
        assert b"Cosmos was left out" in await read_blob(reports, path)
    assert report.with_cosmos is False


@pytest.mark.parametrize(("hours", "first"), [(3, 5), (None, None)])
async def test_the_blobs_of_all_partitions_that_are_gone_after_idle_hours_are_gaps(
    hours: int | None, first: int | None
):
    """Where all lack a blob, Capture may have stood still: the numbers before tell, or the absence of any."""
    random = Random(8)
    earlier = [event(random, START - timedelta(minutes=8), partition=n % 2) for n in range(10)] if hours else []
    inside = [event(random, START + timedelta(minutes=n), partition=n % 2) for n in range(6, 58)]
    world = World.of([*earlier, *inside])
    for path in [path for path in world.blobs if "/09/55/" in path and hours]:
        # Since what was captured before, the partitions have had no events.
        moved = f"{START - timedelta(hours=hours or 0):%Y/%m/%d/%H/55}"
        namespace, store_events, partition, *_, second = path.split("/")
        world.blobs["/".join((namespace, store_events, partition, moved, second))] = world.blobs[path]
        world.blobs[path] = next(blob for name, blob in world.blobs.items() if "/09/50/" in name)
    await store(world)
    _, report = await reconcile(RANGE)
    assert report.gaps == []

    for partition in "01":
        await (await warehouse(names.ALL_EVENTS)).delete_blob(
            f"namespace/store-events/{partition}/{START:%Y/%m/%d}/10/10/00.avro"
        )
    _, report = await reconcile(RANGE)

    assert [(gap.partition[-1], gap.first, gap.last) for gap in report.gaps] == [
        ("0", first, 1 + (first or 0)),
        ("1", first, 1 + (first or 0)),
    ]

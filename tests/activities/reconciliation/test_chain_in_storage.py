"""Reports and watermarks are chained in storage, and whatever is done to them afterwards is found."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random

import msgspec
import pytest
import pytest_asyncio

from activities.desk.reports import recent_reports
from activities.reconciliation.chain import append, verify_chain
from activities.reconciliation.chain_head import HEAD_PATH
from activities.reconciliation.watermark import COPY_PATH, read_watermark, write_watermark
from activities.watching.kept import read_night, write_night
from fraud.watching.checks import ALTERED, Night
from fraud.windows import compact_time
from reconciliation.chain import KeptHead, link_path, parse_head
from reconciliation.messages import Outcome
from reconciliation.nightly import NightlyTask, Watermark
from reconciliation.paths import report_path
from services import names
from services.blobs import delete_blob, read_blob, warehouse, workflow_data, write_blob
from services.concurrency import together
from tests.activities.reconciliation.stored_world import reconcile, store
from tests.activities.reconciliation.test_activities import a_world
from tests.activities.reconciliation.test_known_outcome import LATER, known
from tests.reconciliation.world import RANGE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clients"), pytest.mark.asyncio(loop_scope="session")]

WATERMARK = "reconciliations/watermark.json"


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def fresh() -> AsyncIterator[None]:
    """No chain before, and none left behind for the reports of other tests."""
    await clear_chain()
    yield
    await clear_chain()


async def clear_chain() -> None:
    """Delete the chain, its head, the reports and what was acknowledged of them."""
    reports = await warehouse(names.REPORTS)
    for folder in ("chain/", "reconciliations/", "acknowledgements/"):
        async for blob in reports.list_blobs(name_starts_with=folder):
            await reports.delete_blob(blob.name)
    for path in (HEAD_PATH, COPY_PATH):
        await delete_blob(await workflow_data(), path)


async def two_nights() -> list[Outcome]:
    outcomes: list[Outcome] = []
    await store(a_world(Random(31)))
    for with_documents in (False, True):
        outcome, _ = await reconcile(RANGE, with_documents=with_documents)
        outcomes.append(outcome)
        await write_watermark(Watermark(RANGE.end + timedelta(days=len(outcomes))))
    return outcomes


async def problems() -> list[str]:
    return (await verify_chain()).problems


async def test_what_was_written_is_in_order_and_each_outcome_tells_the_head():
    first, second = await two_nights()

    verified = await verify_chain(parse_head(str(first.head)))

    assert (verified.problems, verified.links) == ([], 4)
    assert [str(outcome.head).partition(":")[0] for outcome in (first, second)] == ["1", "3"]
    await reconcile(RANGE)
    assert await problems() == [], "a report that is written again takes the place of the one before"


@pytest.mark.parametrize("kind", ["json", "html", "md"])
async def test_a_changed_or_deleted_report_is_found(kind: str):
    first, _ = await two_nights()
    reports = await warehouse(names.REPORTS)
    path = report_path(first.id, kind)
    data = await read_blob(reports, path)

    await write_blob(reports, path, data.replace(b"balance", b"Balance"))
    assert await problems() == [f"{path} is not what was written"]
    await reports.delete_blob(path)
    assert await problems() == [f"{path} is missing"]
    await write_blob(reports, path, data)
    assert await problems() == []
    other = path.replace("-without-cosmos", "")
    await write_blob(reports, path, await read_blob(reports, other))
    await write_blob(reports, other, data)
    assert await problems() == [f"{changed} is not what was written" for changed in sorted((path, other))]


async def test_a_watermark_or_link_that_was_changed_is_found_the_newest_included():
    await two_nights()
    reports = await warehouse(names.REPORTS)
    for path in (WATERMARK, *map(link_path, (1, 2, 3, 4))):
        data = await read_blob(reports, path)
        await write_blob(reports, path, data.replace(b"Z", b"z").replace(b"a", b"b"))
        assert await problems() != [], path
        await reports.delete_blob(path)
        assert await problems() != [], path
        await write_blob(reports, path, data)
        assert await problems() == [], path


async def test_what_somebody_puts_into_the_archive_tier_is_found_and_stops_no_look():
    await two_nights()
    now = RANGE.end
    await write_night(Night(ended=now, run="r", verdict="balanced", faults=0))
    reports = await warehouse(names.REPORTS)
    (note,) = [name async for name in reports.list_blob_names(name_starts_with=f"nights/{compact_time(now)}-")]
    nights: list[str] = []
    told: list[bool] = []
    for path in (note, link_path(5)):
        blob = reports.get_blob_client(path)
        await blob.set_standard_blob_tier("Archive")
        night = await read_night(now)
        nights.append(night.verdict if night else "")
        told.append(await problems() != [])
        await blob.set_standard_blob_tier("Hot")
    await reports.delete_blob(note)

    # The link was read before it went there.
    assert (nights, told) == ([ALTERED, "balanced"], [True, True])


@pytest.mark.parametrize("fault", ["Hot", "Archive", "leased", "snapshot"])
async def test_a_link_that_another_hand_puts_behind_the_last_one_is_named_replaced_and_stops_no_report(fault: str):
    await two_nights()
    reports = await warehouse(names.REPORTS)
    await write_blob(reports, link_path(5), await read_blob(reports, link_path(4)))
    link = reports.get_blob_client(link_path(5))
    if fault == "leased":
        await link.acquire_lease()
    else:
        if fault == "snapshot":
            await link.create_snapshot()
        await link.set_standard_blob_tier("Hot" if fault == "Hot" else "Archive")
    planted = await problems()

    await append("after", [WATERMARK])

    assert planted != []
    assert ((await verify_chain()).links, await problems()) == (5, [])


async def test_a_report_that_another_hand_wrote_is_found():
    await two_nights()
    stray = f"reconciliations/{RANGE.instance_id}/differences-00099.ndjson"

    await write_blob(await warehouse(names.REPORTS), stray, b"{}")

    assert [problem.partition(" ")[0] for problem in await problems()] == [stray]


async def test_a_link_far_behind_all_others_does_not_make_the_chain_endless():
    await two_nights()
    reports = await warehouse(names.REPORTS)
    strays = ["chain/99999999.json", "chain/00000007.json.bak", "chain/\u0661.json", "chain/7.json"]
    for stray in strays:
        await write_blob(reports, stray, b"{}")

    async with asyncio.timeout(60):
        verified = await verify_chain()

    assert (verified.links, sorted(problem.partition(" ")[0] for problem in verified.problems)) == (4, sorted(strays))
    await (await workflow_data()).delete_blob(HEAD_PATH)
    await append("after", [WATERMARK])
    assert (await verify_chain()).links == 6


async def test_a_report_that_was_exchanged_is_not_the_answer_when_the_range_is_asked_for_again():
    await store(a_world(Random(31)))
    outcome, _ = await reconcile(RANGE, started=LATER)
    assert await known() is not None
    reports, path = await warehouse(names.REPORTS), report_path(outcome.id, "json")
    data = await read_blob(reports, path)

    await write_blob(reports, path, data.replace(b'"balanced": false', b'"balanced": true'))
    await write_blob(reports, path, await read_blob(reports, path) + b"\n")
    assert await known() is None

    await write_blob(reports, path, data)
    assert await known() is not None
    link = await read_blob(reports, link_path(1))
    await write_blob(reports, link_path(1), link.replace(b'"', b' "'))
    assert await known() is None


@pytest.mark.parametrize("fault", ["archived", "deep"])
async def test_a_report_and_a_watermark_that_somebody_has_made_unreadable_stop_no_night(fault: str):
    await store(a_world(Random(31)))
    outcome, _ = await reconcile(RANGE, started=LATER)
    await write_watermark(Watermark(RANGE.end))
    reports = await warehouse(names.REPORTS)
    for path in (report_path(outcome.id, "json"), WATERMARK):
        if fault == "archived":
            await reports.get_blob_client(path).set_standard_blob_tier("Archive")
        else:
            await write_blob(reports, path, b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")

    assert await known() is None
    assert await read_watermark(NightlyTask(RANGE.end + timedelta(days=9))) == Watermark(RANGE.end)
    assert [(each.run, each.verdict) for each in await recent_reports()] == [(outcome.id, "unread")]


@pytest.mark.parametrize("days", [-3, 3])
async def test_a_watermark_that_was_moved_lets_no_night_pass_over_a_range(days: int):
    await two_nights()
    task, reports = NightlyTask(RANGE.end + timedelta(days=9)), await warehouse(names.REPORTS)
    written = await read_watermark(task)

    await write_blob(reports, WATERMARK, msgspec.json.encode(Watermark(written.until + timedelta(days=days))))
    assert (await read_watermark(task)).until <= written.until
    await write_blob(reports, WATERMARK, b"moved")
    assert await read_watermark(task) == written
    await reports.delete_blob(WATERMARK)
    assert await read_watermark(task) == written


async def test_writers_at_once_make_one_chain_and_a_dead_one_leaves_it_whole():
    reports = await warehouse(names.REPORTS)
    paths = [f"reconciliations/many-{number}/report.json" for number in range(6)]
    for path in paths:
        await write_blob(reports, path, path.encode())
    await together((append(path, [path]) for path in paths), at_once=6)
    assert (await verify_chain()).links == 6
    assert await problems() == []

    # Killed between the link and the head: the head stays behind, and the next one goes on.
    before = await read_blob(await workflow_data(), HEAD_PATH)
    after = await append("killed", paths[:2])
    announcing = msgspec.structs.replace(msgspec.json.decode(before, type=KeptHead), announced=after.digest)
    await write_blob(await workflow_data(), HEAD_PATH, msgspec.json.encode(announcing))
    assert await problems() == []
    await append("killed", paths[:2])
    assert (await verify_chain()).links == 7
    await append("next", paths[:1])
    assert ((await verify_chain()).links, await problems()) == (8, [])

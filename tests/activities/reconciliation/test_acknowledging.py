"""Acknowledgements in storage: each a blob of its own that nothing replaces, and a link of the chain."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest
import pytest_asyncio

from activities.reconciliation.acknowledge import (
    UnknownDifferenceError,
    acknowledge,
    page_with_acknowledgements,
    read_acknowledged,
    read_acknowledgements,
    with_acknowledged,
)
from activities.reconciliation.chain import verify_chain
from activities.reconciliation.compare_buckets import DifferenceLine
from fraud.watching.checks import Night
from reconciliation.chain import link_path
from reconciliation.paths import report_path
from reconciliation.reporting.acknowledgements import Acknowledgement, key_of, key_of_number
from reconciliation.reporting.report import Report
from services import cosmos, names
from services.blobs import delete_blob, read_blob, warehouse, write_blob
from services.clients import close_clients
from tests.activities.reconciliation.stored_world import reconcile, store
from tests.activities.reconciliation.test_activities import a_world
from tests.activities.reconciliation.test_cases_in_storage import cases_in_range
from tests.activities.reconciliation.test_chain_in_storage import clear_chain
from tests.reconciliation.world import RANGE, World

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clients"), pytest.mark.asyncio(loop_scope="session")]

RUN = RANGE.instance_id
NOW = datetime(2026, 1, 3, tzinfo=UTC)


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def fresh() -> AsyncIterator[None]:
    """No chain and no acknowledgement before, and none left behind."""
    await clear_chain()
    yield
    await clear_chain()


async def unjudged(number: int) -> tuple[World, Report]:
    """A world without some of its verdicts, and its report."""
    world = a_world(Random(41))
    inside = [e.id for e in world.events if e.flagged and RANGE.first_window <= e.window <= RANGE.last_window]
    world.verdicts = [verdict for verdict in world.verdicts if verdict["event_id"] not in inside[:number]]
    await store(world)
    _, report = await reconcile(RANGE)
    return world, report


def all_of(report: Report, who: str = "ana", when: datetime = NOW) -> list[Acknowledgement]:
    return [
        Acknowledgement(run=RUN, name=of_class.name, key=key_of(difference), who=who, when=when, why="a drill")
        for of_class in report.differences
        for difference in of_class.examples
    ]


def night(report: Report) -> Night:
    return Night(ended=NOW, run=RUN, verdict="differences", faults=report.accounts.missing_from_fraud)


async def test_a_night_is_not_red_once_all_its_differences_are_acknowledged_and_is_with_a_new_one():
    _, report = await unjudged(2)
    first, second = all_of(report)
    assert await with_acknowledged(night(report)) == night(report)

    await acknowledge([first])
    half = await with_acknowledged(night(report))
    await acknowledge([second])
    whole = await with_acknowledged(night(report))

    assert half
    assert whole
    assert (half.acknowledged, whole.acknowledged, whole.faults) == (0, 2, 2)
    assert (await read_acknowledged(RUN)).open.left == 0
    _, report = await unjudged(3)
    again = await with_acknowledged(night(report))
    assert again
    assert (again.faults, (await read_acknowledged(RUN)).open.left) == (3, 1)
    assert again.faults - again.acknowledged > 0


@pytest.mark.parametrize("is_case", [True, False])
async def test_a_verdict_or_case_that_was_falsified_in_the_same_field_once_more_is_open_again(*, is_case: bool):
    world = a_world(Random(43))
    inside = [e.id for e in world.events if e.flagged and RANGE.first_window <= e.window <= RANGE.last_window]
    verdict = next(each for each in world.verdicts if each["event_id"] == inside[0])
    await store(world)
    case, *_ = await cases_in_range()

    async def falsify(score: int) -> Report:
        if is_case:
            await (await cosmos.cases()).upsert_item(case | {"max_score": score})
        else:
            verdict["score"] = score
            await store(world)
        return (await reconcile(RANGE))[1]

    first = await falsify(1)
    assert {(each.name, *each.examples[0].fields) for each in first.differences} == {
        ("case_differs", "max_score") if is_case else ("verdict_differs", "score")
    }
    await acknowledge(all_of(first))
    assert (await read_acknowledged(RUN)).open.left == 0
    await falsify(1)
    assert (await read_acknowledged(RUN)).open.left == 0, "the same is still acknowledged"
    await falsify(2)
    assert (await read_acknowledged(RUN)).open.left == 1


async def test_a_list_that_somebody_has_doubled_makes_no_night_green():
    _, report = await unjudged(2)
    await acknowledge(all_of(report)[:1])
    reports = await warehouse(names.REPORTS)
    key = all_of(report)[0].key
    for path in report.lists:
        lines = (await read_blob(reports, path)).splitlines(keepends=True)
        same = [line for line in lines if key_of(msgspec.json.decode(line, type=DifferenceLine).difference) == key]
        await write_blob(reports, path, b"".join(same) * 2)
    changed = msgspec.structs.replace(report, differences=[msgspec.structs.replace(report.differences[0], count=1)])
    await write_blob(reports, report_path(RUN, "json"), msgspec.json.encode(changed))

    assert await with_acknowledged(night(report)) == night(report)


async def test_who_was_first_stays_and_the_report_and_its_links_are_as_they_were():
    _, report = await unjudged(1)
    before = await read_blob(await warehouse(names.REPORTS), report_path(RUN, "json"))
    (given,) = all_of(report)

    kept = await acknowledge([given])
    later = await acknowledge(all_of(report, "bob", NOW + timedelta(hours=1)))
    again = await acknowledge(all_of(report, "ana", NOW + timedelta(hours=2)))

    assert kept == later == again == [given] == await read_acknowledgements(RUN)
    assert await read_blob(await warehouse(names.REPORTS), report_path(RUN, "json")) == before
    assert (await verify_chain()).problems == []


@pytest.mark.parametrize("touched", ["report", "list", "acknowledgement"])
@pytest.mark.parametrize("fault", ["archived", "deep", "deleted"])
async def test_what_somebody_has_made_unreadable_acknowledges_nothing_and_stops_no_look(touched: str, fault: str):
    _, report = await unjudged(1)
    (given,) = all_of(report)
    await acknowledge([given])
    reports = await warehouse(names.REPORTS)
    path = {"report": report_path(RUN, "json"), "list": report.lists[0], "acknowledgement": given.path}[touched]
    before = await with_acknowledged(night(report))
    if fault == "archived":
        await reports.get_blob_client(path).set_standard_blob_tier("Archive")
    elif fault == "deep":
        await write_blob(reports, path, b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    else:
        await delete_blob(reports, path)

    after = await with_acknowledged(night(report))
    await delete_blob(reports, path)

    assert [each and each.acknowledged for each in (before, after)] == [1, 0]


@pytest.mark.parametrize("fault", ["changed", "deleted", "forged"])
async def test_an_acknowledgement_that_somebody_has_touched_is_found(fault: str):
    _, report = await unjudged(2)
    given, other = all_of(report)
    await acknowledge([given])
    reports = await warehouse(names.REPORTS)

    touched = other if fault == "forged" else given
    if fault == "deleted":
        await delete_blob(reports, touched.path)
    else:
        await write_blob(reports, touched.path, msgspec.json.encode(msgspec.structs.replace(touched, who="mallory")))

    (problem,) = (await verify_chain()).problems
    assert touched.path in problem
    counted = await read_acknowledgements(RUN)
    assert counted == ([given] if fault == "forged" else []), "nobody counts what the chain does not hold"
    again = await acknowledge([msgspec.structs.replace(touched, who="bob")])
    assert [each.who for each in again] == ["bob"], "a person can still say it"
    assert touched.path in {each.path for each in await read_acknowledgements(RUN)}
    assert (await verify_chain()).problems == []


async def test_an_acknowledgement_from_before_a_break_of_the_chain_counts_no_more():
    _, report = await unjudged(2)
    first, second = all_of(report)
    await acknowledge([first])
    await acknowledge([second])
    assert await read_acknowledgements(RUN) == [first, second]
    reports = await warehouse(names.REPORTS)
    link = await read_blob(reports, link_path(2))

    await write_blob(reports, link_path(2), link.replace(b'"', b' "'))
    await close_clients()
    assert await read_acknowledgements(RUN) == [second]

    await write_blob(await warehouse(names.REPORTS), link_path(2), link)
    assert await read_acknowledgements(RUN) == [first, second]


async def test_what_the_report_does_not_have_cannot_be_acknowledged():
    _, report = await unjudged(1)
    (given,) = all_of(report)
    unknown = msgspec.structs.replace(given, key="0" * 16)

    with pytest.raises(UnknownDifferenceError, match="missing_from_fraud with the key 0000"):
        await acknowledge([given, unknown])

    assert await read_acknowledgements(RUN) == []


async def test_a_blob_under_another_name_than_its_own_acknowledges_nothing():
    _, report = await unjudged(1)
    (given,) = all_of(report)
    path = given.path.replace("missing_from_fraud", "duplicates")
    await write_blob(await warehouse(names.REPORTS), path, msgspec.json.encode(given))
    await write_blob(await warehouse(names.REPORTS), given.path, b"{")

    assert await read_acknowledgements(RUN) == []
    assert await page_with_acknowledgements(RUN) is None


async def test_a_gap_is_acknowledged_and_shown():
    world = a_world(Random(42))
    path = next(path for path in sorted(world.blobs) if "/0/2026/01/02/10/30" in path)
    del world.blobs[path]
    await store(world)
    _, report = await reconcile(RANGE)
    key = key_of_number(report, "archive_gaps") or ""

    await acknowledge(
        [Acknowledgement(run=RUN, name="archive_gaps", key=key, who="ana", when=NOW, why="Capture was off")]
    )

    page = await page_with_acknowledgements(RUN)
    assert page is not None
    assert "Capture was off" in page
    assert (await read_acknowledged(RUN)).open.acknowledged == {"archive_gaps": report.accounts.archive_gaps}

"""A case that somebody has closed past the desk is named by the verification, and by the night."""
# pyright: reportPrivateUsage=false

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.keep_verdicts import VerdictsPlace, keep_verdicts
from activities.verify import verify
from activities.watching.kept import read_night
from activities.watching.note_night import note_night
from fraud.desk.callers import Caller
from fraud.desk.changes import assigned, commented, decided, reopened
from fraud.desk.rows import CaseRow
from fraud.judging import judged
from fraud.verdicts import amended, to_ndjson, verdicts_path
from fraud.watching.checks import Night
from services import cosmos
from services.desk import touched_reviews
from services.desk.cases import find_case
from services.desk.reviews import change_case
from services.watching import azure_time
from tests.fraud.builders import WINDOW_ENDING_1010

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

ANA = Caller(name="Ana", role="analyst", by="name")
NOW = datetime(2026, 1, 2, 11, tzinfo=UTC)


async def a_case() -> str:
    """A case with a high verdict, as an analysis leaves it."""
    name = f"window-3-touched-{uuid.uuid4().hex}"
    sale = {"id": name, "event_type": "sale_event", "store_id": 3, "discount": 60, "priority_shipping": True}
    path = verdicts_path(name, WINDOW_ENDING_1010.end)
    place = VerdictsPlace(name=name, store_id=3, window=WINDOW_ENDING_1010, path=path)
    await keep_verdicts(place, to_ndjson([judged(sale, 3, WINDOW_ENDING_1010, None)]), amended)
    return name


async def review(name: str, *changes: Callable[[CaseRow], Any]) -> None:
    """As a person does at the desk."""
    for change in changes:
        await change_case(name, (await find_case(name)).etag.strip('"'), change)


async def touch(name: str, change: dict[str, Any]) -> None:
    """As somebody does who may write documents."""
    container = await cosmos.cases()
    document: dict[str, Any] = dict(await container.read_item(name, 3))
    await container.upsert_item({**document, "review": {**document.get("review", {}), **change}})


async def problems_of(name: str) -> list[str]:
    return [problem.removeprefix(f"the case {name}: ") for problem in (await verify()).problems if name in problem]


async def test_what_people_do_at_the_desk_is_in_order():
    untouched, worked_on = await a_case(), await a_case()
    await review(
        worked_on,
        lambda case: commented(case, ANA, NOW, "strange"),
        lambda case: assigned(case, ANA, NOW, "Ana", None),
        lambda case: decided(case, ANA, NOW, "dismissed", "a friend of the house"),
    )

    assert (await problems_of(untouched), await problems_of(worked_on)) == ([], [])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"state": "dismissed"}, "the case is dismissed, and its journal leads to open"),
        ({"state": "dismissed", "entries": 3}, "the journal lacks 3 of its 3 entries, the first is 1"),
        (
            {"state": "dismissed", "entries": 10**15},
            f"the journal lacks {10**15} of its {10**15} entries, the first is 1",
        ),
        ({"assignee": "Ben"}, "the case has a review, and its journal is empty"),
        ({"state": "expired", "decided_by": "Ana"}, "the case is expired, and its journal leads to open"),
        ({"state": "gone"}, "its review cannot be read"),
    ],
)
async def test_a_case_that_was_closed_without_a_journal_is_named(change: dict[str, Any], problem: str):
    name = await a_case()
    await touch(name, change)

    assert await problems_of(name) == [problem]


async def test_a_decision_that_was_exchanged_is_named_until_the_case_is_reopened_and_told_by_the_night():
    name = await a_case()
    await review(name, lambda case: decided(case, ANA, NOW, "confirmed", "a ring"))
    await touch(name, {"state": "dismissed", "why": "nothing"})
    await note_night(Night(ended=await azure_time(), run="r", verdict="balanced", faults=0))
    night = await read_night(await azure_time())

    assert await problems_of(name) == ["the case is dismissed, and its journal leads to confirmed"]
    assert night is not None
    assert night.broken >= 1


@pytest.mark.parametrize("change", [{"state": "dismissed", "why": "no"}, {"assignee": "Ana"}, {"step": "expired"}])
@pytest.mark.parametrize("entries", [0, 1])
async def test_a_review_of_another_hand_becomes_no_written_one_by_a_comment_but_by_a_reopening(
    entries: int, change: dict[str, Any]
):
    name = await a_case()
    for _ in range(entries):
        await review(name, lambda case: commented(case, ANA, NOW, "strange"))
    await touch(name, change)

    await review(name, lambda case: commented(case, ANA, NOW, "a word"))
    upon = await problems_of(name)
    if "state" not in change:
        await review(name, lambda case: decided(case, ANA, NOW, "confirmed", "a ring"))
    decided_upon = await problems_of(name)
    await review(name, lambda case: reopened(case, ANA, NOW, "to look again"))
    await review(name, lambda case: commented(case, ANA, NOW, "more"))

    assert upon == decided_upon == [f"entry {entries + 1} of the journal was written upon a review that was not"]
    assert await problems_of(name) == []


async def test_a_journal_whose_last_entry_was_deleted_or_altered_is_named():
    deleted, altered = await a_case(), await a_case()
    for name in (deleted, altered):
        await review(name, lambda case: decided(case, ANA, NOW, "dismissed", "an error"))
    container = await cosmos.cases()
    await container.delete_item(f"journal:{deleted}:000001", 3)
    entry: dict[str, Any] = dict(await container.read_item(f"journal:{altered}:000001", 3))
    await container.upsert_item(entry | {"state": "open"})

    assert await problems_of(deleted) == ["the journal lacks 1 of its 1 entries, the first is 1"]
    assert await problems_of(altered) == ["the case is dismissed, and its journal leads to open"]


@pytest.mark.parametrize("fault", ["planted", "set back"])
async def test_a_case_whose_next_entry_somebody_has_put_there_can_be_decided_and_is_named(fault: str):
    name, container = await a_case(), await cosmos.cases()
    if fault == "planted":
        for number in (1, 2, 4):
            await container.upsert_item({"id": f"journal:{name}:{number:06}", "store_id": 3, "type": "journal"})
    else:
        before: dict[str, Any] = dict(await container.read_item(name, 3))
        await review(name, lambda case: commented(case, ANA, NOW, "strange"))
        await container.upsert_item(before)

    await review(name, lambda case: decided(case, ANA, NOW, "confirmed", "a ring"))

    case = await find_case(name)
    assert (case.review.state, case.review.entries) == ("confirmed", 3 if fault == "planted" else 2)
    assert len(await problems_of(name)) == 1


async def worked_on() -> str:
    """A case with three entries, as a person leaves it at the desk."""
    name = await a_case()
    await review(
        name,
        lambda case: commented(case, ANA, NOW, "strange"),
        lambda case: assigned(case, ANA, NOW, "Ana", None),
        lambda case: decided(case, ANA, NOW, "dismissed", "a friend of the house"),
    )
    return name


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "change",
    [
        {"who": "Ben"},
        {"why": "nothing"},
        {"when": "2026-01-02T10:59:00Z"},
        {"what": "reminded"},
        {"before": None},
        {"before": ""},
        {"reviewed": None},
    ],
)
async def test_an_entry_that_somebody_has_rewritten_is_named_however_early_it_is(number: int, change: dict[str, Any]):
    name = await worked_on()
    container = await cosmos.cases()
    entry: dict[str, Any] = dict(await container.read_item(f"journal:{name}:{number:06}", 3))
    await container.upsert_item(entry | change)

    is_as_it_was = number == 1 and change == {"before": ""}
    assert len(await problems_of(name)) == (0 if is_as_it_was else 1)


@pytest.mark.parametrize(
    "change", [{"why": "nothing"}, {"decided_by": "Ben"}, {"assignee": None}, {"revision": 2}, {"sealed": None}]
)
async def test_a_review_that_somebody_has_rewritten_without_its_state_is_named(change: dict[str, Any]):
    name = await worked_on()
    await touch(name, change)

    assert len(await problems_of(name)) == 1


async def test_an_earlier_entry_that_was_deleted_is_named_even_long_after_its_night(monkeypatch: pytest.MonkeyPatch):
    name = await worked_on()
    await (await cosmos.cases()).delete_item(f"journal:{name}:000001", 3)
    at_its_night = await problems_of(name)
    monkeypatch.setattr(touched_reviews, "LOOKED_BACK", timedelta(days=-1))

    assert at_its_night == ["the journal lacks 1 of its 3 entries, the first is 1"]
    assert await problems_of(name) == ["its journal has another number of entries than its review tells of"]


async def test_an_entry_of_an_old_case_that_somebody_rewrites_is_named(monkeypatch: pytest.MonkeyPatch):
    name = await worked_on()
    container = await cosmos.cases()
    entry: dict[str, Any] = dict(await container.read_item(f"journal:{name}:000002", 3))
    monkeypatch.setattr(touched_reviews, "_CASES_SINCE", touched_reviews._CASES_SINCE + " AND false")
    before = await problems_of(name)
    await container.upsert_item(entry | {"who": "Ben"})

    assert (before, await problems_of(name)) == ([], ["entry 2 of the journal is not what was written"])


async def test_what_an_earlier_version_has_written_is_in_order_and_goes_on_with_seals():
    name = await worked_on()
    container = await cosmos.cases()
    for number in (1, 2, 3):
        entry: dict[str, Any] = dict(await container.read_item(f"journal:{name}:{number:06}", 3))
        await container.upsert_item(
            {field: entry[field] for field in entry if field not in ("before", "reviewed", "review_before")}
        )
    document: dict[str, Any] = dict(await container.read_item(name, 3))
    del document["review"]["sealed"]
    await container.upsert_item(document)
    before = await problems_of(name)
    await review(name, lambda case: commented(case, ANA, NOW, "after all"))

    assert (before, await problems_of(name)) == ([], [])
    await touch(name, {"why": "nothing"})
    assert await problems_of(name) == ["the review is not what was written with its last entry"]


async def test_cases_of_each_page_are_looked_at(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cosmos, "MAX_READ_ITEMS", 2)
    names = [await a_case() for _ in range(5)]
    for name in names:
        await touch(name, {"state": "dismissed"})

    assert [len(await problems_of(name)) for name in names] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("of", "number", "store"),
    [
        ("another", "000001", 3),
        ("{name}", "000004", 3),
        ("{name}", "000002", 4),
        ("{name}", "2", 3),
        ("{name}", "x", 3),
    ],
)
async def test_an_entry_that_somebody_adds_is_named_and_makes_up_for_none(
    monkeypatch: pytest.MonkeyPatch, of: str, number: str, store: int
):
    old, other = await worked_on(), await worked_on()
    case = of.format(name=other)
    container = await cosmos.cases()
    entry: dict[str, Any] = dict(await container.read_item(f"journal:{other}:000002", 3))
    added = f"journal:{case}:{number}"
    await container.delete_item(f"journal:{old}:000001", 3)
    await container.upsert_item(entry | {"id": added, "store_id": store})
    # As if all of this was done to cases of long ago.
    monkeypatch.setattr(touched_reviews, "_CASES_SINCE", touched_reviews._CASES_SINCE + " AND false")

    named = [problem for problem in (await verify()).problems if f"the case {case}: " in problem]
    await container.delete_item(added, store)

    assert named == [f"the case {case}: no review tells of the entry {added}"]


async def test_work_that_goes_on_while_a_lacking_entry_is_looked_for_is_in_order(monkeypatch: pytest.MonkeyPatch):
    lacking, busy = await worked_on(), await worked_on()
    await (await cosmos.cases()).delete_item(f"journal:{lacking}:000001", 3)
    counted = touched_reviews._by_case

    async def counted_and_worked_on(*asked: Any) -> Any:
        counts = await counted(*asked)
        await review(busy, lambda case: commented(case, ANA, NOW, "more"))
        return counts

    monkeypatch.setattr(touched_reviews, "_by_case", counted_and_worked_on)

    assert (await problems_of(busy), len(await problems_of(lacking))) == ([], 1)

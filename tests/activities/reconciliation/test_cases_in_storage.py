"""Cases in Cosmos are held against the verdicts of their windows."""

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from activities.reconciliation.observe_cases import case_parameters
from activities.reconciliation.plan_repair import plan_repair
from reconciliation.comparing.differences import Difference
from reconciliation.messages import SpanPart
from reconciliation.repairing.repair import RepairRequest
from services import cosmos
from tests.activities.reconciliation.stored_world import reconcile, store
from tests.activities.reconciliation.test_activities import a_world
from tests.activities.reconciliation.test_known_outcome import LATER, known
from tests.reconciliation.world import RANGE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clients"), pytest.mark.asyncio(loop_scope="session")]

_IN_RANGE = "SELECT * FROM c WHERE c.window_end > @start AND c.window_end <= @end"


async def cases_in_range() -> list[dict[str, Any]]:
    parameters = case_parameters(SpanPart(RANGE.start, RANGE.end))
    container = await cosmos.cases()
    return sorted(
        [case async for case in container.query_items(_IN_RANGE, parameters=parameters)], key=lambda case: case["id"]
    )


async def test_deleted_and_altered_cases_are_named_with_their_fields_and_repaired():
    world = a_world(Random(21))
    await store(world)
    deleted, altered, *_ = [case["id"] for case in await cases_in_range()]
    world.lost_cases, world.altered_cases = {deleted}, {altered}
    await store(world)

    outcome, report = await reconcile(RANGE)
    planned = await plan_repair(RepairRequest(outcome.id, dry_run=True))

    assert outcome.verdict == "differences"
    examples: dict[str, list[Difference]] = {of_class.name: of_class.examples for of_class in report.differences}
    assert {name: [example.event_id for example in listed] for name, listed in examples.items()} == {
        "case_missing": [deleted],
        "case_differs": [altered],
    }
    assert examples["case_differs"][0].fields == ("max_score",)
    assert (planned.judged_windows, planned.not_repairable) == (2, [])


async def test_verdicts_that_were_changed_together_with_their_evidence_are_named_and_left_to_a_person():
    world = a_world(Random(24))
    await store(world)
    container = await cosmos.cases()
    case, amended, *_ = await cases_in_range()
    # As if the verdicts had been others when the case was made: each of those that are kept is right by itself.
    await container.upsert_item(case | {"verdicts_digest": "0" * 32})
    await container.upsert_item(amended | {"verdicts_digest": "0" * 32, "revision": 0})

    outcome, report = await reconcile(RANGE)
    planned = await plan_repair(RepairRequest(outcome.id, dry_run=True))

    (differing,) = report.differences
    assert {example.event_id for example in differing.examples} == {case["id"], amended["id"]}
    assert {example.fields for example in differing.examples} == {("verdicts_digest",)}
    assert [(left.name, left.count) for left in planned.not_repairable] == [("altered_verdicts", 1)]
    assert planned.judged_windows == 1, "a case that is older than its verdicts is written anew"


async def test_all_cases_deleted_do_not_balance():
    world = a_world(Random(22))
    await store(world)
    names = {case["id"] for case in await cases_in_range()}
    world.lost_cases = names
    await store(world)

    _, report = await reconcile(RANGE)
    _, without_cosmos = await reconcile(RANGE, with_documents=False)

    assert {of_class.name: of_class.count for of_class in report.differences} == {"case_missing": len(names)}
    assert without_cosmos.balanced


async def test_a_report_says_nothing_of_cases_that_changed_since():
    await store(a_world(Random(23)))
    await reconcile(RANGE, started=LATER)
    assert await known() is not None
    container = await cosmos.cases()
    case = (await cases_in_range())[0]

    await container.delete_item(case["id"], partition_key=case["store_id"])
    assert await known() is None

    await reconcile(RANGE, started=datetime.now(UTC))
    await container.upsert_item(case)
    assert await known() is None

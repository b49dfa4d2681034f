"""Verdicts by place, in storage: they are held against Capture, and a repair judges them again from there."""

import json
from dataclasses import replace

import pytest

from activities.reconciliation.plan_repair import plan_repair
from activities.reconciliation.repair_steps import backfill_events
from reconciliation.messages import PartTask
from reconciliation.repairing.messages import RepairOutcome
from reconciliation.repairing.repair import RepairRequest
from reconciliation.reporting.report import Report
from services import names
from services.blobs import warehouse
from tests.activities.reconciliation.stored_world import reconcile, store
from tests.reconciliation.comparing.single_event import EDGE, flagged, world_of
from tests.reconciliation.world import RANGE, World

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clients"), pytest.mark.asyncio(loop_scope="session")]


def frauds_under_long_ids() -> World:
    sale = flagged(EDGE)
    bodies = [json.dumps(json.loads(sale.body) | {"id": f"{number}" * 300}).encode() for number in range(3)]
    return world_of(*(replace(sale, id="", body=body, flagged=False, store=None) for body in bodies))


def named(report: Report) -> dict[str, set[str]]:
    return {of_class.name: {difference.event_id for difference in of_class.examples} for of_class in report.differences}


async def repaired() -> tuple[RepairOutcome, Report]:
    planned = await plan_repair(RepairRequest(RANGE.instance_id))
    for number in range(planned.parts["backfill"]):
        await backfill_events(PartTask(planned.id, "backfill", number))
    _, report = await reconcile(RANGE)
    return planned, report


async def test_right_verdicts_by_place_and_their_case_are_not_differences():
    await store(frauds_under_long_ids())

    outcome, report = await reconcile(RANGE)

    assert (named(report), report.faults) == ({}, ["nameless"])
    assert (outcome.accounts.by_place, outcome.accounts.judged_by_place) == (3, 3)


async def test_deleted_and_falsified_verdicts_by_place_are_named_linked_and_repaired():
    world = frauds_under_long_ids()
    (path, lines), *_ = world.by_place.items()
    deleted, falsified = lines.pop(0)["event_id"], lines[0]["event_id"]
    lines[0] |= {"score": 0, "band": "low", "reasons": []}
    await store(world)

    _, report = await reconcile(RANGE)

    assert named(report) == {"missing_from_fraud": {deleted}, "verdict_differs": {falsified}}
    for of_class in report.differences:
        assert f"fraud-events/{path}" in of_class.examples[0].blobs
    planned, after = await repaired()
    assert (planned.events, planned.judged_windows, named(after)) == (2, 0, {})
    assert after.accounts.judged_by_place == 3


@pytest.mark.parametrize("tier", ["Hot", "Archive"])
async def test_a_record_that_nobody_can_read_is_absent_and_stops_no_account(tier: str):
    world = frauds_under_long_ids()
    await store(world)
    (partition, sequence), *_ = world.quarantine
    blob = (await warehouse(names.QUARANTINE)).get_blob_client(world.record(partition, sequence).path)
    if tier == "Hot":
        await blob.upload_blob(b'{"more":' * 5_000 + b"1" + b"}" * 5_000, overwrite=True)
    await blob.set_standard_blob_tier(tier)

    _, report = await reconcile(RANGE)
    await blob.delete_blob()

    assert named(report).keys() == {"absent_from_quarantine"}


@pytest.mark.parametrize("fault", ["lost_cases", "altered_cases"])
async def test_a_deleted_or_falsified_case_of_places_is_named_with_its_fields_and_repaired(fault: str):
    world = frauds_under_long_ids()
    (case,) = [case["id"] for case in world.cases()]
    setattr(world, fault, {case})
    await store(world)

    _, report = await reconcile(RANGE)

    name, fields = ("case_missing", ()) if fault == "lost_cases" else ("case_differs", ("max_score",))
    assert named(report) == {name: {case}}
    assert report.differences[0].examples[0].fields == fields
    planned, after = await repaired()
    assert (planned.events, named(after)) == (1, {})

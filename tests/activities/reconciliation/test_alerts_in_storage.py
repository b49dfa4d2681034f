"""Alerts in storage are held against the verdicts: a window that is high was told to the fraud team, in these words."""

import json
from typing import Any

import msgspec
import pytest

from activities.alert_fraud_team import alert_fraud_team
from activities.reconciliation.plan_repair import plan_repair
from fraud.analysis import WindowSummary
from fraud.verdicts import Verdict, time_path, verdicts_path
from reconciliation.ranges import window_end
from reconciliation.reading.alerts import alert_due
from reconciliation.reading.cases import case_from
from reconciliation.repairing.repair import RepairRequest, window_of_ids
from reconciliation.reporting.report import Report
from services import names
from services.blobs import delete_blob, read_blob, warehouse, write_blob
from tests.activities.reconciliation.stored_world import reconcile, store
from tests.activities.reconciliation.test_known_outcome import LATER, known
from tests.reconciliation.comparing.single_event import BEFORE, EDGE, flagged, world_of
from tests.reconciliation.world import RANGE, World

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("clients"), pytest.mark.asyncio(loop_scope="session")]

FOLDER = f"alerts/{time_path(window_end(BEFORE))}/"


def grave() -> World:
    sale = flagged(EDGE)
    more: dict[str, Any] = {"price": 9_999.99, "qty": 99, "payment_method": "gift_card"}
    sale.body = json.dumps(json.loads(sale.body) | more).encode()
    world = world_of(sale)
    assert [verdict["band"] for verdict in world.verdicts] == ["high"]
    return world


async def told(world: World) -> WindowSummary:
    """Store a world and tell the fraud team of its only window with verdicts."""
    await store(world)
    reports = await warehouse(names.REPORTS)
    async for blob in reports.list_blobs(name_starts_with=FOLDER):
        await delete_blob(reports, blob.name)
    verdicts = msgspec.convert(world.verdicts, list[Verdict])
    name = window_of_ids(7, window_end(BEFORE), [verdict.event_id for verdict in verdicts]).name
    alert = alert_due(case_from(verdicts_path(name, window_end(BEFORE)), verdicts), verdicts)
    assert alert
    await alert_fraud_team(alert)
    return alert


def named(report: Report) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    return {
        of_class.name: [(difference.event_id, difference.fields) for difference in of_class.examples]
        for of_class in report.differences
    }


async def test_a_window_that_was_told_balances_and_its_alert_counts_as_read():
    alert = await told(grave())

    _, report = await reconcile(RANGE, started=LATER)

    assert report.balanced, report.sentence
    assert await known() is not None
    await delete_blob(await warehouse(names.REPORTS), f"{FOLDER}{alert.alert_name}.json")
    assert await known() is None


async def test_a_deleted_alert_is_named_and_a_repair_tells_again():
    alert = await told(grave())
    await delete_blob(await warehouse(names.REPORTS), f"{FOLDER}{alert.alert_name}.json")

    outcome, report = await reconcile(RANGE)
    planned = await plan_repair(RepairRequest(outcome.id, dry_run=True))

    assert named(report) == {"alert_missing": [(alert.name, ())]}
    assert (planned.judged_windows, planned.not_repairable) == (1, [])


async def test_an_alert_in_the_archive_tier_is_missing_and_stops_no_account():
    alert = await told(grave())
    blob = (await warehouse(names.REPORTS)).get_blob_client(f"{FOLDER}{alert.alert_name}.json")
    await blob.set_standard_blob_tier("Archive")

    _, report = await reconcile(RANGE)

    assert named(report) == {"alert_missing": [(alert.name, ())]}


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"bands": {"high": 0, "medium": 0, "low": 1, "unresolved": 0}, "max_score": 0}, ("bands", "max_score")),
        ({"suspicious": 2}, ("suspicious",)),
        ({"store_id": 8}, ("store_id",)),
    ],
)
async def test_a_falsified_alert_is_named_with_its_fields(changed: dict[str, Any], fields: tuple[str, ...]):
    alert = await told(grave())
    path, reports = f"{FOLDER}{alert.alert_name}.json", await warehouse(names.REPORTS)
    content = msgspec.json.decode(await read_blob(reports, path))
    await write_blob(reports, path, msgspec.json.encode(content | changed))

    _, report = await reconcile(RANGE)

    assert named(report) == {"alert_differs": [(alert.name, fields)]}


async def test_an_alert_of_a_later_revision_stands_for_the_window_and_that_of_another_window_does_not():
    alert = await told(grave())
    path, reports = f"{FOLDER}{alert.alert_name}.json", await warehouse(names.REPORTS)
    content = await read_blob(reports, path)
    await write_blob(reports, path, b"not an alert")
    await write_blob(reports, f"{FOLDER}{alert.name}-other.json", content)
    _, without = await reconcile(RANGE)

    await write_blob(reports, f"{FOLDER}{alert.name}-2.json", content)
    _, amended = await reconcile(RANGE)

    assert named(without).keys() == {"alert_differs"}
    assert amended.balanced, amended.sentence

"""Contract: a reconciliation over a past that was laid says so, and neither misses nor judges what no hub has had."""

from datetime import datetime, timedelta

import pytest

from activities.archive_events import write_archive
from activities.desk.trace import trace_event
from fraud.archive import ReceivedEvent, plan_archive
from fraud.suspicion import is_suspicious
from laying.capture import capture_blobs, idle_blobs
from reconciliation.capture.path import LAID
from reconciliation.ranges import Range
from services import laid_past, names
from services.blobs import warehouse, write_blob
from tests.activities.reconciliation.stored_world import reconcile
from tests.fraud.builders import event_body
from tests.laying.conftest import NOON, START, Past

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="package")]
LEFT_OUT = "A past was laid here: no hub has had it and nothing judges it, so it is left out."
NOBODY = "http://127.0.0.1:9/"
DAY = timedelta(days=1)


@pytest.mark.parametrize(("start", "end"), [(START, START + DAY), (NOON - DAY, NOON)])
async def test_a_day_of_it_holds_nothing_to_compare(past: Past, start: datetime, end: datetime):
    assert past.told["documents"] > 0

    outcome, report = await reconcile(Range(start, end))

    assert (report.verdict, report.accounts.events, report.faults) == ("empty", 0, [])
    assert report.sentence == f"The archive holds no events of a hub in this range. {LEFT_OUT}"
    assert outcome.is_complete


async def test_a_night_in_which_a_hub_begins_after_it_balances_by_what_the_hub_captured(past: Past):
    assert past.told["documents"] > 0
    sent = NOON + timedelta(minutes=25)
    received = [
        ReceivedEvent(event_body(f"after-{number}", discount=10), "0", number, str(number), sent, None)
        for number in range(20)
    ]
    archive = await warehouse(names.ALL_EVENTS)
    for path, content in (*capture_blobs(received), *idle_blobs(received)):
        await write_blob(archive, path.replace(f"{LAID}/", "namespace/"), content)
    await write_archive(plan_archive(received))

    _, report = await reconcile(Range(NOON - DAY, NOON + timedelta(minutes=40)))

    assert (report.verdict, report.accounts.captured, report.accounts.archived) == ("balanced", 20, 20)
    assert report.sentence.endswith(LEFT_OUT)


async def test_a_trace_of_an_event_of_it_says_that_it_was_laid_and_misses_nothing(past: Past):
    arrived = (event for moment, event in past.world.events() if NOON - DAY < moment <= NOON)
    flagged = next(
        event for event in arrived if is_suspicious(event.event_type, event.discount, event.priority_shipping)
    )

    (way,) = (await trace_event(flagged.id, NOBODY)).contents

    assert [(step.name, step.state) for step in way.steps] == [("Hub", "not_due"), ("Archive", "there")]
    assert way.flagged


def elsewhere(_: str) -> bool:
    """No archive lies on this machine."""
    return False


async def test_elsewhere_than_on_this_machine_the_name_hides_nothing(past: Past, monkeypatch: pytest.MonkeyPatch):
    assert past.told["documents"] > 0
    monkeypatch.setattr(laid_past, "is_of_this_machine", elsewhere)

    _, report = await reconcile(Range(NOON - DAY, NOON - timedelta(hours=1)))

    assert report.verdict == "differences"
    assert report.accounts.missing_from_suspicious > 0

"""An activity that runs again, because its host was killed or lost its lease, marks events that the hub may have."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import pytest_asyncio
from azure.eventhub import EventData
from azure.eventhub.exceptions import EventHubError

from activities import patient_sending
from activities.send_batch import send_batch
from activities.send_tick import send_tick
from fraud.campaigns import Batch, campaign_id
from fraud.load.plan import CampaignPlan
from fraud.load.planned import PlannedCampaign, PlanProgress, TickShare
from fraud.routing import SENT_AGAIN
from services import event_hub
from services.campaigns import keep_planned
from services.sending_claims import Claim, begun_before
from tests.activities.hub_reader import events_since, hub_ends

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

START = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="session")
async def planned(clients: None) -> PlannedCampaign:
    """A campaign of two producers, of which each sends 5 events in a tick."""
    stages = [{"shape": "constant", "rate": 2, "for": "1h"}]
    plan = msgspec.convert({"stages": stages, "producers": 2}, CampaignPlan)
    campaign = PlannedCampaign.of(plan, uuid.uuid4().hex[:8], 7)
    await keep_planned(campaign)
    return campaign


def shares_of(planned: PlannedCampaign, tick: int, started: datetime = START) -> list[TickShare]:
    return msgspec.structs.replace(PlanProgress.starting(planned, started), tick=tick).shares()


async def marks_since(ends: dict[str, int], run_id: str) -> list[bool]:
    events = [event for event in await events_since(ends) if (event.properties or {}).get(b"run_id") == run_id.encode()]
    return [SENT_AGAIN.encode() in (event.properties or {}) for event in events]


async def test_a_share_of_a_tick_is_marked_when_it_is_sent_again_and_its_neighbours_are_not(
    planned: PlannedCampaign,
):
    (first, second), (later, _) = shares_of(planned, 0), shares_of(planned, 1)

    ends = await hub_ends()
    retried = [(await send_tick(share)).retried for share in (first, second, later)]
    assert (retried, await marks_since(ends, first.run_id)) == ([0, 0, 0], [False] * 15)

    ends = await hub_ends()
    retried = [(await send_tick(share)).retried for share in (first, later)]
    assert (retried, await marks_since(ends, first.run_id)) == ([5, 5], [True] * 10)


async def test_a_campaign_that_is_started_again_later_sends_events_of_its_own(planned: PlannedCampaign):
    await send_tick(shares_of(planned, 3)[0])

    assert (await send_tick(shares_of(planned, 0, START + timedelta(hours=1))[0])).retried == 0


async def test_a_batch_of_a_campaign_is_marked_when_it_is_sent_again():
    batch = Batch(
        run_id=campaign_id(uuid.uuid4().hex[:8]), seed="7", number=0, count=10, bad_event_ratio=0, ts=str(START)
    )
    marks: list[list[bool]] = []
    for sent in (batch, batch, msgspec.structs.replace(batch, number=1)):
        ends = await hub_ends()
        await send_batch(sent)
        marks.append(await marks_since(ends, batch.run_id))

    assert marks == [[False] * 10, [True] * 10, [False] * 10]


async def test_of_two_that_begin_the_same_at_once_one_at_most_is_the_first():
    run_id = campaign_id(uuid.uuid4().hex[:8])

    for number in range(3):
        claim = Claim(number=number, since=str(START))
        begun = await asyncio.gather(*(begun_before(run_id, "7", 0, claim) for _ in range(4)))
        assert sorted(begun) == [False, True, True, True]


async def test_a_batch_goes_on_where_a_busy_hub_has_refused_it(monkeypatch: pytest.MonkeyPatch):
    refused: list[int] = []
    send_events = event_hub.send_events

    async def busy(partition: str, events: Sequence[EventData]) -> None:
        if not refused:
            refused.append(len(events))
            raise EventHubError("the hub is busy: com.microsoft:server-busy")
        await send_events(partition, events)

    monkeypatch.setattr(event_hub, "send_events", busy)
    monkeypatch.setattr(patient_sending, "FIRST_WAIT_SECONDS", 0.01)
    run_id, ends = campaign_id(uuid.uuid4().hex[:8]), await hub_ends()

    batch = Batch(run_id=run_id, seed="s", number=0, count=100, bad_event_ratio=0, ts=START.isoformat())
    totals = await send_batch(batch)

    marks = await marks_since(ends, run_id)
    assert (totals.sent, len(marks), sum(marks)) == (100, 100, refused[0])

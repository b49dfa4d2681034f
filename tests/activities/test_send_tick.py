"""A tick of a planned campaign on the real hub: every event arrives, with its bytes and its properties."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from azure.eventhub import EventData
from azure.eventhub.exceptions import EventHubError

from activities import patient_sending
from activities.patient_sending import ATTEMPTS
from activities.send_tick import send_tick
from fraud.load.messages import Messages
from fraud.load.plan import CampaignPlan
from fraud.load.planned import PlannedCampaign, PlanProgress, TickShare
from fraud.load.portions import PORTION_BYTES, PORTION_EVENTS
from fraud.routing import SENT_AGAIN
from services import event_hub, names
from services.blobs import warehouse
from services.campaigns import PROGRESS_STEP, campaigns_of, keep_planned, keep_tape_page, kept_run_ids
from tests.activities.hub_reader import events_since, hub_ends

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

START = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)
STAGES = [{"shape": "constant", "rate": 20, "for": "1h"}]
HOSTILE = {"malformed": 0.1, "doubled": 0.1, "unicode": 0.2, "foreign_fields": 0.2, "oversized": 0.01, "bad": 0.2}


async def campaign(**fields: Any) -> PlannedCampaign:
    plan = msgspec.convert({"stages": STAGES, "mix": HOSTILE, **fields}, CampaignPlan)
    planned = PlannedCampaign.of(plan, uuid.uuid4().hex[:8], 7)
    await keep_planned(planned)
    return planned


def shares_of(planned: PlannedCampaign, tick: int = 0) -> list[TickShare]:
    progress = PlanProgress.starting(planned, START)
    return msgspec.structs.replace(progress, tick=tick).shares()


async def test_every_message_of_a_tick_arrives_as_it_was_made_whoever_sends_it():
    planned = await campaign(producers=3)
    ends = await hub_ends()

    sent = [await send_tick(share) for share in shares_of(planned)]

    arrived = [
        event for event in await events_since(ends) if event.properties.get(b"run_id") == planned.run_id.encode()
    ]
    made = [m for span in planned.plan.schedule.spans(0) for m in Messages(planned.plan, 7, START).of(span)]
    assert Counter(event.body_as_str().encode() for event in arrived) == Counter(m.body for m in made)
    assert (sum(share.totals.sent for share in sent), sum(share.retried for share in sent)) == (100, 0)


async def test_a_hub_that_is_busy_is_asked_again_and_what_may_be_there_twice_is_marked(monkeypatch: pytest.MonkeyPatch):
    planned = await campaign()
    refusals = 2
    asked: list[Sequence[EventData]] = []
    send_events = event_hub.send_events

    async def busy(partition: str, events: Sequence[EventData]) -> None:
        nonlocal refusals
        asked.append(events)
        if refusals:
            refusals -= 1
            raise EventHubError("the hub is busy: com.microsoft:server-busy")
        await send_events(partition, events)

    monkeypatch.setattr(event_hub, "send_events", busy)
    monkeypatch.setattr(patient_sending, "FIRST_WAIT_SECONDS", 0.01)
    ends = await hub_ends()

    sent = await send_tick(shares_of(planned)[0])

    arrived = [
        event for event in await events_since(ends) if event.properties.get(b"run_id") == planned.run_id.encode()
    ]
    assert sent.throttled == 2
    assert len(arrived) == sent.totals.sent == 100
    marked = [event for event in arrived if SENT_AGAIN.encode() in event.properties]
    assert len(marked) == len({id(event) for events in asked[:2] for event in events}) > 0


@pytest.mark.parametrize(("busy_seconds", "is_sent"), [(60.0, True), (0.0, False)])
async def test_a_hub_may_be_busy_for_longer_than_it_may_be_away(
    monkeypatch: pytest.MonkeyPatch, busy_seconds: float, is_sent: bool
):
    planned = await campaign(mix={"sale_share": 1, "bad": 1})
    refusals = 3 * ATTEMPTS
    sent: list[int] = []

    async def busy(partition: str, events: Sequence[EventData]) -> None:
        nonlocal refusals
        refusals -= 1
        if refusals >= 0:
            raise EventHubError("the hub is busy: com.microsoft:server-busy")
        sent.append(len(events))

    monkeypatch.setattr(event_hub, "send_events", busy)
    monkeypatch.setattr(patient_sending, "FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(patient_sending, "LONGEST_WAIT_SECONDS", 0.002)
    monkeypatch.setattr(patient_sending, "BUSY_SECONDS", busy_seconds)

    if is_sent:
        assert (await send_tick(shares_of(planned)[0])).throttled == 3 * ATTEMPTS
        assert sum(sent) == 100
    else:
        with pytest.raises(EventHubError, match="busy"):
            await send_tick(shares_of(planned)[0])


async def test_a_hub_that_stays_away_is_told_to_the_orchestration(monkeypatch: pytest.MonkeyPatch):
    async def away(partition: str, events: Sequence[EventData]) -> None:
        raise EventHubError("nobody answers")

    planned = await campaign()
    monkeypatch.setattr(event_hub, "send_events", away)
    monkeypatch.setattr(patient_sending, "FIRST_WAIT_SECONDS", 0.001)

    with pytest.raises(EventHubError, match="nobody answers"):
        await send_tick(shares_of(planned)[0])


async def test_a_large_tick_is_acknowledged_in_portions(monkeypatch: pytest.MonkeyPatch):
    planned = await campaign(
        stages=[{"shape": "constant", "rate": 1_000, "for": "5s"}], mix={"sale_share": 1, "bad": 1}
    )
    sizes: list[int] = []

    async def send(partition: str, events: Sequence[EventData]) -> None:
        sizes.append(len(events))

    monkeypatch.setattr(event_hub, "send_events", send)
    await send_tick(shares_of(planned)[0])

    assert (sum(sizes), max(sizes)) == (5_000, PORTION_EVENTS)


async def test_of_large_events_only_those_are_sent_again_that_the_hub_has_not_acknowledged(
    monkeypatch: pytest.MonkeyPatch,
):
    planned = await campaign(mix={"oversized": 1, "oversized_bytes": 200_000, "sale_share": 1, "bad": 1})
    acknowledged: list[int] = []
    refused: list[int] = []

    async def busy(partition: str, events: Sequence[EventData]) -> None:
        if len(refused) < len(acknowledged):
            refused.append(len(events))
            raise EventHubError("the hub is busy: com.microsoft:server-busy")
        assert sum(len(event.body_as_str()) for event in events) <= PORTION_BYTES
        acknowledged.append(len(events))

    monkeypatch.setattr(event_hub, "send_events", busy)
    monkeypatch.setattr(patient_sending, "FIRST_WAIT_SECONDS", 0.001)

    sent = await send_tick(shares_of(planned)[0])

    assert sum(acknowledged) == 100
    assert sent.retried == sum(refused) < 100
    assert sent.throttled == len(refused) > 40


@pytest_asyncio.fixture(loop_scope="session")
async def reports_of_its_own(clients: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty container for campaigns: a blob tells its time in whole seconds, in which another test may keep one."""
    container = await warehouse(f"reports-{uuid.uuid4().hex[:8]}")
    await container.create_container()
    monkeypatch.setattr(names, "REPORTS", container.container_name)


@pytest.mark.usefixtures("reports_of_its_own")
async def test_a_campaign_with_a_plan_is_measured_by_the_ticks_that_it_sent_and_is_listed():
    planned = await campaign()

    await send_tick(shares_of(planned)[0])

    (sent,) = (await campaigns_of(planned.run_id)).sent
    assert (len(sent.sizes), sent.size) == (PROGRESS_STEP, 100 * PROGRESS_STEP)
    assert (await kept_run_ids(1)) == [planned.run_id]


async def test_the_events_of_a_tape_are_sent_as_they_were_recorded_by_all_producers_together():
    bodies = [b'{"id":"%d","event_type":"sale_event","store_id":%d}' % (n, n % 5) for n in range(30)]
    bodies += [b"not JSON", b'{"id":7,"store_id":"x"}']
    await keep_tape_page("0" * 16, 1, msgspec.json.encode(bodies))
    tape = {"shape": "tape", "tape": "0" * 16, "per": "5s", "counts": [0, 32], "for": "10s", "start": "10s"}
    planned = await campaign(stages=[tape], producers=3)
    ends = await hub_ends()

    sent = [await send_tick(share) for share in shares_of(planned, tick=3)]

    arrived = [event.body_as_str().encode() for event in await events_since(ends)]
    assert Counter(arrived) == Counter(bodies)
    assert len(sent) == 3
    assert (sum(share.totals.sent for share in sent), sum(share.totals.malformed for share in sent)) == (32, 1)

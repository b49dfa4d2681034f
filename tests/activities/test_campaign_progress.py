"""A campaign is measured by what it has sent: its plan may be of any size."""

import hashlib
import uuid

import msgspec
import pytest

from activities.send_batch import send_batch
from fraud.campaigns import Batch, Campaign, campaign_id
from reconciliation.comparing.ground_truth import MAX_EVENTS, measurable
from services import names
from services.blobs import warehouse, write_blob
from services.campaigns import PROGRESS_STEP, campaigns_of, keep_campaign

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


@pytest.fixture
def plan() -> Campaign:
    return Campaign(
        run_id=campaign_id(uuid.uuid4().hex[:8]),
        batches=100_000,
        events_per_batch=10,
        interval_seconds=0,
        bad_event_ratio=0,
        seed=7,
    )


async def send(plan: Campaign, number: int) -> None:
    batch = Batch(run_id=plan.run_id, seed=str(plan.seed), number=number, count=10, bad_event_ratio=0, ts="")
    await send_batch(batch)


async def test_a_campaign_that_was_stopped_is_measured_by_what_it_sent(plan: Campaign):
    too_large = msgspec.structs.replace(plan, events_per_batch=MAX_EVENTS)
    await keep_campaign(too_large)
    assert measurable((await campaigns_of(plan.run_id)).sent)[1] == [plan.run_id]
    await keep_campaign(plan)

    for number in range(3):
        await send(plan, number)

    sent = (await campaigns_of(plan.run_id)).sent
    assert {len(campaign.sizes) for campaign in sent} == {PROGRESS_STEP}
    (smaller,) = (campaign for campaign in sent if campaign.size == PROGRESS_STEP * plan.events_per_batch)
    assert measurable([smaller])[0] == {plan.run_id: [smaller]}


async def test_the_progress_never_goes_back_and_never_beyond_the_plan(plan: Campaign):
    short = msgspec.structs.replace(plan, batches=30)
    await keep_campaign(short)
    for number in (0, PROGRESS_STEP, 0):
        await send(short, number)

    assert [len(campaign.sizes) for campaign in (await campaigns_of(plan.run_id)).sent] == [30]


async def keep_by_hand(plan: Campaign, data: bytes, name: str | None = None) -> str:
    name = name or hashlib.sha256(data).hexdigest()[:12]
    path = f"campaigns/{plan.run_id}/{name}.json"
    await write_blob(await warehouse(names.REPORTS), path, data)
    return path


async def test_what_somebody_else_has_kept_is_named_and_holds_up_no_campaign(plan: Campaign):
    await keep_campaign(plan)
    smaller = msgspec.structs.replace(plan, batches=1)
    others = msgspec.structs.replace(plan, run_id=campaign_id("another"))
    endless = msgspec.structs.replace(plan, batches=10**15)
    touched = {
        await keep_by_hand(plan, b"\xff no campaign"),
        await keep_by_hand(plan, b"[" * 100_000),
        await keep_by_hand(plan, msgspec.json.encode(smaller), "0123456789ab"),
        await keep_by_hand(plan, msgspec.json.encode(others)),
        await keep_by_hand(plan, msgspec.json.encode(endless)),
    }
    progress = f"campaign-progress/{plan.run_id}/{plan.seed}.json"
    await write_blob(await warehouse(names.REPORTS), progress, b"{")

    kept = await campaigns_of(plan.run_id)

    assert [len(campaign.sizes) for campaign in kept.sent] == [plan.batches]
    assert kept.unreadable.keys() == {*touched, progress}

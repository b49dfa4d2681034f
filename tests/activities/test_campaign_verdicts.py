"""The verdicts on a campaign's events, wherever its windows end."""

import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from activities.read_campaign_verdicts import read_campaign_verdicts
from fraud.judging import judged
from fraud.verdicts import to_ndjson, verdicts_path
from fraud.windows import WINDOW, Window
from services import names
from services.blobs import NDJSON, warehouse, write_blob
from tests.fraud.builders import event_body

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

MIDNIGHT = datetime(2028, 3, 1, tzinfo=UTC)
"""Of a leap year: the day before it is the 29th of February."""


async def test_a_campaign_that_ends_before_the_last_window_of_a_day_has_the_verdicts_of_that_window():
    campaign = f"campaign-{uuid.uuid4().hex[:8]}"
    for end in (MIDNIGHT - WINDOW, MIDNIGHT, MIDNIGHT + WINDOW):
        event = msgspec.json.decode(event_body(f"{end:%H%M}"))
        verdict = judged(event, 3, Window(end - WINDOW, end), campaign)
        path = verdicts_path(f"window-3-{campaign}", end)
        await write_blob(await warehouse(names.FRAUD_EVENTS), path, to_ndjson([verdict]), NDJSON)
    ended = MIDNIGHT - WINDOW - timedelta(seconds=10)  # the hub may take its last event when the next window has begun

    verdicts = await read_campaign_verdicts(campaign, ended - WINDOW, ended)

    assert [verdict.event_id for verdict in verdicts or ()] == ["0000", "2355"]

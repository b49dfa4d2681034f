"""A campaign's latencies end with the verdicts: a person who decides a case later makes none of them longer."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from activities.measure_latencies import LatencyTask, measure_latencies
from activities.window_ids import save_window
from fraud.desk.callers import Caller
from fraud.desk.changes import decided
from fraud.load.latencies import Quantiles
from fraud.windows import SuspiciousWindow, window_of
from services.desk.reviews import step_case
from tests.activities.window_activities import judge_and_store

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

WINDOW = window_of(datetime(2025, 3, 4, 5, 6, tzinfo=UTC))
"""No other test has windows that day."""
LONGER = 2.5
"""Seconds: a write is told to the second."""


async def measured() -> Quantiles | None:
    task = LatencyTask(run_id="campaign-none", started=WINDOW.start, ended=WINDOW.end, sent=1, from_due=False)
    return (await measure_latencies(task, {})).window_to_verdict


async def test_a_decision_does_not_count_as_time_until_the_verdict():
    tasks = [await save_window(SuspiciousWindow(store, (uuid.uuid4().hex,), WINDOW)) for store in (3, 4)]
    for task in tasks:
        await judge_and_store(task, 0)
    before = await measured()
    assert before is not None
    assert before.count == 2
    await asyncio.sleep(LONGER)

    who = Caller(name="ana", role="analyst", by="name")
    now = WINDOW.end + timedelta(days=1)
    assert await step_case(tasks[0].name, 3, lambda case: decided(case, who, now, "confirmed", "seen"))

    after = await measured()
    assert after is not None
    assert after.max - before.max < LONGER - 1

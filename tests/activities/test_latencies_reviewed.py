"""A campaign's latencies end with the verdicts: a person who decides a case later makes none of them longer."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from activities.measure_latencies import LatencyTask, measure_latencies
from activities.store_case import store_case
from activities.window_ids import save_window
from fraud.desk.callers import Caller
from fraud.desk.changes import commented, decided
from fraud.desk.rows import CaseRow
from fraud.load.latencies import Quantiles
from fraud.verdicts import Case
from fraud.windows import SuspiciousWindow, Window, window_of
from services import cosmos, names
from services.blobs import warehouse, write_blob
from services.desk.cases import find_case
from services.desk.reviews import step_case
from tests.activities.window_activities import judge_and_store

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

WINDOW = window_of(datetime(2025, 3, 4, 5, 6, tzinfo=UTC))
"""No other test has windows that day, nor on the two after it."""
LONGER = 2.5
"""Seconds: a write is told to the second."""


async def measured(window: Window = WINDOW) -> Quantiles | None:
    task = LatencyTask(run_id="campaign-none", started=window.start, ended=window.end, sent=1, from_due=False)
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


async def test_what_is_written_after_a_case_was_judged_does_not_change_when_that_was():
    window = window_of(datetime(2025, 3, 5, 5, 6, tzinfo=UTC))
    tasks = [await save_window(SuspiciousWindow(store, (uuid.uuid4().hex,), window)) for store in (3, 4)]
    for task in tasks:
        await judge_and_store(task, 0)
    before = await measured(window)
    cases = [await find_case(task.name) for task in tasks]

    who = Caller(name="ana", role="analyst", by="name")
    await step_case(cases[0].id, 3, lambda case: decided(case, who, window.end, "confirmed", "seen"))
    await asyncio.sleep(LONGER)
    # A blob has another clock where Azure's runs faster on one machine; here it is written later.
    path = cases[0].verdicts_blob.removeprefix(f"{names.FRAUD_EVENTS}/")
    await write_blob(await warehouse(names.FRAUD_EVENTS), path, b"")
    await step_case(cases[0].id, 3, lambda case: commented(case, who, window.end, "seen again"))
    again = msgspec.structs.replace(case_from(cases[1]), revision=2)
    await store_case(again, is_newest, again=True)
    await step_case(cases[1].id, 4, lambda case: commented(case, who, window.end, "judged again"))

    assert await measured(window) == before
    judged = [(await find_case(case.id)).judged_at for case in cases]
    assert judged == [case.judged_at for case in cases]
    assert None not in judged


async def test_the_blob_tells_of_a_case_that_was_reviewed_under_an_earlier_version():
    window = window_of(datetime(2025, 3, 6, 5, 6, tzinfo=UTC))
    task = await save_window(SuspiciousWindow(3, (uuid.uuid4().hex,), window))
    await judge_and_store(task, 0)
    before = await measured(window)
    document = await (await cosmos.cases()).read_item(task.name, partition_key=3)
    await asyncio.sleep(LONGER)
    await (await cosmos.cases()).upsert_item({**document, "review": {"state": "confirmed"}})

    after = await measured(window)

    assert before is not None
    assert after is not None
    assert after.max - before.max < LONGER - 1
    assert (await find_case(task.name)).judged_at is None


async def is_newest() -> bool:
    return True


def case_from(row: CaseRow) -> Case:
    return msgspec.convert(msgspec.to_builtins(row), Case)

"""Contract: the way of an event that no window can name leads to its verdict by place."""

import os
import uuid
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from activities.alert_fraud_team import alert_fraud_team
from activities.archive_events import archive_events
from activities.desk.trace import trace_event
from activities.keep_verdicts import VerdictsPlace, keep_verdicts
from activities.window_ids import save_window
from fraud.analysis import alert_path
from fraud.archive import ReceivedEvent
from fraud.identity import canonical, content_digest
from fraud.judging import judged
from fraud.sweep import case_name, sweep_path
from fraud.verdicts import to_ndjson
from fraud.windows import WINDOW, SuspiciousWindow, Window
from orchestrations.judge_quarantine import judge_quarantine
from services import blobs, names, tracing
from services.settings import settings
from tests.activities.window_activities import judge_and_store
from tests.fraud.builders import ENQUEUED, WINDOW_ENDING_1010, event_body
from tests.trust.inline_engine import run_inline

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]

STORE = 8_431
NOBODY = "http://127.0.0.1:9/"


async def nothing() -> None:
    """No event waits for a timer."""


async def test_what_is_judged_by_its_place_is_not_said_to_be_unjudged():
    event_id, number = uuid.uuid4().hex, uuid.uuid4().int % 10**9
    body = b"[" + event_body(event_id, discount=60, priority_shipping=True) + b', 1, "x"]'
    tasks = await archive_events([ReceivedEvent(body, "1", number, str(number), ENQUEUED, None)])
    before = await trace_event(event_id, NOBODY)
    for task in tasks:
        await run_inline(judge_quarantine, task, nothing)

    after = await trace_event(event_id, NOBODY)

    states = [{step.name: step.state for step in trace.contents[0].steps} for trace in (before, after)]
    assert [of_trace["Stream job"] for of_trace in states] == ["missing", "not_due"]
    assert [of_trace["Verdict"] for of_trace in states] == ["missing", "there"]
    assert states[1]["Case"] == "there"


@pytest.mark.parametrize(("most", "state"), [(tracing.MOST_ROW_BYTES, "missing"), (10, "not_due")])
async def test_a_job_is_not_said_to_lack_a_row_if_there_are_more_than_were_read(
    most: int, state: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tracing, "MOST_ROW_BYTES", most)
    event_id, number = uuid.uuid4().hex, uuid.uuid4().int % 10**9
    body = event_body(event_id, store_id=STORE, discount=60, priority_shipping=True)
    await archive_events([ReceivedEvent(body, "1", number, str(number), ENQUEUED, None)])
    suspicious = await blobs.warehouse(names.SUSPICIOUS_EVENTS)
    others = f"{WINDOW_ENDING_1010.end:%Y/%m/%d/%H}/0_{event_id}_1.json"
    await blobs.write_blob(suspicious, others, b'{"store_id": 1, "ids": ["another"]}')

    (way,) = (await trace_event(event_id, NOBODY)).contents

    assert [step.state for step in way.steps if step.name == "Stream job"] == [state]


@pytest.mark.parametrize(("most", "state"), [(tracing.MOST_VERDICT_BYTES, "there"), (10, "not_due")])
async def test_a_verdict_is_found_however_many_blobs_its_window_has_and_not_said_to_be_missing_beyond_what_is_read(
    most: int, state: str, monkeypatch: pytest.MonkeyPatch
):
    event_id, number = uuid.uuid4().hex, uuid.uuid4().int % 10**9
    body = event_body(event_id, store_id=STORE + number, discount=60, priority_shipping=True)
    await archive_events([ReceivedEvent(body, "1", number, str(number), ENQUEUED, None)])
    task = await save_window(SuspiciousWindow(STORE + number, (event_id,), WINDOW_ENDING_1010))
    await judge_and_store(task, 1)
    fraud_events, end = await blobs.warehouse(names.FRAUD_EVENTS), WINDOW_ENDING_1010.end
    begin = f"{end:%Y/%m/%d/%H%M}/window-{STORE + number}-{end:%Y%m%dT%H%M%SZ}-"
    others = [f"{begin}{name:032}.ndjson" for name in range(70)]
    for other in others:
        await blobs.write_blob(fraud_events, other, b'{"event_id":"another"}\n')
    await fraud_events.get_blob_client(others[0]).set_standard_blob_tier("Archive")
    monkeypatch.setattr(tracing, "MOST_VERDICT_BYTES", most)

    (way,) = (await trace_event(event_id, NOBODY)).contents
    for other in others:
        await blobs.delete_blob(fraud_events, other)

    assert [step.state for step in way.steps if step.name == "Verdict"] == [state]


async def test_of_a_content_that_was_sent_again_the_first_arrival_is_followed():
    event_id, number = uuid.uuid4().hex, uuid.uuid4().int % 10**9
    for resend in range(2):
        body = event_body(event_id, store_id=STORE, discount=10)
        await archive_events([ReceivedEvent(body, "1", number + resend, str(number), ENQUEUED, None)])

    (way,) = (await trace_event(event_id, NOBODY)).contents

    assert [step.says for step in way.steps if step.name == "Hub"] == [f"Partition 1, number {number:,}"]


async def swept(event: dict[str, Any], end: datetime) -> str:
    """The name of the case that a sweep makes of a sale that arrived in a window."""
    window = Window(end - WINDOW, end)
    name = case_name(window, content_digest(canonical(event)))
    verdict = msgspec.structs.replace(judged(event, STORE, window, None), band="medium")
    place = VerdictsPlace(name=name, store_id=STORE, window=window, path=sweep_path(name, end), type="sweep")
    await keep_verdicts(place, to_ndjson([verdict]), lambda _, now: now)
    return name


async def test_each_content_that_was_not_flagged_has_the_cases_of_its_sweeps_of_later_arrivals_too():
    event_id, number = uuid.uuid4().hex, uuid.uuid4().int % 10**9
    bodies = [event_body(event_id, store_id=STORE, discount=discount) for discount in (10, 20)]
    for body in bodies:
        await archive_events([ReceivedEvent(body, "1", number, str(number), ENQUEUED, None)])
    first, other = map(msgspec.json.decode, bodies)
    end = WINDOW_ENDING_1010.end
    expected = {
        10: [await swept(first, end), await swept(first, end + timedelta(days=1))],
        20: [await swept(other, end + timedelta(days=2))],
    }

    ways = (await trace_event(event_id, NOBODY)).contents

    shown = {
        (way.content.event or {})["discount"]: [step.href for step in way.steps if step.name == "Sweep"] for way in ways
    }
    assert shown == {key: [f"/desk/cases/{name}" for name in cases] for key, cases in expected.items()}
    says = [step.says for way in ways for step in way.steps if step.name == "Sweep"]
    assert sorted(text.partition("medium")[0] for text in says) == [
        "",
        "Sent again, window to 2026-01-03 10:10: ",
        "Sent again, window to 2026-01-04 10:10: ",
    ]
    assert [step.state for way in ways for step in way.steps if step.name == "Case"] == ["there"] * 3


async def test_a_flagged_content_that_was_sent_again_has_the_verdicts_of_both_windows():
    event_id, number = uuid.uuid4().hex, uuid.uuid4().int % 10**9
    body = event_body(event_id, store_id=STORE, discount=60, priority_shipping=True)
    await archive_events([ReceivedEvent(body, "1", number, str(number), ENQUEUED, None)])
    later = Window(WINDOW_ENDING_1010.end + WINDOW, WINDOW_ENDING_1010.end + 2 * WINDOW)
    tasks = [await save_window(SuspiciousWindow(STORE, (event_id,), window)) for window in (WINDOW_ENDING_1010, later)]
    for task in tasks:
        await judge_and_store(task, 0)

    (way,) = (await trace_event(event_id, NOBODY)).contents

    verdicts = [step for step in way.steps if step.name == "Verdict"]
    assert [step.href for step in verdicts] == [f"/desk/cases/{task.name}" for task in tasks]
    assert [step.says.startswith("Sent again, window to 2026-01-02 10:20: ") for step in verdicts] == [False, True]
    assert [step.state for step in way.steps if step.name == "Case"] == ["there", "there"]


async def test_a_history_that_is_not_there_is_not_said_to_have_been_purged_for_a_repair_has_another_name():
    event_id, number = uuid.uuid4().hex, uuid.uuid4().int % 10**9
    body = event_body(event_id, store_id=STORE, discount=60, priority_shipping=True)
    await archive_events([ReceivedEvent(body, "1", number, str(number), ENQUEUED, None)])
    task = await save_window(SuspiciousWindow(STORE, (event_id,), WINDOW_ENDING_1010))
    await judge_and_store(task, 0)

    (way,) = (await trace_event(event_id, NOBODY)).contents

    (says,) = [step.says for step in way.steps if step.name == "Orchestration"]
    assert says.startswith(f"No history of the name {task.name} was found")
    assert "or a repair" in says


async def test_an_alert_without_a_receiver_is_not_said_to_have_been_told():
    event_id, number = uuid.uuid4().hex, uuid.uuid4().int % 10**9
    body = event_body(event_id, store_id=STORE, discount=60, priority_shipping=True)
    await archive_events([ReceivedEvent(body, "1", number, str(number), ENQUEUED, None)])
    summary = await judge_and_store(await save_window(SuspiciousWindow(STORE, (event_id,), WINDOW_ENDING_1010)), 0)
    await alert_fraud_team(summary)

    (way,) = (await trace_event(event_id, NOBODY)).contents

    (step,) = [step for step in way.steps if step.name == "Alert"]
    assert (step.state, step.says) == ("not_due", "Nobody to tell: no receiver was set for its band.")


async def test_an_archived_alert_stops_no_trace(monkeypatch: pytest.MonkeyPatch):
    event_id, number = uuid.uuid4().hex, uuid.uuid4().int % 10**9
    body = event_body(event_id, store_id=STORE, discount=72, priority_shipping=True)
    await archive_events([ReceivedEvent(body, "1", number, str(number), ENQUEUED, None)])
    task = await save_window(SuspiciousWindow(STORE, (event_id,), WINDOW_ENDING_1010))
    await alert_fraud_team(await judge_and_store(task, 1))
    reports = await blobs.warehouse(names.REPORTS)
    await reports.get_blob_client(alert_path(task.window_end, task.name)).set_standard_blob_tier("Archive")

    (way,) = (await trace_event(event_id, NOBODY)).contents

    (step,) = [step for step in way.steps if step.name == "Alert"]
    assert (step.state, "nothing says" in step.says) == ("there", True)


async def test_an_alert_that_waits_for_its_digest_is_not_said_to_be_told(monkeypatch: pytest.MonkeyPatch):
    event_id, number = uuid.uuid4().hex, uuid.uuid4().int % 10**9
    body = event_body(event_id, store_id=STORE, discount=60, priority_shipping=True)
    await archive_events([ReceivedEvent(body, "1", number, str(number), ENQUEUED, None)])
    summary = await judge_and_store(await save_window(SuspiciousWindow(STORE, (event_id,), WINDOW_ENDING_1010)), 0)
    monkeypatch.setitem(os.environ, "ALERT_DIGEST_MINUTES", "5")
    monkeypatch.setitem(os.environ, "ALERT_WEBHOOK_URL", NOBODY)
    settings.cache_clear()
    await alert_fraud_team(summary)
    settings.cache_clear()

    (way,) = (await trace_event(event_id, NOBODY)).contents

    (step,) = [step for step in way.steps if step.name == "Alert"]
    assert (step.state, step.says) == ("waiting", "It waits for the next message on its store.")
    reports = await blobs.warehouse(names.REPORTS)
    async for blob in reports.list_blobs(name_starts_with="alerts-waiting/"):
        await blobs.delete_blob(reports, blob.name)

"""Contract: a window's alert is told once, and an amendment once more."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web

from activities.alert_fraud_team import alert_fraud_team
from activities.archive_events import archive_events
from activities.store_verdicts import store_verdicts
from fraud.analysis import WindowSummary, WindowTask
from fraud.desk.queries import SpanQuestion
from local_azure.testing.web import serving
from services import blobs, names
from services.counting import count_alerts
from services.desk.alerts import list_alerts
from services.settings import settings
from tests.activities.window_activities import judge_all, judge_and_store, missing_id
from tests.fraud.builders import event_body, received
from tests.support.mail_receiver import MailReceiver, receiving

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("clients")]


class Webhook:
    """A receiver of alerts that remembers the idempotency keys; it refuses as often as told."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.refusals = 0

    async def receive(self, request: web.Request) -> web.Response:
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=503)
        self.keys.append(request.headers["Idempotency-Key"])
        assert self.keys[-1].startswith((await request.json())["name"])
        return web.Response()


@pytest_asyncio.fixture(loop_scope="session")
async def webhook(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Webhook]:
    """A running receiver that the setting leads to."""
    receiver = Webhook()
    app = web.Application()
    app.router.add_post("/", receiver.receive)
    async with serving(app) as address:
        monkeypatch.setenv("ALERT_WEBHOOK_URL", f"{address}/")
        settings.cache_clear()
        yield receiver
    monkeypatch.undo()
    settings.cache_clear()


async def test_an_alert_is_posted_once_and_remembered(task: WindowTask, webhook: Webhook):
    await judge_all(task)
    summary = await store_verdicts(task)

    await alert_fraud_team(summary)
    await alert_fraud_team(summary)

    assert webhook.keys == [task.name]
    alert = await blobs.read_blob(await blobs.warehouse(names.REPORTS), f"alerts/2026/01/02/1010/{task.name}.json")
    assert msgspec.json.decode(alert, type=WindowSummary) == summary


async def test_an_amendment_is_told_once_more(task: WindowTask, webhook: Webhook):
    first = await judge_and_store(task, 1)
    await judge_all(task)
    await archive_events([received(event_body(await missing_id(task)), 9)])
    second = await judge_and_store(task, 2)

    for summary in (first, second, first, second):
        await alert_fraud_team(summary)

    assert webhook.keys == [task.name, f"{task.name}-2"]


async def test_an_alert_that_was_refused_raises_and_is_posted_by_the_next_try(task: WindowTask, webhook: Webhook):
    await judge_all(task)
    summary = await store_verdicts(task)
    webhook.refusals = 1

    with pytest.raises(Exception, match="503"):
        await alert_fraud_team(summary)
    await alert_fraud_team(summary)

    assert webhook.keys == [task.name]


def alert(day: datetime, **bands: int) -> WindowSummary:
    return WindowSummary(
        name=f"window-3-{uuid.uuid4().hex}",
        store_id=3,
        window_start=day,
        window_end=day,
        suspicious=1,
        bands={"high": 0, **bands},
        max_score=80,
        verdicts_blob="fraud-events/x",
    )


async def test_a_quiet_alert_is_kept_and_not_counted():
    day = datetime(2019, 5, 6, 10, 10, tzinfo=UTC)
    quiet = msgspec.structs.replace(alert(day, high=1), revision=2, quiet=True)
    before = await count_alerts([day])

    await alert_fraud_team(quiet)

    assert await count_alerts([day]) == before
    reports = await blobs.warehouse(names.REPORTS)
    assert await reports.get_blob_client(f"alerts/2019/05/06/1010/{quiet.name}-2.json").exists()


async def test_an_alert_without_a_receiver_is_kept_as_one_that_had_nobody_to_tell():
    day = datetime(2019, 5, 7, 10, 10, tzinfo=UTC)
    before = await count_alerts([day])

    await alert_fraud_team(alert(day, high=1))

    after = await count_alerts([day])
    assert (after.told, after.nobody_to_tell) == (before.told, before.nobody_to_tell + 1)
    page = await list_alerts(SpanQuestion(start=day, end=day))
    assert {row.had_receiver for row in page.items} == {False}


async def test_mail_alone_tells_nobody_of_a_window_that_is_not_high(monkeypatch: pytest.MonkeyPatch):
    day = datetime(2019, 5, 8, 10, 10, tzinfo=UTC)
    high, low = alert(day, high=1), alert(day, low=1)

    mails = MailReceiver()
    async with receiving(mails) as server:
        for name, text in (("SERVER", server), ("FROM", "a@example.org"), ("TO", "b@example.org")):
            monkeypatch.setenv(f"ALERT_MAIL_{name}", text)
        settings.cache_clear()
        for each in (high, low):
            await alert_fraud_team(each)
    monkeypatch.undo()
    settings.cache_clear()

    assert len(mails.mails) == 1
    page = await list_alerts(SpanQuestion(start=day, end=day))
    assert {row.name: row.had_receiver for row in page.items} == {high.name: True, low.name: False}


async def test_an_alert_of_an_earlier_version_does_not_say_if_there_was_somebody_to_tell():
    day = datetime(2019, 5, 9, 10, 10, tzinfo=UTC)
    earlier = alert(day, high=1)
    path = f"alerts/2019/05/09/1010/{earlier.name}.json"
    await blobs.write_blob(await blobs.warehouse(names.REPORTS), path, msgspec.json.encode(earlier))

    page = await list_alerts(SpanQuestion(start=day, end=day))

    assert [row.had_receiver for row in page.items if row.name == earlier.name] == [None]
    assert (await count_alerts([day])).told >= 1

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
from local_azure.testing.web import serving
from services import blobs, names
from services.counting import count_alerts
from services.settings import settings
from tests.activities.window_activities import judge_all, judge_and_store, missing_id
from tests.fraud.builders import event_body, received

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


async def test_an_alert_that_nobody_was_told_of_is_kept_and_not_counted():
    day = datetime(2019, 5, 6, 10, 10, tzinfo=UTC)
    alert = WindowSummary(
        name=f"window-3-{uuid.uuid4().hex}",
        store_id=3,
        window_start=day,
        window_end=day,
        suspicious=1,
        bands={"high": 1},
        max_score=80,
        verdicts_blob="fraud-events/x",
    )
    before = await count_alerts([day])

    await alert_fraud_team(alert)
    await alert_fraud_team(msgspec.structs.replace(alert, revision=2, quiet=True))

    assert await count_alerts([day]) == before + 1
    reports = await blobs.warehouse(names.REPORTS)
    assert await reports.get_blob_client(f"alerts/2019/05/06/1010/{alert.name}-2.json").exists()

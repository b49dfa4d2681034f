"""Digests of five minutes, a receiver of them, and Azure's time."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from aiohttp import web

from activities import send_digests as sending
from local_azure.testing.web import serving
from services import blobs, names
from services.settings import settings
from tests.activities.digests.alerts import LATER, Receiver

_FOLDERS = ("alerts-waiting/", "alerts-told/", "alerts/2031/")


@pytest.fixture(autouse=True)
def digests_of_five_minutes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Alerts are told in digests."""
    monkeypatch.setitem(os.environ, "ALERT_DIGEST_MINUTES", "5")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest_asyncio.fixture(loop_scope="session")
async def receiver(monkeypatch: pytest.MonkeyPatch, clients: None) -> AsyncIterator[Receiver]:
    """A receiver that the settings name; nothing waits, and nothing was told."""
    its, app = Receiver(), web.Application()
    app.router.add_post("/", its.take)
    reports = await blobs.warehouse(names.REPORTS)
    for folder in _FOLDERS:
        async for blob in reports.list_blobs(name_starts_with=folder):
            await blobs.delete_blob(reports, blob.name)
    async with serving(app) as address:
        monkeypatch.setitem(os.environ, "ALERT_WEBHOOK_URL", f"{address}/")
        settings.cache_clear()
        yield its
    for folder in _FOLDERS:
        async for blob in reports.list_blobs(name_starts_with=folder):
            await blobs.delete_blob(reports, blob.name)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets Azure's time to so many minutes after a moment."""
    times: list[datetime] = [LATER]

    async def azure_time() -> datetime:
        return times[-1]

    monkeypatch.setattr(sending, "azure_time", azure_time)
    return lambda minutes: times.append(LATER + timedelta(minutes=minutes))

"""The latencies of a campaign's flagged events, until the analysis of their window begins."""

import uuid
from datetime import datetime
from typing import Any

import aiohttp
import msgspec
import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from fraud.windows import window_of
from services import names
from services.settings import settings
from tests.function_app.http_functions import archived_at_least, call, until

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

EVENTS = 20
FLAGGED = {"sale_share": 1, "priority": 1, "bad": 0, "discount": {"least": 60, "most": 70}}


async def test_a_flagged_event_counts_until_the_analysis_of_its_window_begins(http: aiohttp.ClientSession):
    stages = [{"shape": "constant", "rate": EVENTS, "for": "1s", "mix": FLAGGED}]
    name = f"latencies-{uuid.uuid4().hex[:8]}"
    status, started = await call(http, "POST", "/api/campaigns", {"name": name, "tick": "1s", "stages": stages})
    assert status == 202, started
    events: list[dict[str, Any]] = await until(lambda: archived_at_least(started["id"], EVENTS))
    assert (await latencies(http, name))["send_to_window"] is None

    store, window = events[0]["store_id"], window_of(enqueued(events[0]))
    of_it = [event for event in events if (event["store_id"], window_of(enqueued(event))) == (store, window)]
    message = {"store_id": store, "ids": [event["id"] for event in of_it]}
    times = {"WindowStart": window.start.isoformat(), "WindowEnd": window.end.isoformat()}
    async with (
        ServiceBusClient.from_connection_string(settings().service_bus.connection_string or "") as client,
        client.get_queue_sender(names.WINDOW_QUEUE) as sender,
    ):
        await sender.send_messages(ServiceBusMessage(msgspec.json.encode(message | times)))

    async def reported() -> dict[str, Any] | None:
        return (await latencies(http, name))["send_to_window"]

    told = await until(reported)
    assert told["count"] == len(of_it)
    assert 0 < told["p50"] <= told["max"]
    minutes = (await latencies(http, name))["minutes"]
    assert sum(minute["send_to_window"]["count"] for minute in minutes if minute["send_to_window"]) == len(of_it)


def enqueued(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["archive"]["enqueued_time"])


async def latencies(http: aiohttp.ClientSession, name: str) -> dict[str, Any]:
    status, told = await call(http, "GET", f"/api/campaigns/{name}/latencies")
    assert status == 200, told
    return told

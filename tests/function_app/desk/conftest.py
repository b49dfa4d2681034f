"""A browser before the whole pipeline: real parts, real events, a minute of Azure's time in a second."""

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
import requests
from azure.eventhub import EventData
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from playwright.sync_api import Browser, sync_playwright

from local_azure.testing import Clock
from local_azure.testing.parts import running
from services import names
from services.clients import close_clients
from services.event_hub import send_events
from services.settings import settings
from tests.support.parts import pipeline

ROOT = Path(__file__).parents[3]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
REQUIRED = "REQUIRE_BROWSER"
"""Set to 1 where there has to be a browser: then its absence is a failure."""
_QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
_SECONDS = 110
HOSTILE = "<img src=x onerror=window.ran=1>'\" {{7*7}} \u202egnp.exe"
HOSTILE_IDS = (
    "<script>window.ran=1</script>",
    'a"onmouseover="window.ran=1" b',
    "../../etc/passwd",
    "a/b/c?d=e&f#g",
    "\u202egnp.exe\u202c",
    "w" * 200,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of this machine. It ends with its module: while it runs, no other test of this process has a loop."""
    program = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if program is None:
        reason = f"none of {', '.join(BROWSERS)} is on the PATH"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=[*_QUIET, "--no-first-run"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app over a pipeline through which a campaign and hostile events have gone."""
    folder = tmp_path_factory.mktemp("desk")
    now = time.time()
    with ExitStack() as stack:
        their_settings = stack.enter_context(pipeline(folder, Clock(now, now, 60)))
        _aside(their_settings, _set_aside)  # before a host takes it
        options = ("--app", str(ROOT), "--port", "0")
        host = stack.enter_context(running("functions_host", *options, state=folder / "host", settings=their_settings))
        address = host.addresses[0].rstrip("/")
        _aside(their_settings, _send)
        _start_hostile(address)
        order = {"name": "seen", "batches": 8, "events_per_batch": 60, "interval_seconds": 20, "seed": 7}
        requests.post(
            f"{address}/api/campaigns", json=order, headers={"x-actor": "Tess"}, timeout=30
        ).raise_for_status()
        _wait_for_cases(address)
        yield address


def _aside(their_settings: Mapping[str, str], work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in their_settings.items():
            patch.setitem(os.environ, name, value)
        settings.cache_clear()
        # Playwright's own loop runs in this thread.
        with ThreadPoolExecutor(1) as threads:
            threads.submit(lambda: asyncio.run(work())).result()
    settings.cache_clear()


async def _send() -> None:
    flagged = {"event_type": "sale_event", "discount": 80, "priority_shipping": 1, "price": 950.5, "qty": 30, "sku": 1}
    text = "<img src=x onerror=window.ran=1>\u202e" + "&lt;b&gt;" + "x" * 64_000
    events = [
        {**flagged, "id": event_id, "store_id": 3, "cust_id": 5, "ts": "<b>soon</b>", "gateway": text}
        for event_id in HOSTILE_IDS
    ]
    bodies = [EventData(msgspec.json.encode(event)) for event in events]
    await send_events("1", [*bodies, EventData(b"<script>window.ran=1</script>\xff\x00"), EventData(b"")])
    await close_clients()


async def _set_aside() -> None:
    """A message that was refused with words that mean harm."""
    connection = settings().service_bus.connection_string or ""
    async with ServiceBusClient.from_connection_string(connection) as client:
        async with client.get_queue_sender(names.WINDOW_QUEUE) as sender:
            body = msgspec.json.encode({"store_id": HOSTILE, "ids": [HOSTILE], HOSTILE: "w" * 64_000})
            await sender.send_messages(
                ServiceBusMessage(body, message_id=HOSTILE[:128], application_properties={HOSTILE: HOSTILE})
            )
        async with client.get_queue_receiver(names.WINDOW_QUEUE) as receiver:
            (message,) = await receiver.receive_messages(max_message_count=1)
            await receiver.dead_letter_message(message, reason=HOSTILE, error_description=HOSTILE + "w" * 2_000)
    await close_clients()


def _start_hostile(address: str) -> None:
    """A workflow whose id and input mean harm, and so the failure that quotes them."""
    content = {"store_id": HOSTILE, "ids": [HOSTILE], HOSTILE: "w" * 20_000}
    path = f"runtime/webhooks/durabletask/orchestrators/review_case/{quote(HOSTILE, safe='')}"
    requests.post(f"{address}/{path}", json=content, timeout=30).raise_for_status()


def _wait_for_cases(address: str) -> None:
    """Until the hostile window is judged and the campaign's first windows are."""
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        text = requests.get(f"{address}/desk/cases?sort=time", timeout=30).text
        # A case names its customers only by verdicts above low, and on a first evening these are not.
        cases = requests.get(f"{address}/api/cases?store=3", timeout=30).json()["items"]
        judged = {verdict["event_id"] for case in cases for verdict in case["top"]}
        if text.count('href="/desk/cases/window-') >= 5 and judged.issuperset(HOSTILE_IDS):
            return
        time.sleep(1)
    raise AssertionError("no cases came of the events")

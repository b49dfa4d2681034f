"""The desk of a running app over real parts, whose pages are the same in each run: Azure's time stands still.

What the hub, the queue, the archives and the durable engine hold is laid before the app starts. Of the engine's
instances each has the times of a clock that moves by what an activity or a timer takes, and by nothing else.
"""

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from azure.eventhub import EventData
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from fraud.archive import ReceivedEvent
from fraud.generation import generate_events
from fraud.windows import WINDOW
from laying.capture import capture_blobs
from local_azure.testing import Clock
from local_azure.testing.parts import running
from reconciliation.capture.path import LAID
from services import names
from services.blobs import warehouse, write_blob
from services.clients import close_clients
from services.event_hub import send_events
from services.settings import settings
from tests.activities.reconciliation.stored_world import store
from tests.function_app.desk.told_instances import tell_instances
from tests.function_app.test_repair_triggers import RUN, damaged
from tests.reconciliation.world import RANGE, START
from tests.support.parts import azure

ROOT = Path(__file__).parents[3]
NOW = START + timedelta(hours=6)
SENT = NOW - timedelta(minutes=9)
"""In the window from ten to five minutes before."""
STANDING = 0.001
"""Azure's seconds in a second: no timer comes due, and no time on a page changes."""
STORE = 7
PATHS = {
    "now": "/desk",
    "trace": "/desk/trace?id=ring-2",
    "trace-lost": "/desk/trace?id=ring-4",
    "workflows": "/desk/workflows",
    "workflow": "/desk/workflows/instance?id=reconcile-of-parts",
    "workflow-act": "/desk/workflows/act?id=campaign-morning&what=restart",
    "campaigns": "/desk/campaigns",
    "campaign-compare": "/desk/campaigns/compare?first=campaign-morning&second=campaign-evening",
    "dead-letters": "/desk/dead-letters",
    "reconciliations": "/desk/reconciliations",
    "reconciliation": f"/desk/reconciliations/{RUN}",
}
_PARTITION = "1"
_EVENTS = 40
_RING = range(5)
_REPORTED = 4
"""The last event of the ring is lost to the stream job."""
_SECONDS = 110
_LETTERS = (b'{"store_id": 7, "ids": ["a-sale"]}', b"no window")


@contextmanager
def running_desk(folder: Path) -> Generator[str]:
    """The address of an app through which a ring has gone, with campaigns, dead letters and a night that is red."""
    (folder / "host").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for moment, lay in ((SENT, _send(folder / "host" / "durable.db")), (NOW, _set_aside())):
            clock = Clock(time.time(), moment.timestamp(), STANDING)
            with azure(folder, clock) as their_settings:
                for name, value in their_settings.items():
                    patch.setitem(os.environ, name, value)
                settings.cache_clear()
                _aside(lay)
                if moment == NOW:
                    with running("functions_host", "--app", str(ROOT), "--port", "0", state=folder / "host") as host:
                        address = host.addresses[0].rstrip("/")
                        _let_it_work(address)
                        yield address
    settings.cache_clear()


def _let_it_work(address: str) -> None:
    _until(lambda: _joints(address)["archived"]["count"] == _EVENTS + len(_RING))
    _aside(_report_window())
    _until(lambda: requests.get(f"{address}/api/cases?store={STORE}", timeout=60).json()["items"])
    for start, end in ((RANGE.start, RANGE.end), (START - timedelta(days=2), START - timedelta(days=1))):
        order = {"from": start.isoformat(), "to": end.isoformat()}
        answer = requests.post(f"{address}/api/reconciliations", json=order, headers={"x-actor": "Olga"}, timeout=60)
        path = f"{address}/api/reconciliations/{answer.json()['id']}"
        _until(lambda path=path: requests.get(path, timeout=60).json()["status"] == "Completed")
    # What Now counts is renewed every ten seconds.
    _until(lambda: requests.get(f"{address}/api/flow", timeout=60).json()["nobody_to_tell"] == 1)


async def _send(database: Path) -> None:
    """What was before: instances, archives of the morning, and events in the hub and in Capture."""
    await tell_instances(database, NOW)
    await store(damaged())
    bodies = [msgspec.json.encode(each) for each in (*_others(), *_ring())]
    await send_events(_PARTITION, [EventData(body) for body in bodies])
    captured = [
        ReceivedEvent(body, _PARTITION, number, str(number), SENT, "the-evening") for number, body in enumerate(bodies)
    ]
    archive = await warehouse(names.ALL_EVENTS)
    for path, content in capture_blobs(captured):
        # Capture of the hub itself would wait for its interval.
        at = path.replace(f"{LAID}/{names.EVENT_HUB}/0", f"namespace/{names.EVENT_HUB}/{_PARTITION}")
        await write_blob(archive, at, content)
    row = f"{SENT:%Y/%m/%d/%H}/0_seen_1.json"
    await write_blob(await warehouse(names.SUSPICIOUS_EVENTS), row, _window())
    await close_clients()


def _others() -> list[dict[str, Any]]:
    events = generate_events("seen", 1, _EVENTS, 0.0, SENT.isoformat())
    return [{**msgspec.to_builtins(event), "discount": 10} for event in events]


def _ring() -> list[dict[str, Any]]:
    """Sales that are flagged, of one sku to several accounts."""
    sale = {**_others()[0], "event_type": "sale_event", "store_id": STORE, "sku": 77, "price": 420.5, "qty": 3}
    flagged = {**sale, "discount": 65, "priority_shipping": True, "payment_method": "gift_card"}
    return [{**flagged, "id": f"ring-{number}", "cust_id": 500 + number % 3} for number in _RING]


def _window() -> bytes:
    """The window of the ring as the stream job reports it."""
    end = SENT + timedelta(minutes=4)
    times = {
        "WindowStart": f"{end - WINDOW:%Y-%m-%dT%H:%M:%S.0000000Z}",
        "WindowEnd": f"{end:%Y-%m-%dT%H:%M:%S.0000000Z}",
    }
    return (
        msgspec.json.encode({"store_id": STORE, "ids": [f"ring-{number}" for number in _RING[:_REPORTED]], **times})
        + b"\n"
    )


async def _set_aside() -> None:
    """Refuse messages as the host does after its last attempt."""
    connection = settings().service_bus.connection_string or ""
    async with ServiceBusClient.from_connection_string(connection) as client:
        async with client.get_queue_sender(names.WINDOW_QUEUE) as sender:
            for number, body in enumerate(_LETTERS):
                await sender.send_messages(ServiceBusMessage(body, message_id=f"letter-{number}"))
        async with client.get_queue_receiver(names.WINDOW_QUEUE) as receiver:
            for _ in _LETTERS:
                (message,) = await receiver.receive_messages(max_message_count=1)
                await receiver.dead_letter_message(message, reason="MaxDeliveryCountExceeded", error_description="")


async def _report_window() -> None:
    connection = settings().service_bus.connection_string or ""
    async with (
        ServiceBusClient.from_connection_string(connection) as client,
        client.get_queue_sender(names.WINDOW_QUEUE) as sender,
    ):
        await sender.send_messages(ServiceBusMessage(_window().strip(), message_id="the-window"))


def _joints(address: str) -> Any:
    return requests.get(f"{address}/api/flow", timeout=60).json()["joints"]


def _until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        time.sleep(0.5)


def _aside(work: Coroutine[Any, Any, None]) -> None:
    """Run something with a loop of its own. Playwright's runs in this thread."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, work).result()

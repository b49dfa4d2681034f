"""The desk over content that never differs: the app's own views over real parts, fixed cases and events, a fixed time.

Its pages are those that need neither the hub, nor the queue, nor the durable engine. A browser's requests are answered
by the views in this process, so that no run has a port, a name or a time of its own.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
import msgspec
import pytest
from playwright.sync_api import Route

from activities.archive_events import archive_events
from benchmarks.desk.filling import fill_cases, fill_events
from fraud.archive import ReceivedEvent
from fraud.desk.callers import Caller
from fraud.desk.problems import ProblemError
from fraud.desk.queries import CaseName
from function_app.desk import answers
from function_app.desk.assets import served_asset
from function_app.desk.pages import TABLE
from function_app.desk.routing import ViewMatch
from function_app.desk.visit import Visit
from local_azure.testing import CLOCK_SETTING, Clock, connections
from local_azure.testing.parts import running
from services import names
from services.blobs import warehouse, write_blob
from services.clients import close_clients
from services.desk.cases import case_details
from services.settings import settings
from tests.support.parts import EMULATORS

ADDRESS = "http://desk.localhost"
"""Browsers trust it as they do one with TLS."""
NOW = datetime(2026, 3, 4, 10, 2, tzinfo=UTC)
_ANA = Caller(name="Ana", role="operator", by="name")
_RECORD = b'{"reason": "not JSON", "raw_base64": "e2JhZDwvc2NyaXB0Pg==", "partition": "1", "offset": "17"}\n'
Filling = Coroutine[Any, Any, dict[str, str]]
"""What is to be seen is written; gives the addresses of the pages by name."""


class FixedDesk:
    """The views, and the loop of a thread in which they run."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.pages: dict[str, str] = {}

    def fill(self, pages: Filling) -> None:
        """Write what is to be seen, which gives the addresses of the pages."""
        self.pages = self._run(pages)

    def answer(self, route: Route, stylesheet: str = "") -> None:
        """Answer a browser. `stylesheet` follows the desk's own, or takes its place if it begins with `instead:`."""
        asked = route.request
        answer = self._run(_answered(asked.method, asked.url))
        body = answer.get_body()
        if stylesheet and urlsplit(asked.url).path.endswith(".css"):
            is_instead = stylesheet.startswith("instead:")
            body = stylesheet.removeprefix("instead:").encode() if is_instead else body + stylesheet.encode()
        kind = f"{answer.mimetype}; charset=utf-8"
        route.fulfill(status=answer.status_code, headers={**answer.headers, "Content-Type": kind}, body=body)

    def close(self) -> None:
        """Close the clients and end the thread."""
        self._run(close_clients())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(300)


@contextmanager
def fixed_desk(
    folder: Path, fill: Callable[[], Coroutine[Any, Any, dict[str, str]]] | None = None
) -> Generator[FixedDesk]:
    """A desk over Cosmos and Blob of its own, with cases, events and a record of quarantine, or what `fill` writes."""
    clocked = {CLOCK_SETTING: Clock(time.time(), NOW.timestamp(), 0.001).setting()}
    cosmos_options, blob_options = (
        ("--port", "0", "--bootstrap", str(EMULATORS / name)) for name in ("cosmos.json", "storage.json")
    )
    with (
        running("cosmos", *cosmos_options, state=folder / "cosmos", settings=clocked) as part,
        running("azurite", *blob_options, state=folder / "azurite") as blobs,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name in ("Warehouse", "AzureWebJobsStorage"):
            patch.setitem(os.environ, name, connections.blobs(blobs.address("blob")))
        address = part.addresses[0].removeprefix("http://").removesuffix("/")
        patch.setitem(os.environ, "Cosmos", connections.cosmos(address))
        settings.cache_clear()
        desk = FixedDesk()
        try:
            desk.fill((fill or _filled)())
            yield desk
        finally:
            desk.close()
    settings.cache_clear()


async def _filled() -> dict[str, str]:
    case = await fill_cases(120, NOW)
    await fill_events(400, NOW, timedelta(hours=1))
    await _archive_judged(case)
    path = "store-events/2026/03/04/09/p1-17.ndjson"
    await write_blob(await warehouse(names.QUARANTINE), path, _RECORD, "application/x-ndjson")
    return {
        "cases": "/desk/cases",
        "cases-by-time": "/desk/cases?sort=time&state=dismissed",
        "case": f"/desk/cases/{case}",
        "events": "/desk/events?store=7",
        "trace-form": "/desk/trace",
        "journal": "/desk/journal",
        "quarantine": "/desk/quarantine",
        "rules": "/desk/rules",
        "campaign-plan": "/desk/campaigns/plan",
        "sql": "/desk/sql?question=rules",
        "api": "/desk/api",
        "me": "/desk/me",
        "refused": "/desk/nothing",
    }


async def _archive_judged(case: str) -> None:
    """Archive the events that a case is about, which arrived one after the other in its window."""
    details = await case_details(CaseName(id=case))
    events = [msgspec.json.encode(verdict.event) for verdict in details.verdicts]
    step = (details.case.window_end - details.case.window_start) / (len(events) + 1)
    await archive_events(
        [
            ReceivedEvent(body, "0", number, str(number), details.case.window_start + number * step, "campaign-desk")
            for number, body in enumerate(events, 1)
        ]
    )


async def _answered(method: str, url: str) -> func.HttpResponse:
    parts = urlsplit(url)
    path = parts.path.removeprefix("/desk").removeprefix("/")
    if path.startswith("static/"):
        asset = served_asset(path.removeprefix("static/"))
        return answers.file(asset) if asset else answers.refused(404, "No such file", "")
    match = TABLE.find(method, path)
    if not isinstance(match, ViewMatch):
        return answers.refused(404, "No such page", "The desk has no page at this address.")
    request = func.HttpRequest(method, url, params=dict(parse_qsl(parts.query)), body=b"")
    try:
        return await match.view(Visit(request, match.values, cast(Any, None), "t" * 43, _ANA))
    except ProblemError as error:
        return answers.refused(error.status, error.title, error.detail)

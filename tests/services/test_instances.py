"""Lists of instances as the durable extension gives them over tables: a page may be empty though others follow."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from aiohttp import web

from services import instances
from services.clients import close_clients
from services.instances import Filter, Instance, list_page
from services.stuck_analyses import stuck_analyses

pytestmark = pytest.mark.asyncio
NOW = datetime(2026, 1, 2, 10, tzinfo=UTC)
STARTED = datetime(2026, 1, 2, 8, tzinfo=UTC)
NAME = "window-3-20260102T075500Z-ab"


class Extension:
    """The instances of a table in ranges of its keys: a page is what one range has, with the token of the next."""

    def __init__(self, *ranges: list[str]) -> None:
        self.ranges = ranges
        self.asked: list[int] = []
        self.base = ""

    async def answer(self, request: web.Request) -> web.Response:
        number = int(request.headers.get("x-ms-continuation-token", 0))
        self.asked.append(number)
        follows = {"x-ms-continuation-token": str(number + 1)} if number + 1 < len(self.ranges) else {}
        rows = [_row(name) for name in self.ranges[number] if request.query["runtimeStatus"].startswith("Running")]
        return web.Response(body=json.dumps(rows), content_type="application/json", headers=follows)


def _row(name: str) -> dict[str, str]:
    times = {"createdTime": STARTED.isoformat(), "lastUpdatedTime": STARTED.isoformat()}
    return {"name": "analyze_window", "instanceId": name, "runtimeStatus": "Running", **times}


@pytest_asyncio.fixture
async def extension() -> AsyncIterator[Extension]:
    """One that runs, whose ranges a test sets."""
    served = Extension()
    app = web.Application()
    app.router.add_get("/instances", served.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.base = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield served
    await close_clients()
    await runner.cleanup()


async def test_empty_pages_before_the_first_instance_are_left_out(extension: Extension):
    extension.ranges = ([], [], [NAME], ["window-9-20260102T075500Z-ab"])

    page = await list_page(extension.base, Filter(statuses=("Running",)), 100)

    assert [instance.instance_id for instance in page.instances] == [NAME]
    assert page.token == "3"


async def test_a_list_without_instances_ends_with_the_last_page(extension: Extension):
    extension.ranges = ([], [], [])

    page = await list_page(extension.base, Filter(statuses=("Running",)), 100)

    assert (page.instances, page.token, extension.asked) == ([], None, [0, 1, 2])


async def test_whoever_has_waited_for_long_gets_an_empty_page_and_its_token(
    extension: Extension, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(instances, "_LONGEST_LOOK", 0.0)
    extension.ranges = ([], [], [NAME])

    page = await list_page(extension.base, Filter(statuses=("Running",)), 100)

    assert (page.instances, page.token) == ([], "1")
    assert "too many to find" in caplog.text


async def test_an_analysis_that_runs_too_long_is_told_wherever_its_row_lies(extension: Extension):
    extension.ranges = ([], [NAME])

    assert await stuck_analyses(extension.base, NOW, NOW - STARTED) == {NAME: STARTED}


async def test_a_look_gives_up_once_in_a_list_that_is_too_long(extension: Extension, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(instances, "_LONGEST_LOOK", 0.0)
    extension.ranges = ([], [], [], [NAME])

    assert await stuck_analyses(extension.base, NOW, NOW - STARTED) == {}
    assert extension.asked == [0, 0]


@pytest.mark.parametrize(
    ("status", "took"),
    [("Completed", timedelta(hours=2)), ("Failed", timedelta(hours=2)), ("Running", None), ("Suspended", None)],
)
async def test_an_instance_took_no_time_before_it_has_ended(status: str, took: timedelta | None):
    instance = Instance(
        name="review_case", instance_id=NAME, runtime_status=status, created_time=STARTED, last_updated_time=NOW
    )

    assert instance.took == took

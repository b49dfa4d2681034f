"""Each reported window without verdicts is told by its name, and so is each analysis that failed or does not end."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web

from fraud.verdicts import verdicts_path
from fraud.windows import SuspiciousWindow, Window
from local_azure.testing.web import serving
from services import names, open_windows, reported_rows
from services.clients import close_clients
from services.open_windows import FORGOTTEN, OpenWindows
from services.stuck_analyses import stuck_analyses
from tests.support.memory_blobs import MemoryAccount, MemoryContainer

NOW = datetime(2026, 1, 2, 10, 12, tzinfo=UTC)
END = datetime(2026, 1, 2, 10, 10, tzinfo=UTC)
MINUTES = timedelta(minutes=1)


class Archives:
    """The containers of the stream job and of verdicts."""

    def __init__(self) -> None:
        self.account = MemoryAccount(seed=1)

    def container(self, name: str) -> MemoryContainer:
        return self.account.container(name)

    async def report(self, *windows: SuspiciousWindow, at: datetime = NOW, name: str = "0_1.json") -> None:
        rows = b"\n".join(msgspec.json.encode(row(window)) for window in windows)
        await self.container(names.SUSPICIOUS_EVENTS).upload_blob(f"{at:%Y/%m/%d/%H}/{name}", rows, overwrite=True)

    async def judge(self, window: SuspiciousWindow) -> None:
        path = verdicts_path(window.name, window.window.end)
        await self.container(names.FRAUD_EVENTS).upload_blob(path, b"{}", overwrite=True)


@pytest.fixture
def archives(monkeypatch: pytest.MonkeyPatch) -> Archives:
    archives = Archives()

    async def warehouse(name: str) -> MemoryContainer:
        return archives.container(name)

    for module in (open_windows, reported_rows):
        monkeypatch.setattr(module, "warehouse", warehouse)
    return archives


def window(store: int | None, *ids: str, end: datetime = END) -> SuspiciousWindow:
    return SuspiciousWindow(store, ids or ("a",), Window(end - 5 * MINUTES, end))


def row(of: SuspiciousWindow) -> dict[str, Any]:
    return {"store_id": of.store_id, "ids": of.ids, "WindowStart": of.window.start, "WindowEnd": of.window.end}


async def test_a_window_without_verdicts_is_told_though_another_store_and_another_part_of_its_store_have_some(
    archives: Archives,
):
    judged, of_other_ids, of_none = window(3, "a"), window(3, "b"), window(None, "c")
    await archives.report(judged, of_other_ids, of_none)
    await archives.judge(judged)

    waiting = await OpenWindows().look(NOW, {})

    assert waiting == {of_other_ids.name: END, of_none.name: END}


async def test_a_window_is_not_told_any_more_once_it_has_verdicts(archives: Archives):
    looks, late = OpenWindows(), window(3)
    await archives.report(late)
    assert await looks.look(NOW, {}) == {late.name: END}

    await archives.judge(late)

    assert await looks.look(NOW + MINUTES, {}) == {}


async def test_rows_that_are_added_to_a_blob_are_read_once_their_end_is_there(archives: Archives):
    looks, first, second = OpenWindows(), window(3), window(4)
    whole = b"\n".join(msgspec.json.encode(row(each)) for each in (first, second))
    suspicious, path = archives.container(names.SUSPICIOUS_EVENTS), f"{NOW:%Y/%m/%d/%H}/0_1.json"
    seen: list[set[str]] = []
    for length in (len(whole) // 2 - 5, len(whole) // 2 + 20, len(whole)):
        await suspicious.upload_blob(path, whole[:length], overwrite=True)
        seen.append(set(await looks.look(NOW, {})))

    assert seen == [set(), {first.name}, {first.name, second.name}]


async def test_a_process_that_begins_anew_goes_on_with_what_the_watch_remembers(archives: Archives):
    old, judged = window(3, end=END - 600 * MINUTES), window(4, end=END - 600 * MINUTES)
    await archives.judge(judged)

    waiting = await OpenWindows().look(NOW, {each.name: each.window.end for each in (old, judged)})

    assert waiting == {old.name: old.window.end}


async def test_a_window_is_forgotten_when_a_night_has_named_it(archives: Archives):
    old = {"window-3-x": NOW - FORGOTTEN}

    assert await OpenWindows().look(NOW - timedelta(seconds=1), old) == old
    assert await OpenWindows().look(NOW, old) == {}


async def test_windows_beyond_those_that_are_told_are_told_once_these_have_verdicts(
    archives: Archives, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(open_windows, "MOST_OPEN", 3)
    looks = OpenWindows()
    windows = sorted((window(store) for store in range(8)), key=lambda each: each.name)
    older = [window(9, end=END - minutes * MINUTES) for minutes in range(5, 60, 5)]
    await archives.report(*windows, *older)

    first = await looks.look(NOW, {})
    assert list(first.values()) == sorted(each.window.end for each in older)[:3]

    for each in (*older, *windows[:-1]):
        await archives.judge(each)
    second = await looks.look(NOW + MINUTES, first)
    assert second == {windows[-1].name: END}

    await archives.judge(windows[-1])
    assert await looks.look(NOW + 2 * MINUTES, second) == {}


async def test_rows_of_the_hours_before_a_start_are_read_however_many_they_are(
    archives: Archives, monkeypatch: pytest.MonkeyPatch
):
    ends = [END - hours * 60 * MINUTES for hours in range(3, -1, -1)]
    stuck = [window(3, *(f"{number:02}-{'x' * 200}" for number in range(40)), end=end) for end in ends]
    for each in stuck:
        await archives.report(each, at=each.window.end)
    monkeypatch.setattr(open_windows, "_READ_BYTES", 10_000)
    looks, remembered = OpenWindows(), dict[str, datetime]()

    for minute in range(7):
        remembered = await looks.look(NOW + minute * MINUTES, remembered)

    assert list(remembered) == [each.name for each in stuck]


async def test_rows_that_are_written_faster_than_they_are_read_are_all_read_in_the_end(
    archives: Archives, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(open_windows, "_READ_BYTES", 10_000)
    looks, remembered, stuck = OpenWindows(), dict[str, datetime](), list[SuspiciousWindow]()
    now = NOW
    for _ in range(6):
        now += timedelta(hours=1)
        stuck += [window(store, "x" * 9_000, end=now - (NOW - END)) for store in range(3)]
        await archives.report(*stuck[-3:], at=now)
        remembered = await looks.look(now, remembered)
    assert len(remembered) < len(stuck)

    for _ in range(20):
        now += timedelta(minutes=1)
        remembered = await looks.look(now, remembered)

    assert remembered.keys() == {each.name for each in stuck}


async def test_what_a_repair_entered_and_what_is_no_window_do_not_wait(archives: Archives):
    await archives.report(window(3), name="correction-window-3.json")
    await archives.container(names.SUSPICIOUS_EVENTS).upload_blob(
        f"{NOW:%Y/%m/%d/%H}/1.json", msgspec.json.encode(row(window(3)) | {"ids": [7]}) + b"\n{\n", overwrite=True
    )

    assert await OpenWindows().look(NOW, {}) == {}


async def test_a_look_at_windows_that_all_have_verdicts_lists_two_hours_and_reads_nothing(
    archives: Archives, monkeypatch: pytest.MonkeyPatch
):
    looks = OpenWindows()
    for minutes in range(0, 120, 5):
        each = window(3, end=END - minutes * MINUTES)
        await archives.report(each, at=each.window.end, name=f"{minutes}.json")
        await archives.judge(each)
    await looks.look(NOW, {})
    asked: list[str] = []

    def listed(container: MemoryContainer, *, name_starts_with: str) -> AsyncIterator[Any]:
        asked.append(name_starts_with)
        return list_blobs(container, name_starts_with=name_starts_with)

    list_blobs = MemoryContainer.list_blobs
    monkeypatch.setattr(MemoryContainer, "list_blobs", listed)
    monkeypatch.delattr(MemoryContainer, "download_blob")

    await looks.look(NOW + MINUTES, {})

    assert asked == ["2026/01/02/09/", "2026/01/02/10/"]


class Management:
    """The management API, which has these instances, and what it was asked."""

    def __init__(self) -> None:
        self.instances: dict[str, list[dict[str, Any]]] = {}
        self.pages: list[list[dict[str, Any]]] = []
        """Of those that failed, the pages after the first."""
        self.asked: list[dict[str, str]] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        if request.query["runtimeStatus"] != "Failed":
            return web.json_response(self.instances.get(request.query["runtimeStatus"], []))
        page = int(request.headers.get("x-ms-continuation-token", 0))
        pages = [self.instances.get("Failed", []), *self.pages]
        headers = {"x-ms-continuation-token": str(page + 1)} if page + 1 < len(pages) else {}
        return web.json_response(pages[page], headers=headers)


@pytest_asyncio.fixture
async def management() -> AsyncIterator[tuple[Management, str]]:
    management, app = Management(), web.Application()
    app.router.add_get("/instances", management.answer)
    async with serving(app) as address:
        yield management, f"{address}/"
    await close_clients()


def instance(of: SuspiciousWindow, status: str, created: datetime, updated: datetime) -> dict[str, Any]:
    return {
        "name": "analyze_window",
        "instanceId": of.name,
        "runtimeStatus": status,
        "createdTime": created.isoformat(),
        "lastUpdatedTime": updated.isoformat(),
    }


async def test_an_analysis_that_failed_is_told_until_its_verdicts_are_written_anew(
    archives: Archives, management: tuple[Management, str]
):
    api, base = management
    failed, mended = window(3), window(4)
    written = datetime.now(UTC)
    await archives.judge(failed)
    await archives.judge(mended)
    api.instances["Failed"] = [
        instance(failed, "Failed", NOW, written + timedelta(hours=1)),
        instance(mended, "Failed", NOW, written - timedelta(hours=1)),
    ]

    assert await stuck_analyses(base, NOW, 45 * MINUTES) == {failed.name: NOW}


async def test_an_analysis_that_failed_is_told_behind_however_many_that_are_mended(
    archives: Archives, management: tuple[Management, str]
):
    api, base = management
    mended = [window(store) for store in range(3)]
    for each in mended:
        await archives.judge(each)
    written = datetime.now(UTC) - timedelta(hours=1)
    api.instances["Failed"] = [instance(each, "Failed", NOW, written) for each in mended]
    api.pages = [api.instances["Failed"], [instance(window(4), "Failed", NOW, written)]]

    assert await stuck_analyses(base, NOW, 45 * MINUTES) == {window(4).name: NOW}


async def test_an_analysis_that_runs_for_longer_than_it_may_is_told_and_others_are_not_asked_for(
    archives: Archives, management: tuple[Management, str]
):
    api, base = management
    created = NOW - 50 * MINUTES
    api.instances["Running,Pending"] = [instance(window(3), "Running", created, NOW)]

    assert await stuck_analyses(base, NOW, 45 * MINUTES) == {window(3).name: created}
    assert api.asked[0]["createdTimeTo"] == "2026-01-02T09:27:00.000000Z"
    assert {asked["instanceIdPrefix"] for asked in api.asked} == {"window-"}
    assert len(api.asked) == 2


async def test_a_window_of_the_future_is_of_another_hand_and_not_waited_for(archives: Archives):
    due = window(3)
    await archives.report(due, window(3, end=END + 60 * MINUTES))

    assert await OpenWindows().look(NOW, {"window-4": END + 60 * MINUTES}) == {due.name: END}

"""Pages of quarantine: of an hour that a producer has filled no more is listed than is shown, and each record comes."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from fraud.desk.problems import ProblemError
from fraud.desk.queries import QuarantineQuery
from local_azure.testing import connections
from local_azure.testing.parts import running
from services import names
from services.blobs import warehouse, write_blob
from services.clients import close_clients
from services.desk.blob_paths import PathRange, last_first
from services.desk.quarantine import list_quarantine
from services.settings import settings
from tests.support.parts import EMULATORS

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
HOURS = {f"2026/01/02/{hour:02}": [f"p{number}-7.json" for number in range(8)] for hour in (9, 10, 23)}
EVERY = [f"store-events/{hour}/{name}" for hour, listed in sorted(HOURS.items(), reverse=True) for name in listed]


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def written(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[None]:
    """Three hours with eight records each, and three messages."""
    folder: Path = tmp_path_factory.mktemp("quarantine")
    options = ("--port", "0", "--bootstrap", str(EMULATORS / "storage.json"))
    with running("azurite", *options, state=folder) as part, pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "Warehouse", connections.blobs(part.address("blob")))
        settings.cache_clear()
        container = await warehouse(names.QUARANTINE)
        for path in (*EVERY, *(f"suspicious-windows/{number}.json" for number in range(3))):
            await write_blob(container, path, b"1")
        yield
        await close_clients()
    settings.cache_clear()


async def pages(asked: QuarantineQuery) -> list[list[str]]:
    """The paths of all pages of a question."""
    shown: list[list[str]] = []
    token: str | None = None
    while not shown or token:
        page = await list_quarantine(QuarantineQuery(kind=asked.kind, limit=asked.limit, token=token))
        shown.append([row.path for row in page.items])
        token = page.next
    return shown


@pytest.mark.parametrize("limit", [3, 4, 8, 24, 100])
async def test_each_record_comes_once_the_newest_hour_first(limit: int):
    shown = await pages(QuarantineQuery(limit=limit))

    assert [path for page in shown for path in page] == EVERY
    assert [len(page) for page in shown[:-1]] == [limit] * (len(shown) - 1)
    assert len(shown) == -(-len(EVERY) // limit)


async def test_a_page_lists_no_more_names_of_an_hour_than_it_shows(monkeypatch: pytest.MonkeyPatch):
    container = await warehouse(names.QUARANTINE)
    asked: list[int] = []
    list_names = container.list_blob_names

    def counted(*, name_starts_with: str, results_per_page: int) -> object:
        asked.append(results_per_page)
        return list_names(name_starts_with=name_starts_with, results_per_page=results_per_page)

    monkeypatch.setattr(container, "list_blob_names", counted)
    page = await list_quarantine(QuarantineQuery(limit=2))

    assert (len(page.items), asked) == (2, [2])


async def test_messages_lie_in_one_folder():
    assert await pages(QuarantineQuery(kind="windows", limit=2)) == [
        ["suspicious-windows/0.json", "suspicious-windows/1.json"],
        ["suspicious-windows/2.json"],
    ]


async def test_only_hours_of_the_span_are_listed():
    asked = {"from": "2026-01-02T10:00:00Z", "to": "2026-01-02T10:30:00Z", "limit": 100}

    page = await list_quarantine(msgspec.convert(asked, QuarantineQuery))

    assert [row.path for row in page.items] == EVERY[8:16]


async def test_those_of_a_partition_are_found_beside_any_number_of_others():
    first = await list_quarantine(QuarantineQuery(partition="3", limit=2))
    rest = await list_quarantine(QuarantineQuery(partition="3", limit=2, token=first.next))

    assert [row.path for row in (*first.items, *rest.items)] == [path for path in EVERY if "/p3-" in path]
    assert rest.next is None
    with pytest.raises(ProblemError, match="partition"):
        await list_quarantine(QuarantineQuery(kind="windows", partition="3"))


async def test_a_token_of_another_list_is_refused():
    with pytest.raises(ProblemError, match="token"):
        await list_quarantine(QuarantineQuery(limit=2, token="e30"))


async def test_of_a_folder_with_more_than_are_kept_the_last_come_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.desk.blob_paths.MAX_LISTED", 3)
    paths = PathRange("store-events/2026/01/02/23/")

    listed = [blob.path async for blob in last_first(await warehouse(names.QUARANTINE), paths)]

    assert listed == EVERY[:8][:-4:-1]

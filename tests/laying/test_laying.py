"""Contract: a past that is laid is read as if it had arrived, over the real Blob and Cosmos SDKs."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from activities.watching.flagged_windows import read_flagged_windows
from fraud.archive import original_event
from laying.__main__ import is_of_this_machine
from services import cosmos
from services.clients import close_clients
from services.profiles import profiles_of, read_manifest
from services.settings import settings
from tests.support.parts import ROOT, azure
from worlds import World, WorldPlan, make_world

START = datetime(2026, 3, 2, tzinfo=UTC)
NOON = START + timedelta(days=2, hours=12)
Settings = dict[str, str]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with azure(tmp_path_factory.mktemp("azure")) as its_settings, pytest.MonkeyPatch.context() as patch:
        for name, value in its_settings.items():
            patch.setitem(os.environ, name, value)
        settings.cache_clear()
        yield its_settings
    settings.cache_clear()


@pytest_asyncio.fixture(loop_scope="module")
async def clients(services: Settings) -> AsyncIterator[None]:
    yield
    await close_clients()


def laid(folder: Path, world: World, its_settings: Settings) -> dict[str, Any]:
    lines = zip(world.events(), world.event_lines(), strict=True)
    (folder / "past.ndjson").write_bytes(b"".join(line for (arrived, _), line in lines if arrived <= NOON))
    (folder / "settings.json").write_text(json.dumps({"Values": its_settings}))
    command = [sys.executable, "-m", "laying", str(folder / "past.ndjson"), "--settings", str(folder / "settings.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.asyncio(loop_scope="module")
async def test_a_past_is_archived_and_profiled_and_laying_it_again_changes_nothing(
    tmp_path: Path, services: Settings, clients: None
):
    world = make_world(WorldPlan(seed=5, days=3, customers=200, sales_per_day=200, start=START))
    past = [(arrived, event) for arrived, event in world.events() if arrived <= NOON]
    last_day = {event.id for arrived, event in past if arrived > past[-1][0] - timedelta(days=1)}

    told = laid(tmp_path, world, services)
    again = laid(tmp_path, world, services)

    assert told == again
    assert (told["events"], told["days"]) == (len(past), 2)
    documents = [document async for document in (await cosmos.events()).query_items("SELECT * FROM c")]
    assert {original_event(document)[0]["id"] for document in documents} == last_day
    assert {document["archive"]["run_id"] for document in documents} == {"laid"}
    profiles = (await profiles_of(date(2026, 3, 3))).profiles
    of_whole_days = [event for arrived, event in past if arrived <= START + timedelta(days=2)]
    assert len(profiles.customers) == len({event.cust_id for event in of_whole_days})
    assert (await read_manifest(date(2026, 3, 3))).events == len(
        {event for arrived, event in past if START + timedelta(days=1) < arrived <= START + timedelta(days=2)}
    )
    assert await read_flagged_windows() == (), "nobody waits for windows of events that no hub has had"


def test_a_past_is_laid_on_this_machine_only():
    assert is_of_this_machine("BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;AccountName=a;AccountKey=k")
    assert is_of_this_machine("AccountEndpoint=http://localhost:8081/;AccountKey=k")
    assert not is_of_this_machine("AccountEndpoint=https://real.documents.azure.com:443/;AccountKey=k")
    assert not is_of_this_machine("BlobEndpoint=http://127.0.0.1/;QueueEndpoint=https://real.queue.core.windows.net")
    assert not is_of_this_machine("AccountName=real;AccountKey=k")
    assert not is_of_this_machine("")

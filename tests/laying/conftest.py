"""A past that is laid once for all tests of the room, on running services."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from services.clients import close_clients
from services.settings import settings
from tests.support.parts import ROOT, azure
from worlds import LabelledWorld, WorldPlan, make_world

START = datetime(2026, 3, 2, tzinfo=UTC)
CASES = 2
NOON = START + timedelta(days=2, hours=12)


class Past(msgspec.Struct, frozen=True):
    """The world, what `laying` has told, and what it needs to be run again."""

    world: LabelledWorld
    told: dict[str, Any]
    folder: Path

    def lay_again(self) -> dict[str, Any]:
        """Run the program once more; what it tells."""
        return laid(self.folder)


@pytest.fixture(scope="package")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with azure(tmp_path_factory.mktemp("azure")) as its_settings, pytest.MonkeyPatch.context() as patch:
        its_settings |= {"SWEEP_CASES": str(CASES)}
        for name, value in its_settings.items():
            patch.setitem(os.environ, name, value)
        settings.cache_clear()
        yield its_settings
    settings.cache_clear()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def past(services: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Past]:
    """Two days and a half of a small world, up to noon."""
    folder = tmp_path_factory.mktemp("past")
    world = make_world(WorldPlan(seed=5, days=3, customers=200, sales_per_day=300, start=START))
    lines = zip(world.events(), world.event_lines(), strict=True)
    (folder / "past.ndjson").write_bytes(b"".join(line for (arrived, _), line in lines if arrived <= NOON))
    (folder / "settings.json").write_text(json.dumps({"Values": services}))
    yield Past(world, laid(folder), folder)
    await close_clients()


def laid(folder: Path) -> dict[str, Any]:
    """Run the program on the files of a folder; what it tells."""
    files = [str(folder / "past.ndjson"), "--settings", str(folder / "settings.json")]
    command = [sys.executable, "-m", "laying", *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

"""What all days of the hostile producer share: services, the settings that lead the app there, an event loop."""

import asyncio
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from local_azure.testing import Clock
from orchestrations import analyze_window
from services import blobs
from services.clients import CachedClient, close_clients
from services.settings import settings as app_settings
from tests.support.memory_blobs import MemoryAccount
from tests.support.parts import azure, cosmos
from tests.trust.day import PARTITIONS

_MEMORY = Path("/dev/shm")


class Harness:
    """The event loop of all days. `days` counts them, so that each has a date of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.days = self.sequences = self.events = self.faults = 0
        self.numbers = [0] * PARTITIONS


@contextmanager
def harness_of_parts(folder: Path) -> Generator[Harness, None, None]:
    """Blob and Cosmos are local parts, which keep their files in a folder."""
    with azure(folder, Clock()) as theirs, pytest.MonkeyPatch.context() as patch:
        yield from _harness(theirs, patch)


@contextmanager
def harness_in_memory() -> Generator[Harness, None, None]:
    """Blobs lie in this process. Cosmos is the local part, with its files in memory where there is a folder of it."""
    with (
        tempfile.TemporaryDirectory(dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None) as folder,
        cosmos(Path(folder), Clock()) as theirs,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name in ("_warehouse", "_jobs_storage"):
            patch.setattr(blobs, name, CachedClient(_opener(MemoryAccount())))
        yield from _harness({"API_ROLE": "operator", **theirs}, patch)


def _opener(account: MemoryAccount) -> Callable[[AsyncExitStack], Awaitable[Any]]:
    async def open_account(_: AsyncExitStack) -> MemoryAccount:
        return account

    return open_account


def _harness(theirs: Mapping[str, str], patch: pytest.MonkeyPatch) -> Generator[Harness, None, None]:
    made = Harness()
    logging.getLogger().setLevel(logging.ERROR)
    for name, value in theirs.items():
        patch.setitem(os.environ, name, value)
    # By an event alone, which is what the oracle knows; with RULE_SET=context it leaves bands out.
    patch.setitem(os.environ, "RULE_SET", os.environ.get("RULE_SET", "seed"))
    patch.setitem(os.environ, "FUNCTIONS_WORKER_PROCESS_COUNT", "64")  # every step in this process
    # Two look-ups do: what is late comes at the first timer.
    patch.setattr(analyze_window, "LOOKUPS", 2)
    app_settings.cache_clear()
    try:
        yield made
    finally:
        made.loop.run_until_complete(close_clients())
        made.loop.close()
        app_settings.cache_clear()

"""A running task hub over an app of a test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import azure.durable_functions as df
import pytest_asyncio

from tests.local_azure.durable.running import RunningHub


@pytest_asyncio.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RunningHub]:
    """A hub with its store in the test's folder; register functions on `hub.app`, then use it."""
    running = RunningHub(tmp_path / "hub.db", df.DFApp())
    yield running
    await running.stop()

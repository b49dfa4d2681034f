"""The app's workflows on the real engine, with steps in memory and an hour in a second."""

from collections.abc import AsyncIterator
from pathlib import Path

import azure.durable_functions as df
import pytest
import pytest_asyncio

from local_azure.testing.running_hub import RunningHub
from tests.orchestrations.fake_activities import FakeActivities


@pytest.fixture
def steps() -> FakeActivities:
    """The steps that the workflows call."""
    return FakeActivities()


@pytest_asyncio.fixture
async def hub(tmp_path: Path, steps: FakeActivities) -> AsyncIterator[RunningHub]:
    """A task hub over the app's workflows."""
    app = df.DFApp()
    steps.register(app)
    running = RunningHub(tmp_path / "hub.db", app)
    running.clock = RunningHub.clock_at_speed(3_600)
    yield running
    await running.stop()

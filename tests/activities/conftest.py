"""The real services, or what stands in for them, behind the app's own clients; and a window."""

import os
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from activities.archive_events import archive_events
from activities.window_ids import save_window
from fraud.analysis import WindowTask
from fraud.windows import SuspiciousWindow, unique_ids
from services import look_ups, rules_in_use
from services.clients import close_clients
from tests.activities.rule_sets import judging_by
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received
from tests.support.parts import azure


@pytest.fixture(scope="package")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The app's settings lead to running services."""
    with azure(tmp_path_factory.mktemp("azure")) as their_settings, pytest.MonkeyPatch.context() as patch:
        for name, value in their_settings.items():
            patch.setitem(os.environ, name, value)
        # Its bands follow from an event alone, so that a test can say them; context has tests of its own.
        with judging_by("seed"):
            yield


@pytest.fixture
def context_set() -> Iterator[None]:
    """The setting names the context set, as long as a test does not name another."""
    with judging_by("context"):
        yield


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def clients(services: None) -> AsyncIterator[None]:
    """The app's clients on the session's event loop, as in the worker; closed at the end."""
    yield
    await close_clients()


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def _as_if_started_now() -> None:  # pyright: ignore[reportUnusedFunction]
    """No test answers from what another one remembers."""
    await look_ups.forget()
    await rules_in_use.forget()


@pytest_asyncio.fixture(loop_scope="session")
async def task() -> WindowTask:
    """A window of two archived events and one that never arrived."""
    run = uuid.uuid4().hex
    await archive_events([received(event_body(f"{run}-{name}", discount=72), 1) for name in ("a", "b")])
    ids = unique_ids([f"{run}-b", f"{run}-a", f"{run}-missing"])
    return await save_window(SuspiciousWindow(3, ids, WINDOW_ENDING_1010))

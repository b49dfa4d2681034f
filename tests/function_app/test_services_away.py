"""The HTTP functions when nothing answers behind them: what they say, and how soon."""

import os
import time
from collections.abc import AsyncIterator

import azure.functions as func
import msgspec
import pytest
import pytest_asyncio

from services.clients import close_clients
from services.settings import settings
from tests.conftest import APP_SETTINGS
from tests.function_app.test_access import CLIENT
from tests.support.app_index import indexed_functions

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("nothing_answers")]


@pytest_asyncio.fixture(loop_scope="session")
async def nothing_answers() -> AsyncIterator[None]:
    """Every connection leads to a port where nobody listens."""
    await close_clients()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**APP_SETTINGS, "API_ROLE": "operator"}.items():
            patch.setitem(os.environ, name, value)
        settings.cache_clear()
        yield
        await close_clients()
    settings.cache_clear()


async def call(name: str, **headers: str) -> tuple[int, dict[str, object], float]:
    """Status, body, and after how many seconds."""
    started = time.monotonic()
    named = {header.replace("_", "-"): text for header, text in headers.items()}
    request = func.HttpRequest("GET", "http://localhost/", headers=named, params={"count": "3"}, body=b"")
    bindings = {"client": CLIENT} if headers else {}
    answer: func.HttpResponse = await indexed_functions()[name].call(request, **bindings)
    return answer.status_code, msgspec.json.decode(answer.get_body()), time.monotonic() - started


async def test_the_producer_answers_503_within_ten_seconds_and_never_200():
    status, body, seconds = await call("store-events-producer-fn")

    assert (status, body["title"]) == (503, "Event Hub unreachable")
    assert seconds < 10


async def test_health_answers_503_and_says_why_only_to_those_with_a_key():
    status, body, seconds = await call("health")

    assert (status, body) == (503, {"status": "failed"})
    assert seconds < 9

    status, body, seconds = await call("health-details")

    assert (status, body["status"]) == (503, "failed")
    dependencies = msgspec.convert(body["dependencies"], dict[str, dict[str, object]])
    assert len(dependencies) == 5
    assert all(dependency["status"] == "failed" and dependency["detail"] for dependency in dependencies.values())
    assert seconds < 9


async def test_what_cannot_be_journalled_is_not_done_and_answered_503():
    status, body, seconds = await call("start-campaign", x_actor="Ana")

    assert (status, body["title"]) == (503, "Service away")
    assert "nothing was changed" in str(body["detail"])
    assert seconds < 15

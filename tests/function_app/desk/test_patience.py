"""The wait for a page while a service is silent."""

import asyncio

import azure.functions as func
import pytest

from fraud.watching.health import DependencyHealth, Health
from function_app.desk import pages, patience
from function_app.desk.routing import ViewMatch
from function_app.desk.visit import Visit
from services import names
from tests.function_app.test_access import CLIENT

ASKED = func.HttpRequest("GET", "http://localhost/desk/cases", body=b"")
pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.05)


def healthy(monkeypatch: pytest.MonkeyPatch, *away: str) -> None:
    async def answer() -> Health:
        states = {name: DependencyHealth("failed" if name in away else "ok", 1) for name in patience.SERVICES}
        return Health("failed" if away else "ok", states)

    monkeypatch.setattr(patience, "recent_health", answer)


async def shown(seconds: float) -> str:
    """The page of a view that takes so long."""

    async def view(visit: Visit) -> func.HttpResponse:
        await asyncio.sleep(seconds)
        return func.HttpResponse("the page")

    answer = await asyncio.wait_for(_answered(ViewMatch(view, {})), 5)
    return f"{answer.status_code} {answer.get_body().decode()}"


async def _answered(match: ViewMatch) -> func.HttpResponse:
    client: object = CLIENT
    return await pages._answered(match, ASKED, client)  # pyright: ignore[reportPrivateUsage, reportArgumentType]


async def test_a_page_whose_service_is_silent_is_given_up_and_names_the_service(monkeypatch: pytest.MonkeyPatch):
    healthy(monkeypatch, names.COSMOS)
    text = await shown(60)

    assert text.startswith("503 ")
    assert "<h1>Cosmos does not answer</h1>" in text


async def test_two_silent_services_are_both_named(monkeypatch: pytest.MonkeyPatch):
    healthy(monkeypatch, names.WAREHOUSE, names.JOBS_STORAGE)

    assert "The storage of workflows and the storage of archives and reports do not answer" in await shown(60)


async def test_a_slow_page_whose_services_answer_is_waited_for(monkeypatch: pytest.MonkeyPatch):
    healthy(monkeypatch)

    assert await shown(0.4) == "200 the page"


async def test_a_change_that_nobody_waits_for_any_more_is_made_to_its_end(monkeypatch: pytest.MonkeyPatch):
    healthy(monkeypatch, names.COSMOS)
    made: list[str] = []

    async def change() -> func.HttpResponse:
        await asyncio.sleep(0.3)
        made.append("made")
        return func.HttpResponse()

    for changes in (False, True):
        with pytest.raises(patience.ServiceAwayError, match="Cosmos"):
            await patience.awaited(change(), changes=changes)
    await asyncio.sleep(0.5)

    assert made == ["made"]


async def test_what_a_view_raises_is_raised_at_once():
    async def refuse() -> func.HttpResponse:
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        await patience.awaited(refuse(), changes=False)

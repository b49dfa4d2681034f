"""The page Trace follows the id that is asked for, with the blanks that its producer gave it."""

from typing import Any, cast

import azure.functions as func
import pytest

from fraud.desk.callers import Caller
from fraud.desk.problems import not_found
from fraud.desk.rows import CaseRow, EventContent
from fraud.tracing import ContentTrace, Trace
from function_app.desk.views import trace
from function_app.desk.visit import Visit


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids that were looked for; only `there` and ` with blanks ` have arrived."""
    ids: list[str] = []

    async def trace_event(event_id: str, management: str) -> Trace:
        ids.append(event_id)
        content = EventContent(source="archive", event={}, store_id=1)
        has_arrived = event_id in ("there", " with blanks ")
        contents = (ContentTrace(content=content, flagged=False, steps=()),) if has_arrived else ()
        return Trace(id=event_id, contents=contents, complete=True)

    def address(client: object) -> str:
        return ""

    async def find_case(case_id: str) -> CaseRow:
        raise not_found("case", case_id)

    monkeypatch.setattr(trace, "trace_event", trace_event)
    monkeypatch.setattr(trace, "find_case", find_case)
    monkeypatch.setattr(trace, "management_address", address)
    return ids


async def status_of(event_id: str) -> int:
    return (await page_of(event_id)).status_code


async def page_of(event_id: str) -> func.HttpResponse:
    request = func.HttpRequest("GET", "http://localhost/desk/trace", params={"id": event_id}, body=b"")
    visit = Visit(request, {}, cast(Any, None), "token", Caller(name="Ann", role="reader", by="name"))
    return await trace.show_trace(visit)


async def test_an_id_with_blanks_at_its_ends_is_followed(asked: list[str]):
    assert await status_of(" with blanks ") == 200
    assert asked == [" with blanks "]


async def test_blanks_that_were_pasted_along_keep_nobody_from_the_event(asked: list[str]):
    assert await status_of("there ") == 200
    assert asked == ["there ", "there"]


async def test_a_trace_says_that_its_times_are_of_the_first_arrival(asked: list[str]):
    there, nobody = [(await page_of(event_id)).get_body().decode() for event_id in ("there", "nobody")]

    assert "Times are of the first arrival. The archive keeps no resend: reconciliations count them." in there
    assert "first arrival" not in nobody


@pytest.mark.parametrize("event_id", ["nobody", "  "])
async def test_an_event_that_never_came_is_looked_for_once(asked: list[str], event_id: str):
    assert await status_of(event_id) == 404
    assert asked == [event_id]

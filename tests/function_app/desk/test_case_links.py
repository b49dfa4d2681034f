"""Links of a case lead where there is something: what is judged by its place has no id, and no window's workflow."""

import re
from html import unescape

import pytest
from msgspec.structs import replace

from fraud.desk.rows import CaseDetails, CaseRow
from fraud.quarantine import QuarantinedEvent
from fraud.quarantine_places import places_tasks
from fraud.verdicts import CaseType
from function_app.desk import rendering
from function_app.desk.pictures.moments import timeline_of
from function_app.desk.pictures.ring import ring_of
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW
from tests.fraud.desk.cases import OPERATOR, a_case
from tests.function_app.desk.test_ring import verdict

CASE = replace(a_case(), bands={"high": 1, "medium": 0, "low": 0, "unresolved": 0})
RECORD = QuarantinedEvent(
    reason="", raw_base64="", partition="1", offset="0", sequence_number=900, enqueued_time=WINDOW.end
)


def links_of(case: CaseRow, event_id: str) -> list[str]:
    verdicts = (replace(verdict(cust_id=1), event_id=event_id),)
    page = rendering.render(
        "case.html",
        case=case,
        details=CaseDetails(case=case, verdicts=verdicts, verdicts_in_all=1, journal=()),
        timeline=timeline_of(verdicts, case.window_start, case.window_end),
        ring=ring_of(verdicts),
        alike_address=lambda *_: "/desk/events",  # pyright: ignore[reportUnknownLambdaType]
        said_once=(),
        amounts=[None],
        related=[],
        most_links=0,
        problem="",
        given={},
        here="cases",
        me=OPERATOR,
        token="",
    )
    return [unescape(link) for link in re.findall(r'href="([^"]*)"', page)]


def test_a_verdict_by_place_leads_to_its_record_and_its_case_to_the_workflows_that_judged_it():
    (task,) = places_tasks([RECORD])
    links = links_of(replace(CASE, id=task.name, type="quarantine"), "p1-900/2")

    assert rendering.query("/desk/quarantine/record", path=RECORD.path) in links
    assert f"/desk/workflows?prefix={task.name}-" in links
    assert task.instance_id.startswith(f"{task.name}-")
    assert not [link for link in links if "/trace?" in link or "reanalysis" in link or "/instance" in link]


@pytest.mark.parametrize(("type", "is_judged_again"), [("window", True), ("sweep", False)])
def test_any_other_verdict_leads_to_the_way_of_its_event(type: CaseType, is_judged_again: bool):
    links = links_of(replace(CASE, type=type), "p1-900/2")

    assert "/desk/trace?id=p1-900%2F2" in links
    assert ("/desk/workflows/instance?id=window-3-x" in links) == is_judged_again
    assert ("/desk/rules/reanalysis?window=window-3-x" in links) == is_judged_again

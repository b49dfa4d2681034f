"""Workflows, case files and outcomes over the API of the running app."""

import json
from typing import Any

import aiohttp
import pytest

from activities.archive_events import archive_events
from fraud.desk.case_file import digest_of
from tests.fraud.builders import event_body, received
from tests.function_app.http_functions import INSTANCES, ORCHESTRATORS, call
from tests.function_app.test_desk_api import get, make_case, pages

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


async def test_workflows_are_paged_by_the_beginning_of_their_ids(http: aiohttp.ClientSession):
    task: dict[str, Any] = {"case_id": "window-1-gone", "store_id": 1, "deadlines": {}}
    names = [f"review-desk-{number}" for number in range(3)]
    for name in names:
        await call(http, "POST", f"{ORCHESTRATORS}/review_case/{name}", task)

    listed = await pages(http, "/api/workflows", limit=2, prefix="review-desk-")

    assert sorted(row["id"] for row in listed) == names
    assert {row["name"] for row in listed} == {"review_case"}
    assert (await call(http, "GET", f"{INSTANCES}/{names[0]}"))[1]["instanceId"] == names[0]


async def test_a_case_goes_out_as_one_file_whose_digests_hold(http: aiohttp.ClientSession):
    name = await make_case("window-8400-file", 8_400, 900)

    async with http.get(f"/api/cases/{name}/file.json") as answer:
        file = await answer.json()
        disposition = answer.headers["Content-Disposition"]
    async with http.get(f"/api/cases/{name}/file.html") as answer:
        page, policy = await answer.text(), answer.headers["Content-Security-Policy"]

    assert file["digest"] == digest_of({part: digest_of(file[part]) for part in file["digests"]})
    assert file["case"]["id"] == name
    assert disposition == f'attachment; filename="{name}.json"'
    assert "default-src 'none'" in policy
    assert f"{name}, written " in page


async def outcomes_sent(http: aiohttp.ClientSession, body: str) -> tuple[int, Any]:
    headers = {"x-actor": "Ana", "Content-Type": "text/csv"}
    async with http.post("/api/outcomes", data=body.encode(), headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_outcomes_come_in_as_a_csv_all_or_none_and_again_without_harm(http: aiohttp.ClientSession):
    rows = "".join(f"event-{number},chargeback,2026-01-31\n" for number in range(130))

    first = await outcomes_sent(http, f"id,outcome,date\n{rows}")
    again = await outcomes_sent(http, f"id,outcome,date\n{rows}event-0,legitimate,2026-02-01\n")
    refused, problem = await outcomes_sent(http, "id,outcome,date\nevent-200,fraud,2026-01-01\nx,maybe,2026-01-01\n")

    listed = await pages(http, "/api/outcomes", limit=100)
    assert first == again == (200, {"kept": 130, "unseen": 130})
    assert (refused, problem["field"]) == (400, "line 3")
    assert len(listed) == 130
    assert {row["outcome"] for row in listed if row["id"] == "event-0"} == {"legitimate"}


async def test_no_outcome_is_taken_for_a_case(http: aiohttp.ClientSession):
    await outcomes_sent(http, "id,outcome,date\nevent-1,fraud,2026-01-31\n")

    page = await get(http, "/api/cases", limit=100, sort="time")

    assert "_outcomes" not in json.dumps(page)


async def test_an_outcome_counts_for_the_rules_of_the_verdict_on_its_event(http: aiohttp.ClientSession):
    name = await make_case("window-8410-outcome", 8_410, 900)
    event_id = f"{name}-0"
    await archive_events([received(event_body(event_id, price=900, qty=10, store_id=8_410, cust_id=1), 8_410)])
    span = {"from": "2026-01-02T10:10:00Z", "to": "2026-01-02T10:10:00Z"}
    before = await get(http, "/api/label-figures", **span)

    await outcomes_sent(http, f"id,outcome,date\n{event_id},chargeback,2026-01-31\nnobody-8410,fraud,2026-01-31\n")
    after = await get(http, "/api/label-figures", **span)
    (row,) = [row for row in await pages(http, "/api/outcomes", limit=100) if row["id"] == event_id]
    hits = await get(http, "/api/rule-hits")
    weeks = await (await http.get("/desk/rules/weeks")).text()

    counted = {row["rule"]: row["fraud"] for row in after["rules"]}
    assert after["outcomes"] == before["outcomes"] + 1
    assert row["verdict"]["band"] == "high"
    assert row["verdict"]["rules"]
    assert all(counted[rule] >= 1 for rule in row["verdict"]["rules"])
    assert hits["complete"]
    assert "Precision" in weeks

"""The lists and details of the desk's API of the running app."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from yarl import URL

from activities.alert_fraud_team import alert_fraud_team
from activities.archive_events import archive_events
from activities.keep_verdicts import VerdictsPlace, keep_verdicts
from fraud.judging import judged
from fraud.verdicts import amended, to_ndjson, verdicts_path
from fraud.windows import Window
from services import cosmos
from tests.fraud.builders import WINDOW_ENDING_1010, event_body, received
from tests.function_app.http_functions import call

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

STORE = 8_100
"""Stores from here on are of this file."""


def window_ending(minutes: int) -> Window:
    later = timedelta(minutes=minutes)
    return Window(WINDOW_ENDING_1010.start + later, WINDOW_ENDING_1010.end + later)


async def make_case(name: str, store: int, price: float, *, minutes: int = 0, customer: int = 1, sales: int = 1) -> str:
    """A case with verdicts of the band high, as an analysis leaves it; its name."""
    window = window_ending(minutes)
    fields = {"price": price, "qty": 10, "store_id": store, "cust_id": customer}
    events = [msgspec.json.decode(event_body(f"{name}-{number}", **fields)) for number in range(sales)]
    verdicts = [judged(event, store, window, "campaign-x", contents=2) for event in events]
    place = VerdictsPlace(name=name, store_id=store, window=window, path=verdicts_path(name, window.end))
    await alert_fraud_team(await keep_verdicts(place, to_ndjson(verdicts), amended))
    return name


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cases(app: str) -> list[str]:
    """Cases by the money at stake, the highest first."""
    names: list[str] = []
    for n in range(5):
        name, store = f"window-{STORE + n}-desk-{n}", STORE + n
        names.append(await make_case(name, store, 900 - 100 * n, minutes=5 * n, customer=n))
    return names


async def get(http: aiohttp.ClientSession, path: str, **query: Any) -> Any:
    async with http.get(path, params=query) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def pages(http: aiohttp.ClientSession, path: str, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while True:
        page = await get(http, path, **query)
        items += page["items"]
        if page["next"] is None:
            return items
        query["token"] = page["next"]


def ids(items: list[dict[str, Any]], mine: list[str]) -> list[str]:
    return [item["id"] for item in items if item["id"] in mine]


async def test_cases_come_by_the_money_at_stake_or_by_time(http: aiohttp.ClientSession, cases: list[str]):
    assert ids(await pages(http, "/api/cases", limit=2), cases) == cases
    assert ids(await pages(http, "/api/cases", limit=2, sort="time"), cases) == cases[::-1]


async def test_a_case_that_comes_meanwhile_neither_repeats_nor_hides_another(
    http: aiohttp.ClientSession, cases: list[str]
):
    span = {"from": "2026-01-02T10:10:00Z", "to": "2026-01-02T10:30:00Z"}
    first = await get(http, "/api/cases", limit=2, **span)
    await make_case("window-8050-desk-more", 8_050, 5_000)

    rest = await pages(http, "/api/cases", limit=2, token=first["next"], **span)

    assert ids(first["items"] + rest, cases) == cases


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"store": STORE + 1}, [1]),
        ({"customer": 3}, [3]),
        ({"min_amount": 700_000}, [0, 1, 2]),
        ({"from": "2026-01-02T10:20:00Z", "to": "2026-01-02T12:25:00+02:00"}, [2, 3]),
        ({"state": "open", "store": STORE}, [0]),
        ({"state": "undecided", "store": STORE}, [0]),
        ({"state": "confirmed"}, []),
        ({"band": "high", "store": STORE + 4}, [4]),
        ({"band": "unresolved"}, []),
        ({"assignee": "nobody"}, []),
    ],
)
async def test_filters_leave_only_what_is_asked_for(
    http: aiohttp.ClientSession, cases: list[str], query: dict[str, Any], numbers: list[int]
):
    assert ids(await pages(http, "/api/cases", **query), cases) == [cases[number] for number in numbers]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("cases", {"limit": 0}, "limit"),
        ("cases", {"limit": 101}, "limit"),
        ("cases", {"limit": "x"}, "limit"),
        ("cases", {"state": "gone"}, "state"),
        ("cases", {"from": "2026-01-02T10:20:00"}, "from"),
        ("cases", {"sorted": "time"}, "sorted"),
        ("cases", {"token": "x"}, "token"),
        ("cases/a b", {}, "id"),
        ("verdicts", {"min_score": "many"}, "min_score"),
        ("quarantine", {"kind": "windows", "from": "2026-01-02T10:20:00Z"}, "from"),
    ],
)
async def test_what_is_wrong_is_refused_and_its_field_named(
    http: aiohttp.ClientSession, path: str, query: dict[str, Any], field: str
):
    async with http.get(f"/api/{path}", params=query) as answer:
        assert (answer.status, answer.content_type) == (400, "application/problem+json")
        assert (await answer.json())["field"] == field


async def test_a_token_of_another_order_is_refused(http: aiohttp.ClientSession, cases: list[str]):
    token = (await get(http, "/api/cases", limit=1))["next"]

    status, problem = await call(http, "GET", f"/api/cases?sort=time&token={token}")

    assert (status, problem["field"]) == (400, "token")


async def test_a_case_comes_with_its_verdicts_the_worst_first_and_why(http: aiohttp.ClientSession, cases: list[str]):
    details = await get(http, f"/api/cases/{cases[0]}")

    (verdict,) = details["verdicts"]
    assert verdict["event"]["price"] == 900
    assert all(len(reason["evidence"]) > 10 for reason in verdict["reasons"])
    assert details["case"]["stakes"]["at_stake"] == 900_000
    assert details["case"]["review"] == {}
    assert details["journal"] == []


async def test_what_a_client_has_already_is_not_sent_again(http: aiohttp.ClientSession, cases: list[str]):
    for path in (f"/api/cases/{cases[0]}", "/api/rule-sets", f"/api/cases?store={STORE}"):
        async with http.get(path) as answer:
            etag = answer.headers["ETag"]
        async with http.get(path, headers={"If-None-Match": etag}) as answer:
            assert (answer.status, await answer.read()) == (304, b"")


async def test_a_case_that_is_absent_is_404(http: aiohttp.ClientSession):
    assert (await call(http, "GET", "/api/cases/window-1-none"))[0] == 404
    assert (await call(http, "GET", "/api/verdicts?case=window-1-none"))[0] == 404


async def test_verdicts_are_paged_in_one_case_and_over_windows(http: aiohttp.ClientSession, cases: list[str]):
    name = await make_case("window-8060-desk-many", 8_060, 500, minutes=700, sales=7)

    of_case = await pages(http, "/api/verdicts", case=name, limit=3)
    of_span = await pages(http, "/api/verdicts", limit=3, to="2026-01-02T23:00:00Z", **{"from": "2026-01-02T21:00:00Z"})
    of_customer = await pages(http, "/api/verdicts", customer=2, to="2026-01-02T12:00:00Z")

    assert [row["event_id"] for row in of_case] == [f"{name}-{number}" for number in range(7)]
    assert of_span == of_case
    assert {row["case_id"] for row in of_customer} & set(cases) == {cases[2]}


async def test_windows_and_alerts_come_the_latest_first(http: aiohttp.ClientSession, cases: list[str]):
    span = {"from": "2026-01-02T10:10:00Z", "to": "2026-01-02T10:30:00Z"}

    windows = await pages(http, "/api/windows", limit=2, **span)
    alerts = await pages(http, "/api/alerts", limit=2, **span)

    assert [row["name"] for row in windows if row["name"] in cases] == cases[::-1]
    assert [row["name"] for row in alerts if row["name"] in cases] == cases[::-1]


async def test_all_contents_of_an_id_are_shown_with_their_places(http: aiohttp.ClientSession):
    bodies = [event_body("desk-twice", price=1.0), event_body("desk-twice", price=2.0)]
    broken = event_body("desk-twice", price="three")
    await archive_events([received(body, number + 1) for number, body in enumerate([*bodies, broken])])

    details = await get(http, "/api/events/desk-twice")

    assert [content["source"] for content in details["contents"]] == ["archive", "archive", "quarantine"]
    assert {content["event"]["price"] for content in details["contents"]} == {1.0, 2.0, "three"}
    assert {content["place"]["sequence_number"] for content in details["contents"]} == {1, 2, 3}
    assert (await get(http, "/api/events/desk-never"))["contents"] == []


async def test_an_id_with_a_line_break_is_an_id_as_any_other(app: str, http: aiohttp.ClientSession):
    await archive_events([received(event_body("desk-broken\nin two"), 77)])

    async with http.get(URL(f"{app}/api/events/desk-broken%0Ain%20two", encoded=True)) as answer:
        details = await answer.json()

    assert (answer.status, [content["place"]["sequence_number"] for content in details["contents"]]) == (200, [77])


async def test_quarantine_shows_why_and_the_bytes(app: str, http: aiohttp.ClientSession):
    await archive_events([received(b"\xff<script>", 4_711), received(b"[]", 4_712)])

    rows = await pages(http, "/api/quarantine", limit=1, **{"from": "2026-01-02T10:00:00Z"})
    path = next(row["path"] for row in rows if row["path"].endswith("-4711.json"))
    record = await get(http, f"/api/quarantine/{path}")
    async with http.get(URL(f"{app}/api/quarantine/{quote(path, safe='')}", encoded=True)) as encoded:
        assert await encoded.json() == record

    assert "\\xff<script>" in record["body"]
    assert record["hex"] == b"\xff<script>".hex()
    assert "not valid JSON" in record["reason"]
    assert (await call(http, "GET", "/api/quarantine/store-events/none.json"))[0] == 404


async def test_a_case_says_first_who_did_what_over_all_cases_that_belong_to_it(http: aiohttp.ClientSession):
    # Of a day and a customer that no other test has.
    first = await make_case("window-8061-linked-a", 8_061, 500, minutes=-2_880, customer=8_061_000, sales=2)
    second = await make_case("window-8062-linked-b", 8_062, 500, minutes=-2_870, customer=8_061_000)

    linked = (await get(http, f"/api/cases/{first}"))["linked"]

    assert linked["headline"].startswith("one account, 2 stores, ")
    assert linked["headline"].endswith(" in 15 min")
    other = {case["id"]: case for case in linked["cases"]}[second]
    assert other["by"] == ["customer 8061000"]
    assert (other["facts"]["store_id"], other["facts"]["at_stake"]) == (8_062, 500_000)
    async with http.get(f"/desk/cases/{first}") as page:
        text = await page.text()
    assert text.count(f'href="/desk/cases/{second}"') == 1
    assert "by customer 8061000" in text


async def test_alerts_are_a_page_that_leads_to_their_cases(http: aiohttp.ClientSession):
    name = await make_case("window-8063-alerted", 8_063, 500, minutes=1_440 * 40)

    async with http.get("/desk/alerts") as page:
        text = await page.text()
    assert f'<a href="/desk/cases/{name}">store 8063, ' in text
    assert "nobody to tell: no receiver was set for its band" in text
    async with http.get("/desk") as page:
        assert 'href="/desk/alerts"' in await page.text()


async def test_rule_sets_show_the_active_one_first(http: aiohttp.ClientSession):
    first = (await get(http, "/api/rule-sets"))[0]

    assert first["state"] == "active"
    assert all(rule["text"] and rule["weights"] for rule in first["rules"])


async def test_events_that_are_alike_in_a_value_come_the_latest_first_page_by_page(http: aiohttp.ClientSession):
    customer = 8_080_001
    bodies = [event_body(f"alike-{n}", cust_id=customer, sku=n % 2, store_id=8_080 + n % 3) for n in range(7)]
    # Of one moment, of which a page takes all or none: their numbers are those of the milliseconds.
    await archive_events([received(body, 100 + number // 3) for number, body in enumerate(bodies)])
    span = {"from": "2026-01-02T10:00:00Z", "to": "2026-01-02T12:00:00Z"}

    of_customer = await pages(http, "/api/events", customer=customer, limit=2, **span)
    of_both = await pages(http, "/api/events", customer=customer, sku=1, store=8_080, **span)

    assert sorted(row["id"] for row in of_customer) == [f"alike-{n}" for n in range(7)]
    assert [row["arrived"] for row in of_customer] == sorted((row["arrived"] for row in of_customer), reverse=True)
    assert [row["id"] for row in of_both] == ["alike-3"]
    async with http.get("/api/events", params={"gateway": "10.0.0.1"}) as answer:
        assert (answer.status, (await answer.json())["field"]) == (400, "customer")


async def test_a_case_that_lacks_stakes_is_listed_behind_all_others_and_said_to_be_unknown(
    http: aiohttp.ClientSession,
):
    store, names = 8_090, [f"window-8090-stakes-{n}" for n in range(4)]
    container = await cosmos.cases()
    for number, name in enumerate(names):
        await make_case(name, store, 100 * (number + 1), minutes=5 * number)
        if number % 2:
            document = await container.read_item(name, partition_key=store)
            del document["stakes"]
            await container.replace_item(name, document)

    listed = await pages(http, "/api/cases", store=store, limit=1)
    whole = await get(http, "/api/cases", store=store, limit=4)
    by_time = await pages(http, "/api/cases", store=store, sort="time", limit=1)
    page = await (await http.get(f"/desk/cases?store={store}")).text()
    case = await (await http.get(f"/desk/cases/{names[1]}")).text()

    assert [row["id"] for row in listed] == [names[n] for n in (2, 0, 3, 1)]
    assert [row["stakes_known"] for row in listed] == [True, True, False, False]
    assert (whole["items"], whole["next"]) == (listed, None)
    assert [row["id"] for row in by_time] == names[::-1]
    assert page.count("unknown") == 2
    assert "an earlier version wrote this case" in case

"""The pages of the desk over a running app: what they show of it, and what they do to it."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from html import unescape

import aiohttp
import pytest
import pytest_asyncio

from fraud.desk.queries import Question
from services import cosmos, names
from services.blobs import delete_blob, warehouse
from services.desk.cases import find_case
from services.desk.deeds import list_deeds
from tests.function_app.desk.forms import send
from tests.function_app.http_functions import call, until
from tests.function_app.test_desk_api import make_case

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(app: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser's memory: it keeps the cookie that forms are held against, which a plain session does not of an IP."""
    async with aiohttp.ClientSession(
        app, headers={"x-actor": "Tess"}, cookie_jar=aiohttp.CookieJar(unsafe=True)
    ) as session:
        yield session


async def page(http: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    async with http.get(path) as answer:
        return answer.status, await answer.text()


async def chosen(http: aiohttp.ClientSession, path: str) -> list[str]:
    """All cases of a list, as their boxes name them."""
    _, text = await page(http, path)
    return [unescape(choice) for choice in re.findall(r'name="case" value="([^"]+)"', text)]


async def start_campaign(http: aiohttp.ClientSession) -> str:
    order = {"name": uuid.uuid4().hex[:8], "batches": 100, "events_per_batch": 1, "interval_seconds": 600}
    _, answer = await call(http, "POST", "/api/campaigns", order)
    return answer["id"]


async def test_the_address_of_the_app_leads_to_the_desk(http: aiohttp.ClientSession):
    async with http.get("/") as answer:
        assert (answer.status, answer.url.path) == (200, "/desk")


@pytest.mark.parametrize("path", ["/desk", "/desk/workflows", "/desk/nothing", "/desk/workflows/instance?id=nobody"])
async def test_no_page_lets_anything_run_but_the_desks_own_script(http: aiohttp.ClientSession, path: str):
    async with http.get(path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        text = await answer.text()

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=|javascript:", text) == []


async def test_now_shows_the_flow_and_its_fragment_is_the_same_until_something_changes(http: aiohttp.ClientSession):
    _, text = await page(http, "/desk")
    assert all(label in text for label in ("Received", "Captured", "Archived", "Verdicts", "Dead letters", "queue"))

    async with http.get("/desk/flow") as first:
        tag = first.headers["ETag"]
    answers = await asyncio.gather(*(_status(http, tag) for _ in range(10)))
    assert set(answers) <= {200, 304}
    assert 304 in answers


async def _status(http: aiohttp.ClientSession, tag: str) -> int:
    async with http.get("/desk/flow", headers={"If-None-Match": tag}) as answer:
        return answer.status


async def test_instances_are_listed_by_page_until_all_are_seen(http: aiohttp.ClientSession):
    started = {await start_campaign(http) for _ in range(3)}

    seen: set[str] = set()
    path = "/desk/workflows?prefix=campaign-&status=Running"
    for _ in range(50):
        _, text = await page(http, path)
        seen |= set(re.findall(r"instance\?id=(campaign-[0-9a-f]+)", text))
        following = re.search(r'rel="next" href="([^"]+)"', text)
        if not following:
            break
        path = following[1].replace("&amp;", "&")

    assert started <= seen


async def test_an_instance_is_suspended_resumed_and_terminated_after_a_question(visitor: aiohttp.ClientSession):
    http = visitor
    instance = await start_campaign(http)

    for what, state in (("suspend", "Suspended"), ("resume", "Running"), ("terminate", "Terminated")):
        status, question = await page(http, f"/desk/workflows/act?id={instance}&what={what}")
        token = re.search(r'name="form_token" value="([^"]+)"', question)
        assert status == 200
        assert token is not None
        form = {"form_token": token[1], "id": instance, "what": what, "reason": "a test"}
        async with http.post("/desk/workflows/act", data=form, allow_redirects=False) as answer:
            assert answer.status == 303

        async def is_in_state(state: str = state) -> bool:
            return f'class="mark {state}"' in (await page(http, f"/desk/workflows/instance?id={instance}"))[1]

        await until(is_in_state)

    status, _ = await page(http, f"/desk/workflows/act?id={instance}&what=suspend")
    assert status == 409
    deeds = [deed for deed in (await list_deeds(Question(limit=100))).items if deed.subject == instance]
    assert [(deed.who, deed.what, deed.why, deed.outcome) for deed in deeds] == [
        ("you", "act-on-workflow", f"id={instance}&what={what}&reason=a+test", "303")
        for what in ("terminate", "resume", "suspend")
    ]


async def test_an_instance_that_failed_begins_again_under_its_id(visitor: aiohttp.ClientSession):
    http, instance = visitor, f"unreadable-{uuid.uuid4().hex[:8]}"
    started = f"/runtime/webhooks/durabletask/orchestrators/review_case/{instance}"
    async with http.post(started, json='"no task"') as answer:
        assert answer.status == 202

    async def failures() -> int:
        async with http.get(f"/runtime/webhooks/durabletask/instances/{instance}?showHistory=true") as answer:
            status = await answer.json()
        # Not by the time of its creation: that is told in whole seconds, of which sixty pass in one.
        return status["historyEvents"][0]["Generation"] + 1 if status["runtimeStatus"] == "Failed" else 0

    assert await until(failures) == 1
    assert "what=rewind" not in (await page(http, f"/desk/workflows/instance?id={instance}"))[1]
    _, question = await page(http, f"/desk/workflows/act?id={instance}&what=begin-again")
    token = re.search(r'name="form_token" value="([^"]+)"', question)
    assert token is not None
    form = {"form_token": token[1], "id": instance, "what": "begin-again"}
    async with http.post("/desk/workflows/act", data=form, allow_redirects=False) as answer:
        assert answer.status == 303

    async def failed_anew() -> bool:
        return await failures() == 2

    await until(failed_anew)


async def test_a_form_without_the_visitors_token_does_nothing(visitor: aiohttp.ClientSession):
    http = visitor
    instance = await start_campaign(http)
    form = {"id": instance, "what": "terminate", "reason": "from elsewhere", "form_token": "x" * 43}

    async with http.post("/desk/workflows/act", data=form, allow_redirects=False) as answer:
        assert answer.status == 403
    _, status = await call(http, "GET", f"/api/campaigns/{instance}")
    assert status["status"] == "Running"


async def test_a_dismissal_without_a_reason_comes_back_with_what_was_chosen(visitor: aiohttp.ClientSession):
    case = await make_case("window-8300-dismissed", 8_300, 500)
    store = {"store": "8300", "state": "undecided"}
    _, listed = await page(visitor, "/desk/cases?store=8300")
    choice = re.search(r'name="case" value="([^"]+)"', listed)
    assert choice is not None
    form = {"case": unescape(choice[1]), **store}

    status, text = await send(
        visitor, "/desk/cases?store=8300", "/desk/cases/chosen", why=" ", what="dismissed", **form
    )
    again = await send(
        visitor, "/desk/cases?store=8300", "/desk/cases/chosen", why="a promotion", what="dismissed", **form
    )

    assert (status, "Nothing was dismissed: say why." in text) == (400, True)
    assert re.search(rf'aria-label="Choose {case}" checked', text)
    assert again == (303, "/desk/cases?state=undecided&store=8300")
    _, after = await page(visitor, "/desk/cases?store=8300")
    assert _dismissed(after) == _dismissed(listed) + 1, "who has just dismissed a case does not see the count of before"


def _dismissed(text: str) -> int:
    count = re.search(r'>dismissed <span class="count">([\d,]+)', text)
    assert count is not None
    return int(count[1].replace(",", ""))


async def test_chosen_cases_are_assigned_then_confirmed_together(visitor: aiohttp.ClientSession):
    cases = [await make_case(f"window-8310-{number}", 8_310, 500 + number) for number in range(2)]
    listed = "/desk/cases?store=8310"

    handed = await send(
        visitor, listed, "/desk/cases/chosen", what="assigned", to_whom="Ben", case=await chosen(visitor, listed)
    )
    _, with_ben = await page(visitor, f"{listed}&assignee=Ben")
    status, text = await send(
        visitor, listed, "/desk/cases/chosen", what="confirmed", why=" ", case=await chosen(visitor, listed)
    )
    decided = await send(
        visitor, listed, "/desk/cases/chosen", what="confirmed", why="a ring", case=await chosen(visitor, listed)
    )
    _, confirmed = await page(visitor, f"{listed}&state=confirmed")

    assert (handed[0], decided[0]) == (303, 303)
    assert all(f'href="/desk/cases/{case}"' in with_ben for case in cases)
    assert (status, "Nothing was confirmed: say why." in text) == (400, True)
    assert len(re.findall(r"confirmed</span> by [^<]+</td>", confirmed)) == 2


async def test_a_deed_on_chosen_cases_that_there_is_not_changes_nothing(visitor: aiohttp.ClientSession):
    case = await make_case("window-8311-deed", 8_311, 500)
    choices = await chosen(visitor, "/desk/cases?store=8311")

    status, _ = await send(visitor, "/desk/cases?store=8311", "/desk/cases/chosen", why="x", what="purge", case=choices)

    assert status == 404
    assert case in (await page(visitor, "/desk/cases?store=8311&state=open"))[1]


@pytest.mark.parametrize("name", ["window_8313", "window-8313-ring x"])
async def test_a_name_of_another_hand_leads_to_no_other_case_and_keeps_none_beside_it_from_being_dismissed(
    visitor: aiohttp.ClientSession, name: str
):
    store = 8_313 + len(name)
    likened, beside = [await make_case(f"window-{store}-{each}", store, 500) for each in ("ring", "toy")]
    container, listed = await cosmos.cases(), f"/desk/cases?store={store}&sort=time"
    forged = name.replace("8313", str(store))
    document = {**await container.read_item(likened, store), "id": forged, "window_end": "2100-01-01T00:00:00Z"}
    await container.upsert_item(document)
    choices = [choice for choice in await chosen(visitor, listed) if choice.startswith((f"{forged} ", beside))]

    status, text = await send(visitor, listed, "/desk/cases/chosen", what="dismissed", why="x", case=choices)

    assert (len(choices), status) == (2, 409)
    assert f"1 case was dismissed, these not. {forged}: there is no case {forged}." in text
    assert [(await find_case(each)).review.state for each in (likened, beside)] == ["open", "dismissed"]


async def test_a_case_is_a_file_to_whoever_has_no_key(visitor: aiohttp.ClientSession):
    name = await make_case("window-8312-file", 8_312, 500)
    _, shown = await page(visitor, f"/desk/cases/{name}")

    for kind, sign in (("html", f"{name}, written "), ("json", '"digests"')):
        address = f"/desk/cases/{name}/file.{kind}"
        assert f'href="{address}"' in shown
        async with visitor.get(address) as answer:
            assert sign in await answer.text()
            assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.{kind}"'
    assert (await page(visitor, "/desk/cases/window-8312-nothing/file.html"))[0] == 404


async def test_a_case_whose_verdicts_are_gone_says_so(http: aiohttp.ClientSession):
    name = await make_case("window-8315-gone", 8_315, 500)
    case = (await call(http, "GET", f"/api/cases/{name}"))[1]["case"]
    await delete_blob(await warehouse(names.FRAUD_EVENTS), case["verdicts_blob"].removeprefix("fraud-events/"))
    _, text = await page(http, f"/desk/cases/{name}")

    assert "They are not where the case says that they are" in text


async def test_the_name_of_a_case_in_the_field_of_the_head_leads_to_it(visitor: aiohttp.ClientSession):
    name = await make_case("window-8313-found", 8_313, 500)

    for pasted in (name, f" {name} "):
        async with visitor.get("/desk/trace", params={"id": pasted}, allow_redirects=False) as answer:
            assert (answer.status, answer.headers.get("Location")) == (303, f"/desk/cases/{name}")
    assert (await page(visitor, "/desk/trace?id=window-8313-nothing"))[0] == 404


async def test_the_times_of_cases_are_asked_and_seen_in_the_form(http: aiohttp.ClientSession):
    await make_case("window-8314-times", 8_314, 500)
    status, text = await page(http, "/desk/cases?store=8314&from=2000-01-01T00:00:00Z&to=2000-01-02T00:00:00Z")
    wrong = await page(http, "/desk/cases?from=yesterday")

    assert (status, "No case meets these conditions." in text) == (200, True)
    assert 'id="from" name="from" value="2000-01-01T00:00:00Z"' in text
    assert 'id="to" name="to" value="2000-01-02T00:00:00Z"' in text
    assert (wrong[0], "Windows from must be a time like" in wrong[1]) == (400, True)


async def test_a_wrong_filter_is_told_at_its_field(http: aiohttp.ClientSession):
    status, text = await page(http, "/desk/cases?customer=abc")
    events, of_events = await page(http, "/desk/events?customer=7&from=yesterday")

    assert (status, events) == (400, 400)
    assert "Customer must be a whole number." in text
    assert re.search(r'name="customer" aria-invalid="true"[^>]+ value="abc"', text)
    assert "Arrived from must be a time like" in of_events
    assert "Nothing arrived" not in of_events


@pytest.mark.parametrize("moment", ["yesterday", "9999-12-31T23:59:59-12:00"])
async def test_a_wrong_time_is_told_and_nothing_is_asked(http: aiohttp.ClientSession, moment: str):
    status, text = await page(http, f"/desk/workflows?from={moment}")

    assert status == 400
    assert "A time looks like" in text

"""The story of a night: a ring buys, people find it, decide, and set right what the night has broken."""

import asyncio
import os
import re
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, Page, expect

from cli.app_client import AppClient
from fraud.windows import WINDOW
from local_azure.testing import Clock
from local_azure.testing.parts import running
from services import cosmos
from services.clients import close_clients
from services.settings import settings
from tests.function_app.desk.browsing import Visitor
from tests.function_app.desk.ring_tape import ACCOUNTS, ring_plan
from tests.function_app.desk.test_setting_right import dead_letter, window_of_nobody
from tests.support.parts import pipeline

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.browser, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[3]
SPEED = 60
REVIEW_HOURS = "0,1,0"
"""An undecided case is escalated after an hour of Azure's time: a minute here."""
MINUTES = 8
DAY = 24 * 3_600
MORNING = 9 * 3_600
"""Azure's time of day at which the story begins, in seconds: no night of the timer reports within it."""
_SECONDS = 150
Result = TypeVar("Result")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app over a pipeline that nothing has gone through; this process's clients lead there, too."""
    folder = tmp_path_factory.mktemp("night")
    now = time.time()
    clock = Clock(now, now - now % DAY + MORNING, SPEED)
    with pipeline(folder, clock) as their_settings, pytest.MonkeyPatch.context() as patch:
        for name, value in {**their_settings, "REVIEW_HOURS": REVIEW_HOURS}.items():
            patch.setitem(os.environ, name, value)
        settings.cache_clear()
        with running("functions_host", "--app", str(ROOT), "--port", "0", state=folder / "host") as host:
            yield host.addresses[0].rstrip("/")
    settings.cache_clear()


def test_the_story_of_a_night(browser: Browser, desk: str, tmp_path: Path):
    app = AppClient(desk)
    ana, ben, olga = (
        person(browser, desk, *who) for who in (("Ana", "analyst"), ("Ben", "analyst"), ("Olga", "operator"))
    )

    # A campaign with a fraud ring is started from its plan, and runs to its end.
    olga.goto(f"{desk}/desk/campaigns/plan")
    olga.get_by_label("The plan as JSON").fill(ring_plan(app, tmp_path, "night", MINUTES))
    began = azure_now(app)
    olga.get_by_role("button", name="Start").click()
    until(olga, "/desk/workflows/instance?id=campaign-night", lambda: olga.locator(".mark.Completed").count() > 0)

    # Cases appear; the ring's is among the first five of the inbox, which has the most money at stake first.
    until(ana, "/desk/cases", lambda: len(cases(ana)) >= 5 and all(of_ring(app, name) for name in cases(ana)[:2]))
    top = next(name for name in cases(ana)[:5] if of_ring(app, name))
    others = [name for name in cases(ana) if name != top and of_ring(app, name)]

    # An analyst reads who did what, and why each sale is suspicious.
    ana.goto(f"{desk}/desk/cases/{top}")
    headline = ana.locator("h1 + p b")
    expect(headline).to_contain_text("accounts")
    expect(headline).to_contain_text("one sku")
    expect(ana.locator(".reasons").first).to_contain_text("the same sku in other visits of the customer")
    expect(ana.get_by_role("heading", name="What its accounts share")).to_be_visible()

    # She decides. A second analyst, who has the case open as it was, is refused and told what has become of it.
    ben.goto(f"{desk}/desk/cases/{top}")
    decide(ana, "Confirm fraud", "One article, four accounts, gift cards.")
    expect(ana.locator(".facts .mark.confirmed")).to_have_text("confirmed")
    decide(ben, "Dismiss", "A promotion, I think.")
    expect(ben.get_by_role("alert")).to_contain_text("Changed meanwhile")
    expect(ben.locator(".journal")).to_contain_text("One article, four accounts, gift cards.")
    expect(ben.locator(".journal")).not_to_contain_text("A promotion, I think.")

    # One of two dead letters is redriven, with a reason; its window is analysed, and the other letter stays.
    (body, window), (other_body, other_window) = window_of_nobody(), window_of_nobody()
    chosen, other = aside(dead_letter(body)), aside(dead_letter(other_body))
    olga.goto(f"{desk}/desk/dead-letters")
    olga.get_by_label(f"Choose number {chosen}", exact=True).check()
    olga.get_by_role("button", name="Redrive the chosen").click()
    olga.get_by_label("Why").fill("The store's clock was mended.")
    olga.get_by_role("button", name="Redrive").click()
    expect(olga.locator("main")).to_contain_text("1 analysis started")
    olga.goto(f"{desk}/desk/dead-letters")
    expect(olga.get_by_label(f"Choose number {other}", exact=True)).to_be_visible()
    expect(olga.get_by_label(f"Choose number {chosen}", exact=True)).to_have_count(0)
    assert olga.goto(f"{desk}/desk/workflows/instance?id={window}").status == 200  # pyright: ignore[reportOptionalMemberAccess]
    assert olga.goto(f"{desk}/desk/workflows/instance?id={other_window}").status == 404  # pyright: ignore[reportOptionalMemberAccess]

    # Events of the ring are lost from the archive: the night is red, is repaired, and turns green.
    start = floored(began)
    end = floored(began + timedelta(minutes=MINUTES)) + 2 * WINDOW
    until(olga, "/desk", lambda: azure_now(app) > end + 2 * WINDOW)
    assert aside(lose_events_of(ACCOUNTS[0])) > 0
    report = reconcile(olga, desk, start, end)
    expect(olga.locator(".facts .mark").first).to_have_text("differences")
    assert Visitor(olga, desk).look("reconciliation") == []
    olga.get_by_label("Why").last.fill("They were lost.")
    olga.get_by_role("button", name="Repair", exact=True).click()
    until(olga, report, lambda: olga.get_by_text("The repair Completed").count() > 0)
    assert reconcile(olga, desk, start, end) == report
    expect(olga.locator("main")).to_contain_text("There is no difference.")
    until(olga, "/desk/reconciliations", lambda: olga.locator(".calendar td.partly").count() == 1)
    expect(olga.locator(".calendar td.differences")).to_have_count(0)

    # Nobody decided the ring's other case by its deadline: it is escalated, and its journal says so.
    until(ben, "/desk/cases?state=escalated", lambda: bool(set(cases(ben)) & set(others)))
    ben.goto(f"{desk}/desk/cases/{next(name for name in cases(ben) if name in others)}")
    expect(ben.locator(".facts .mark.escalated")).to_be_visible()
    expect(ben.locator(".journal")).to_contain_text("escalated")

    # The pages that only such a night fills can be read: at the end, since a look takes hours of Azure's time.
    assert Visitor(ben, desk).look("case-escalated") == []
    olga.goto(f"{desk}/desk/dead-letters")
    assert Visitor(olga, desk).look("dead-letters-one") == []
    olga.get_by_role("button", name="Redrive all").click()
    assert Visitor(olga, desk).look("dead-letters-redrive") == []


def person(browser: Browser, desk: str, name: str, role: str) -> Page:
    """A browser of somebody: nobody else's cookies are in it."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{desk}/desk/me")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Role").select_option(role)
    page.get_by_role("button", name="Be this person").click()
    expect(page.locator(".me")).to_contain_text(name)
    return page


def cases(page: Page) -> list[str]:
    """The names of the cases of the inbox that a page shows, in order."""
    addresses = [link.get_attribute("href") or "" for link in page.locator("tbody th a[href^='/desk/cases/']").all()]
    return [address.rpartition("/")[2] for address in addresses]


def of_ring(app: AppClient, case: str) -> bool:
    customers = app.get(f"api/cases/{case}")["case"]["stakes"]["customers"]
    return bool(set(customers) & set(ACCOUNTS))


def decide(page: Page, outcome: str, why: str) -> None:
    page.get_by_label("Why").fill(why)
    page.get_by_role("button", name=outcome).click()


def reconcile(page: Page, desk: str, start: datetime, end: datetime) -> str:
    """Reconcile a span on the page, and open its report; the address of the report."""
    page.goto(f"{desk}/desk/reconciliations")
    page.get_by_label("From").fill(f"{start:%Y-%m-%dT%H:%M:%SZ}")
    page.get_by_label("To", exact=True).fill(f"{end:%Y-%m-%dT%H:%M:%SZ}")
    page.get_by_role("button", name="Reconcile").click()
    page.wait_for_url("**/desk/workflows/instance?id=*")
    workflow = page.url.removeprefix(desk)
    until(page, workflow, lambda: page.locator("h1 ~ * .mark.Completed, .facts .mark.Completed").count() > 0)
    report = f"/desk/reconciliations/{workflow.partition('id=')[2]}"
    page.goto(f"{desk}{report}")
    return report


def until(page: Page, path: str, holds: Callable[[], object]) -> None:
    """Look at a page again and again until something holds."""
    desk = re.match(r"https?://[^/]+", page.url)
    assert desk is not None
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        page.goto(f"{desk[0]}{path}")
        if holds():
            return
        time.sleep(1)
    raise AssertionError(f"{path} did not come to show it in {_SECONDS} s: {page.locator('main').inner_text()[:2_000]}")


def floored(moment: datetime) -> datetime:
    """The beginning of the window that a moment lies in."""
    return moment - timedelta(seconds=moment.timestamp() % WINDOW.total_seconds())


def azure_now(app: AppClient) -> datetime:
    """Azure's time, as an answer of this moment tells it."""
    app.get("api/health", accept=(503,))
    return app.now()


async def lose_events_of(customer: int) -> int:
    """Delete what is archived of a customer, as somebody with the rights might; the number of events."""
    archive = await cosmos.events()
    parameters: list[dict[str, object]] = [{"name": "@customer", "value": customer}]
    query = "SELECT c.id, c.archive_key FROM c WHERE c.cust_id = @customer"
    documents = [document async for document in archive.query_items(query, parameters=parameters)]
    for document in documents:
        await archive.delete_item(document["id"], partition_key=document["archive_key"])
    return len(documents)


def aside(work: Coroutine[Any, Any, Result]) -> Result:
    """Do something with this process's own clients. Playwright's loop runs in this thread, so it takes another."""

    async def done() -> Result:
        try:
            return await work
        finally:
            await close_clients()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, done()).result()

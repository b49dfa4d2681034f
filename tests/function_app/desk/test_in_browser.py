"""The desk in a browser: every page, the story of a case, events that mean harm."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from tests.function_app.desk.browsing import Visitor, visitor_of
from tests.function_app.desk.conftest import HOSTILE, HOSTILE_IDS

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.browser]

CASE = ("/desk/cases", "a[href^='/desk/cases/window-']")
PAGES: dict[str, str | tuple[str, str]] = {
    "now": "/desk",
    "cases": "/desk/cases",
    "case": CASE,
    "trace": CASE,
    "explain": CASE,
    "explain-nothing": "/desk/explain?id=nobody",
    "trace-form": "/desk/trace",
    "trace-nothing": "/desk/trace?id=nobody",
    "workflows": "/desk/workflows",
    "workflow": "/desk/workflows/instance?id=campaign-seen",
    "workflow-act": "/desk/workflows/act?id=campaign-seen&what=restart",
    "reconciliations": "/desk/reconciliations",
    "campaigns": "/desk/campaigns",
    "campaign-plan": "/desk/campaigns/plan",
    "campaign-compare": "/desk/campaigns/compare?first=campaign-seen&second=campaign-seen",
    "events": "/desk/events?store=3",
    "journal": "/desk/journal",
    "alerts": "/desk/alerts",
    "quarantine": "/desk/quarantine",
    "record": ("/desk/quarantine", "a[href^='/desk/quarantine/record']"),
    "dead-letters": "/desk/dead-letters",
    "rules": "/desk/rules",
    "trial": "/desk/rules/trial",
    "reanalysis": "/desk/rules/reanalysis",
    "sql": "/desk/sql",
    "api": "/desk/api",
    "me": "/desk/me",
    "refused": "/desk/nothing",
}
"""Paths, or where the first link of a kind is followed."""


def open_page(visitor: Visitor, name: str) -> None:
    """Open a page of PAGES, or a path."""
    path = PAGES.get(name, name)
    if isinstance(path, str):
        visitor.go(path)
        return
    visitor.follow(*path)
    further = {"trace": ("trace",), "explain": ("trace", "explain")}
    for page in further.get(name, ()):
        visitor.follow(visitor.page.url.removeprefix(visitor.desk), f"a[href^='/desk/{page}?id=']")


@pytest.fixture
def visitor(browser: Browser, desk: str) -> Iterator[Visitor]:
    yield from visitor_of(browser, desk)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_window_complains_of_nothing_and_axe_finds_nothing(visitor: Visitor, name: str):
    open_page(visitor, name)

    assert (visitor.look(name), visitor.complaints) == ([], [])


def test_a_case_is_found_with_the_keyboard_decided_and_in_the_journal(visitor: Visitor):
    page = visitor.page
    open_page(visitor, "cases")
    page.keyboard.press("j")
    page.keyboard.press("j")
    case = page.locator("tr.chosen a").first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{case}")

    page.get_by_label("Why").fill("A chargeback came in.")
    page.get_by_role("button", name="Confirm fraud").click()

    expect(page.locator(".journal")).to_contain_text("A chargeback came in.")
    expect(page.locator(".facts .mark.confirmed")).to_have_text("confirmed")
    assert visitor.complaints == []


def test_of_two_who_decide_one_case_the_second_is_told(browser: Browser, desk: str):
    for first in visitor_of(browser, desk):
        for second in visitor_of(browser, desk):
            open_page(first, "case")
            second.page.goto(first.page.url)
            for each, outcome in ((first, "Dismiss"), (second, "Confirm fraud")):
                each.page.get_by_label("Why").fill("I looked at it.")
                each.page.get_by_role("button", name=outcome).click()

            expect(second.page.get_by_role("alert")).to_contain_text("Changed meanwhile")
            expect(second.page.get_by_role("alert")).to_contain_text("decided it at")
            expect(second.page.locator(".facts .mark.dismissed")).to_be_visible()
            expect(second.page.get_by_label("Why")).to_have_value("I looked at it.")


def test_chosen_cases_are_dismissed_together_with_one_reason(visitor: Visitor):
    page = visitor.page
    open_page(visitor, "/desk/cases?sort=time")
    boxes = page.locator("input[name=case]")
    names = [(boxes.nth(number).get_attribute("value") or "").partition(" ")[0] for number in (0, 1)]
    for number in (0, 1):
        boxes.nth(number).check()
    page.get_by_label("Decide the chosen").fill("A promotion of the chain.")
    page.get_by_label("Decide the chosen").press("Enter")
    page.get_by_label("Assign the chosen").press("Enter")
    page.get_by_role("button", name="Dismiss").click()
    page.wait_for_url("**/desk/cases?*sort=time*")

    for name in names:
        visitor.go(f"/desk/cases/{name}")
        expect(page.locator(".journal")).to_contain_text("A promotion of the chain.")


def test_a_reader_finds_nothing_to_press_and_is_refused(visitor: Visitor):
    page = visitor.page
    open_page(visitor, "me")
    page.get_by_label("Name").fill("Ann <b>")
    page.get_by_label("Role").select_option("reader")
    page.get_by_role("button", name="Be this person").click()
    expect(page.locator(".me")).to_contain_text("Ann <b>")

    open_page(visitor, "case")
    expect(page.get_by_role("button")).to_have_count(0)
    open_page(visitor, "/desk/workflows/act?id=campaign-seen&what=restart")
    expect(page.locator("h1")).to_have_text("Not allowed")


@pytest.mark.parametrize("event_id", HOSTILE_IDS)
def test_an_event_that_means_harm_is_text_wherever_it_is_shown(visitor: Visitor, event_id: str):
    page = visitor.page
    visitor.go(f"/desk/trace?id={quote(event_id, safe='')}")
    expect(page.locator("h1")).to_have_text(event_id)
    page.locator("details summary").first.click()
    seen = [visitor.is_wider_than_its_window()]
    page.get_by_role("link", name=re.compile("points")).first.click()
    page.wait_for_url("**/desk/cases/window-3-*")
    seen.append(visitor.is_wider_than_its_window())

    assert seen == [False, False]
    assert page.evaluate("window.ran") is None
    assert visitor.complaints == []


@pytest.mark.parametrize(
    "path",
    [
        "/desk/workflows",
        f"/desk/workflows/instance?id={quote(HOSTILE)}",
        f"/desk/workflows/act?id={quote(HOSTILE)}&what=restart",
        "/desk/dead-letters",
    ],
)
def test_a_workflow_and_a_dead_letter_that_mean_harm_are_text(visitor: Visitor, path: str):
    visitor.go(path)
    expect(visitor.page.locator("main")).to_contain_text(HOSTILE)

    assert visitor.page.evaluate("window.ran") is None
    assert (visitor.look("hostile"), visitor.complaints) == ([], [])


def test_what_is_in_quarantine_is_text_and_bytes(visitor: Visitor):
    page = visitor.page
    open_page(visitor, "/desk/quarantine")
    links = page.get_by_role("link", name=re.compile("JSON|event")).all()
    dumps: list[str] = []
    for path in [link.get_attribute("href") or "" for link in links]:
        visitor.go(path)
        dumps.append(page.locator("pre.dump").inner_text())

    # The empty event has nothing to show, and says so.
    assert any("00000000" in dump for dump in dumps), dumps
    assert page.evaluate("window.ran") is None
    assert visitor.complaints == []


def test_now_changes_by_itself_and_keeps_what_is_focused(visitor: Visitor, desk: str):
    page = visitor.page
    open_page(visitor, "now")
    page.wait_for_load_state("networkidle")
    page.locator(".flow.wide a.box").first.focus()
    before = page.locator(".facts dd").first.inner_text()

    expect(page.locator(".facts dd").first).not_to_have_text(before, timeout=30_000)
    assert page.evaluate("document.activeElement.classList.contains('box')")
    assert visitor.complaints == []

"""The desk in a browser: every page, the story of a case, events that mean harm."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.function_app.desk.conftest import HOSTILE_IDS

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.browser]

SCREENS = Path(__file__).parents[3] / ".local" / "screens"
PAGES = {
    "now": "/desk",
    "cases": "/desk/cases",
    "case": "a case",
    "trace": "a trace",
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
    "quarantine": "/desk/quarantine",
    "record": "a record",
    "dead-letters": "/desk/dead-letters",
    "rules": "/desk/rules",
    "trial": "/desk/rules/trial",
    "reanalysis": "/desk/rules/reanalysis",
    "sql": "/desk/sql",
    "api": "/desk/api",
    "me": "/desk/me",
    "refused": "/desk/nothing",
}
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
BROKEN_RULES = """async () => {
    const only = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const found = await axe.run(document, { runOnly: only });
    return found.violations.map(rule => [rule.id, rule.nodes[0].html.slice(0, 200)]);
}"""
FAULTS = (Path(__file__).parent / "layout_faults.js").read_text()
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_STATUSES = re.compile(r"the server responded with a status of 404")
"""A browser logs the page that is refused as it should be."""


class Visitor:
    """A page of the browser, and all that its console complains of."""

    def __init__(self, page: Page, desk: str) -> None:
        self.page = page
        self.desk = desk
        self.complaints: list[str] = []
        page.on("console", lambda message: self._note(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("dialog", lambda dialog: self._note(f"a dialog: {dialog.message}"))

    def _note(self, text: str) -> None:
        if not _STATUSES.search(text):
            self.complaints.append(text)

    def go(self, name: str) -> None:
        """Open a page of PAGES, or a path."""
        path = PAGES.get(name, name)
        if path == "a case":
            self.page.goto(f"{self.desk}/desk/cases")
            path = self._first("a[href^='/desk/cases/window-']")
        elif path == "a trace":
            self.go("case")
            path = self._first("a[href^='/desk/trace?id=']")
        elif path == "a record":
            self.page.goto(f"{self.desk}/desk/quarantine")
            path = self._first("a[href^='/desk/quarantine/record']")
        self.page.goto(f"{self.desk}{path}")

    def _first(self, selector: str) -> str:
        address = self.page.locator(selector).first.get_attribute("href")
        assert address is not None
        return address

    def is_wider_than_its_window(self) -> bool:
        return self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def visitor_of(browser: Browser, desk: str) -> Iterator[Visitor]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Visitor(context.new_page(), desk)
    context.close()


@pytest.fixture
def visitor(browser: Browser, desk: str) -> Iterator[Visitor]:
    yield from visitor_of(browser, desk)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_window_complains_of_nothing_and_axe_finds_nothing(visitor: Visitor, name: str):
    SCREENS.mkdir(parents=True, exist_ok=True)
    page = visitor.page
    visitor.go(name)
    page.evaluate(AXE)
    wide: list[str] = []
    faults: list[str] = []
    findings: list[str] = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in (400, 1280, 2560):
            page.set_viewport_size({"width": width, "height": 900})
            look = f"{name}-{scheme}-{width}"
            page.screenshot(path=SCREENS / f"{look}.png", full_page=True)
            faults += [f"{look}: {fault}" for fault in page.evaluate(FAULTS)]
            wide += [look] * visitor.is_wider_than_its_window()
            if width < 2000:
                broken: list[tuple[str, str]] = page.evaluate(BROKEN_RULES)
                findings += [f"{look}: {rule}: {where}" for rule, where in broken]

    assert (visitor.complaints, wide, faults, findings) == ([], [], [], [])


def test_a_case_is_found_with_the_keyboard_decided_and_in_the_journal(visitor: Visitor):
    page = visitor.page
    visitor.go("cases")
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
            first.go("case")
            second.page.goto(first.page.url)
            for each, outcome in ((first, "Dismiss"), (second, "Confirm fraud")):
                each.page.get_by_label("Why").fill("I looked at it.")
                each.page.get_by_role("button", name=outcome).click()

            expect(second.page.get_by_role("alert")).to_contain_text("Changed meanwhile")
            expect(second.page.locator(".facts .mark.dismissed")).to_be_visible()


def test_chosen_cases_are_dismissed_together_with_one_reason(visitor: Visitor):
    page = visitor.page
    visitor.go("/desk/cases?sort=time")
    boxes = page.locator("input[name=case]")
    names = [(boxes.nth(number).get_attribute("value") or "").partition(" ")[0] for number in (0, 1)]
    for number in (0, 1):
        boxes.nth(number).check()
    page.get_by_label("Dismiss the chosen").fill("A promotion of the chain.")
    page.get_by_role("button", name="Dismiss").click()
    page.wait_for_url("**/desk/cases")

    for name in names:
        visitor.go(f"/desk/cases/{name}")
        expect(page.locator(".journal")).to_contain_text("A promotion of the chain.")


def test_a_reader_finds_nothing_to_press_and_is_refused(visitor: Visitor):
    page = visitor.page
    visitor.go("me")
    page.get_by_label("Name").fill("Ann <b>")
    page.get_by_label("Role").select_option("reader")
    page.get_by_role("button", name="Be this person").click()
    expect(page.locator(".me")).to_contain_text("Ann <b>")

    visitor.go("case")
    expect(page.get_by_role("button")).to_have_count(0)
    visitor.go("/desk/workflows/act?id=campaign-seen&what=restart")
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


def test_what_is_in_quarantine_is_text_and_bytes(visitor: Visitor):
    page = visitor.page
    visitor.go("/desk/quarantine")
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
    visitor.go("now")
    page.wait_for_load_state("networkidle")
    page.locator(".flow.wide a.box").first.focus()
    before = page.locator(".facts dd").first.inner_text()

    expect(page.locator(".facts dd").first).not_to_have_text(before, timeout=30_000)
    assert page.evaluate("document.activeElement.classList.contains('box')")
    assert visitor.complaints == []

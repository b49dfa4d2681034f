"""A browser that looks at the desk: what it complains of, what axe finds, and what is wrong in the layout."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

SCREENS = Path(__file__).parents[3] / ".local" / "screens"
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
BROKEN_RULES = """async () => {
    const only = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const found = await axe.run(document, { runOnly: only });
    return found.violations.map(rule => [rule.id, rule.nodes[0].html.slice(0, 200)]);
}"""
FAULTS = (Path(__file__).parent / "layout_faults.js").read_text()
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (390, 768, 1280, 2560)
WITH_AXE = (390, 1280)
"""Axe takes a second, and looks at words and roles, which the others have too."""
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

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(f"{self.desk}{path}")

    def follow(self, path: str, selector: str) -> None:
        """Open the first link of a kind on a page."""
        self.go(path)
        address = self.page.locator(selector).first.get_attribute("href")
        assert address is not None
        self.go(address)

    def is_wider_than_its_window(self) -> bool:
        return self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")

    def look(self, name: str) -> list[str]:
        """The faults of the page as it is open, light and dark, at each width; a screenshot of each is kept."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        page, faults = self.page, list[str]()
        page.evaluate(AXE)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                look = f"{name}-{scheme}-{width}"
                page.screenshot(path=SCREENS / f"{look}.png", full_page=True)
                faults += [f"{look}: {fault}" for fault in page.evaluate(FAULTS)]
                faults += [f"{look}: wider than its window"] * self.is_wider_than_its_window()
                if width in WITH_AXE:
                    broken: list[tuple[str, str]] = page.evaluate(BROKEN_RULES)
                    faults += [f"{look}: {rule}: {where}" for rule, where in broken]
        return faults


def visitor_of(browser: Browser, desk: str) -> Iterator[Visitor]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Visitor(context.new_page(), desk)
    context.close()

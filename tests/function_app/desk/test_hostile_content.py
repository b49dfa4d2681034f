"""Texts that mean harm, in every field that the desk shows: nothing runs, nothing leaves its place, each is seen."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from benchmarks.desk.filling import STORES, fill_cases
from tests.function_app.desk.browsing import FAULTS, Visitor, visitor_of
from tests.function_app.desk.fixed_desk import ADDRESS, NOW, FixedDesk, fixed_desk
from tests.function_app.desk.hostile import STORE, TEXTS, fill_hostile

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.browser, pytest.mark.timeout(300)]

LISTS = (
    f"/desk/cases?store={STORE}",
    f"/desk/events?store={STORE}",
    "/desk/journal",
    "/desk/quarantine",
    "/desk/rules",
)


async def filled() -> dict[str, str]:
    await fill_cases(len(TEXTS) * STORES, NOW)
    return {path: path for path in [*LISTS, *await fill_hostile(NOW)]}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FixedDesk]:
    with fixed_desk(tmp_path_factory.mktemp("hostile"), filled) as desk:
        yield desk


@pytest.fixture
def visitor(browser: Browser, desk: FixedDesk) -> Iterator[Visitor]:
    for visitor in visitor_of(browser, ADDRESS):
        visitor.page.route(re.compile(ADDRESS), lambda route: desk.answer(route, ""))
        yield visitor


def test_what_means_harm_is_text_on_every_page_and_breaks_none(visitor: Visitor, desk: FixedDesk):
    page, faults = visitor.page, list[str]()
    for path in desk.pages:
        visitor.go(path)
        addresses = [urlsplit(link.get_attribute("href") or "") for link in page.locator("[href], [src]").all()]
        faults += [f"{path}: leads to {each.scheme}:" for each in addresses if each.scheme not in ("", "http", "https")]
        faults += [f"{path}: it ran"] * (page.evaluate("window.ran") is not None)
        for width in (400, 1280, 2560):
            page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{path}: {width}: {fault}" for fault in page.evaluate(FAULTS)]
            faults += [f"{path}: wider than {width}"] * visitor.is_wider_than_its_window()

    assert [fault[:200] for fault in faults] == []
    assert visitor.complaints == []


def test_each_of_these_texts_is_seen(visitor: Visitor, desk: FixedDesk):
    texts = ""
    for path in desk.pages:
        visitor.go(path)
        texts += visitor.page.locator("main").inner_text()

    assert [text[:20] for text in TEXTS if text[:8] not in texts] == []

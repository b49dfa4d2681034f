"""Lists in a browser: the box that chooses all of one, and rows as cards on a telephone."""

import pytest
from playwright.sync_api import Browser, Route, expect

from function_app.desk.assets import served_asset
from tests.function_app.desk.browsing import visitor_of
from tests.function_app.desk.fixed_desk import ADDRESS
from tests.function_app.desk.test_words_of_pages import inbox, row

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.browser]


def answer(route: Route) -> None:
    asset = served_asset(route.request.url.rpartition("/desk/static/")[2])
    if asset:
        route.fulfill(body=asset.content, content_type=asset.mimetype)
    else:
        cases = [row(f"window-{number}-x-aa0a1b", number) for number in range(3)]
        route.fulfill(body=inbox(cases), content_type="text/html")


def test_all_of_a_list_are_chosen_at_once_and_none_is_left_ticked_by_mistake(browser: Browser):
    for visitor in visitor_of(browser, ADDRESS):
        page = visitor.page
        page.route(f"{ADDRESS}/**", answer)
        visitor.go("/desk/cases")
        everything = page.get_by_label("Choose all")
        ticked = page.locator("input[name=case]:checked")

        everything.check()
        expect(ticked).to_have_count(3)
        page.locator("input[name=case]").first.uncheck()
        expect(everything).not_to_be_checked()
        everything.check()
        everything.uncheck()
        expect(ticked).to_have_count(0)


def test_on_a_telephone_a_case_shows_its_state_and_its_bands_without_scrolling_sideways(browser: Browser):
    for visitor in visitor_of(browser, ADDRESS):
        page = visitor.page
        page.route(f"{ADDRESS}/**", answer)
        page.set_viewport_size({"width": 390, "height": 900})
        visitor.go("/desk/cases")
        ends = page.locator("tbody tr > *").evaluate_all(
            "cells => cells.map(cell => cell.getBoundingClientRect().right)"
        )

        assert max(ends) <= 390
        expect(page.locator("tbody tr").first).to_contain_text("open")
        expect(page.locator("td[data-label=High]").first).to_be_visible()
        assert visitor.look("cases-as-cards") == []

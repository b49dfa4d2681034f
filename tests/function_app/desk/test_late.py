"""The page Now in a browser while nobody answers it: it turns grey, says since when, and recovers."""

import pytest
from playwright.sync_api import Browser, Route, expect

from fraud.watching.health import Health
from function_app.desk.assets import served_asset
from function_app.desk.rendering import render
from function_app.desk.views.now import Seen, _content  # pyright: ignore[reportPrivateUsage]
from tests.function_app.desk.browsing import visitor_of
from tests.function_app.desk.fixed_desk import ADDRESS
from tests.function_app.desk.test_now import flow

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.browser]


class Now:
    """Answers a browser with the page Now. `silent` it does not, and `away` it refuses."""

    def __init__(self) -> None:
        self.state = "well"

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS)
        if path.startswith("/desk/static/"):
            asset = served_asset(path.removeprefix("/desk/static/"))
            assert asset is not None
            route.fulfill(body=asset.content, content_type=asset.mimetype)
            return
        content = _content(Seen(Health("ok"), flow(sent=7), "", []))
        if path == "/desk":
            route.fulfill(body=render("now.html", me=None, here="now", **content), content_type="text/html")
        elif self.state == "silent":
            route.abort()
        elif self.state == "away":
            route.fulfill(status=503, body="<h1>Cosmos does not answer</h1>", content_type="text/html")
        else:
            route.fulfill(body=render("now_flow.html", **content), content_type="text/html")


@pytest.mark.parametrize("state", ["silent", "away"])
def test_figures_that_nobody_renews_turn_grey_and_say_how_old_they_are(browser: Browser, state: str):
    server = Now()
    for visitor in visitor_of(browser, ADDRESS):
        page = visitor.page
        page.route(f"{ADDRESS}/**", server.answer)
        visitor.go("/desk")
        expect(page.get_by_text("Everything moves")).to_be_visible()

        server.state = state
        expect(page.locator("[data-late]")).to_be_visible(timeout=30_000)
        expect(page.locator("[data-late]")).to_contain_text("The last answer came")
        expect(page.locator("[data-live]")).to_have_class("stale")
        expect(page.get_by_text("Everything moves")).to_be_hidden()
        expect(page.get_by_text("Received").first).to_be_attached()
        assert visitor.look(f"late-{state}") == []

        server.state = "well"
        expect(page.get_by_text("Everything moves")).to_be_visible(timeout=30_000)
        expect(page.locator("[data-late]")).to_be_hidden()

"""Each page that needs a running app looks as its kept picture does, fits every window, and axe finds nothing there.

`KEEP_PICTURES=1 .venv/bin/pytest tests/function_app/desk/test_running_pictures.py` keeps the pictures anew.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.function_app.desk.browsing import visitor_of
from tests.function_app.desk.kept import DIFFERING, RENEW, compared
from tests.function_app.desk.running_desk import PATHS, running_desk

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.browser, pytest.mark.timeout(600)]


SHOWS = {"now": "Something needs a look"}
"""A service that answers late on a busy machine makes another page of Now: it is asked again until all answer."""


def _hold_still(page: Page) -> None:
    """Let no part of a page be renewed while it is looked at."""
    page.route(re.compile("/desk/(flow|campaigns/rows)"), lambda route: route.abort())


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_desk(tmp_path_factory.mktemp("running")) as address:
        yield address


@pytest.mark.parametrize("name", PATHS)
def test_a_page_of_a_running_app_looks_as_it_did(browser: Browser, standing: str, name: str):
    seen = compared(browser, standing + PATHS[name], name, prepare=_hold_still, shows=SHOWS.get(name, ""))
    differing = {look: f"{each.share:.1%}" for look, each in seen if not each.alike}

    assert differing == {}, f"look at {DIFFERING}; if it is meant, set {RENEW}=1 once"


@pytest.mark.parametrize("name", PATHS)
def test_it_fits_every_window_complains_of_nothing_and_axe_finds_nothing(browser: Browser, standing: str, name: str):
    for visitor in visitor_of(browser, standing):
        visitor.go(PATHS[name])

        assert (visitor.look(f"standing-{name}"), visitor.complaints) == ([], [])

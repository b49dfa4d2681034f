"""Each page of fixed content looks as its kept picture does, and a planted fault is seen.

What differs lies in `.local/screens/pictures`: what was, what is, and where. If it is meant, keep the pictures anew:
`KEEP_PICTURES=1 .venv/bin/pytest tests/function_app/desk/test_pictures.py`. Pages that need a running app are in
`test_running_pictures.py`.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.function_app.desk.browsing import SCHEMES
from tests.function_app.desk.fixed_desk import ADDRESS, FixedDesk, fixed_desk
from tests.function_app.desk.kept import DIFFERING, RENEW, compared
from tests.function_app.desk.pictures import KEPT, SMALL, Comparison, compare, from_png, to_png
from tests.function_app.desk.running_desk import PATHS

pytestmark = [pytest.mark.slow, pytest.mark.proof, pytest.mark.browser]

NAMES = (
    "cases", "cases-by-time", "case", "events", "trace-form", "journal", "quarantine", "rules", "campaign-plan", "sql",
    "api", "me", "refused",
)  # fmt: skip
FAULTS = {
    "no stylesheet": "instead:/* lost */",
    "a table over what is above it": "table{position:relative;top:-160px}",
    "a column that is lost": "td:nth-child(3),th:nth-child(3){display:none}",
    "cards without a frame, side by side": "main{display:flex;flex-wrap:wrap}.card{border:0;background:none}",
    "everything a fifth larger": "html{font-size:19.2px}body{font-size:18px}",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FixedDesk]:
    with fixed_desk(tmp_path_factory.mktemp("fixed")) as desk:
        yield desk


def looked(browser: Browser, desk: FixedDesk, name: str, stylesheet: str = "") -> Iterator[tuple[str, Comparison]]:
    """A page in each scheme and width, held against its kept picture."""

    def answered(page: Page) -> None:
        page.route(f"{ADDRESS}/**", lambda route: desk.answer(route, stylesheet))

    yield from compared(browser, f"{ADDRESS}{desk.pages[name]}", name, prepare=answered)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_looks_as_it_did(browser: Browser, desk: FixedDesk, name: str):
    differing = {look: f"{seen.share:.1%}" for look, seen in looked(browser, desk, name) if not seen.alike}

    assert differing == {}, f"look at {DIFFERING}; if it is meant, set {RENEW}=1 once"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_stylesheet_is_seen(
    browser: Browser, desk: FixedDesk, fault: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(RENEW, raising=False)

    seen = [comparison for _, comparison in looked(browser, desk, "cases", FAULTS[fault])]

    assert all(not comparison.alike for comparison in seen), [f"{comparison.share:.1%}" for comparison in seen]


def test_every_kept_picture_belongs_to_a_page_and_they_are_small():
    kept = {path.stem for path in KEPT.iterdir()}

    assert kept == {f"{name}-{scheme}-{width}" for name in (*NAMES, *PATHS) for scheme in SCHEMES for width in SMALL}
    assert sum(path.stat().st_size for path in KEPT.iterdir()) < 500_000


def test_a_picture_is_read_as_it_was_written(tmp_path: Path):
    picture = (np.arange(600, dtype=np.uint16) % 256).astype(np.uint8).reshape(20, 30)

    assert (from_png(to_png(picture)) == picture).all()
    assert compare(picture, picture[:15]).share == 0.25
    assert compare(picture, picture).alike

"""A browser draws the report's charts, and nothing of it is wider than its window."""

import shutil
import subprocess
from pathlib import Path
from random import Random

import msgspec
import pytest

from reconciliation.reporting.html import to_html
from reconciliation.reporting.report import Report
from tests.reconciliation.faults import build
from tests.reconciliation.world import World

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""The runners of GitHub Actions have the third."""
CHROMIUM = next((path for name in BROWSERS if (path := shutil.which(name))), None)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.proof,
    pytest.mark.skipif(CHROMIUM is None, reason=f"none of {', '.join(BROWSERS)} is on the PATH"),
]


class Look(msgspec.Struct, array_like=True):
    """The page as a browser shows it: widths in pixels."""

    width: int
    charts: int
    has_bars: bool
    smallest_text: float
    errors: list[str]
    links: int
    cut: int
    """Tables of differences that are wider than the page."""


def look_at(page: str, folder: Path, width: int) -> Look:
    """Open a page in a window of this width."""
    (folder / "report.html").write_text(page)
    # A frame has the width that is asked for, whatever the smallest window of the browser.
    (folder / "frame.html").write_text(
        "<script>window.errors = []; onerror = text => window.errors.push(text)</script>"
        f'<iframe src="report.html" style="width:{width}px;height:900px;border:0"></iframe><script>'
        "document.querySelector('iframe').contentWindow.onerror = text => window.errors.push(text);"
        "onload = () => { const page = document.querySelector('iframe').contentDocument;"
        "const bars = [...page.querySelectorAll('svg rect.analysed')];"
        "const texts = [...page.querySelectorAll('svg text')].map(one => parseFloat(getComputedStyle(one).fontSize));"
        "document.title = JSON.stringify([page.documentElement.scrollWidth, page.querySelectorAll('svg').length,"
        "bars.some(bar => bar.getBoundingClientRect().height > 20), Math.min(...texts, 99),"
        "errors, page.querySelectorAll('td a[href*=all-events]').length,"
        "[...page.querySelectorAll('.table')].filter(one => one.querySelector('.differences')"
        " && one.scrollWidth > one.clientWidth).length]) }"
        "</script>"
    )
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--dump-dom"]
    options += ["--virtual-time-budget=5000", f"--user-data-dir={folder}"]
    command = [str(CHROMIUM), *options, f"file://{folder}/frame.html"]
    outcome = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    title = outcome.stdout.partition("<title>")[2].partition("</title>")[0]
    assert title, outcome.stdout[-500:]
    return msgspec.json.decode(title, type=Look)


@pytest.mark.parametrize("width", [1280, 400])
def test_a_browser_draws_the_charts_and_the_page_fits_its_window(report: Report, tmp_path: Path, width: int):
    seen = look_at(to_html(report), tmp_path, width)

    assert seen.errors == []
    assert (seen.charts, seen.has_bars) == (2, True)
    assert 0 < seen.width <= width
    assert seen.smallest_text >= 12
    assert seen.links > 0
    assert seen.cut == 0, "all that is needed to look at a difference is in sight"


@pytest.mark.parametrize("kind", ["balanced", "empty", "long texts", "many stores"])
def test_no_page_is_wider_than_a_phone(report: Report, tmp_path: Path, kind: str):
    long = [
        msgspec.structs.replace(difference, event_id=difference.event_id * 30)
        for difference in report.differences[0].examples
    ]
    stores = [msgspec.structs.replace(report.stores[0], store=f"{n - 2**53}") for n in range(200)]
    shown = {
        "balanced": build(Random(5), 100, "null").reconcile(),
        "empty": World.of([]).reconcile(),
        "long texts": msgspec.structs.replace(
            report, differences=[msgspec.structs.replace(report.differences[0], examples=long)]
        ),
        "many stores": msgspec.structs.replace(report, stores=stores),
    }[kind]

    seen = look_at(to_html(shown), tmp_path, 400)

    assert (seen.errors, seen.cut) == ([], 0)
    assert 0 < seen.width <= 400
    assert seen.has_bars == (kind != "empty")

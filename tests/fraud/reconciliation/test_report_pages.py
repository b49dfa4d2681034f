"""The report for people: complete, escaped, and readable on a desk and on a phone."""

import shutil
import subprocess
from html import escape
from pathlib import Path
from random import Random

import msgspec
import pytest

from fraud.reconciliation.charts import MAX_BARS, window_bars
from fraud.reconciliation.differences import EXPLANATIONS
from fraud.reconciliation.ground_truth import CampaignAccount
from fraud.reconciliation.html import to_html
from fraud.reconciliation.links import Places
from fraud.reconciliation.markdown import to_markdown
from fraud.reconciliation.report import Report, WindowRow
from fraud.reconciliation.titles import TITLES, percent
from tests.fraud.reconciliation.faults import FAULTS, Planted, build
from tests.fraud.reconciliation.world import RANGE, suspicious_row

HOSTILE = "<script>alert(1)</script>`|\n# <img src=x onerror=alert(1)>"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def report() -> Report:
    """A report with every kind of difference, and an id that is made to break a page."""
    planted = Planted(build(Random(11), 400, "null"), Random(11))
    for fault in FAULTS * 2:
        fault(planted)
    planted.world.suspicious.append(suspicious_row(RANGE.first_window, 1, [HOSTILE]))
    found = planted.world.reconcile()
    campaign = CampaignAccount(
        run_id="campaign-x", sent=300, lost=1, must_be_flagged=20, found=19, judged=19, correct=19, recall=0.95,
        precision=1.0,
    )  # fmt: skip
    places = Places(planted.world.blobs, [])
    classes = [msgspec.structs.replace(c, examples=[*map(places.locate, c.examples)]) for c in found.differences]
    return msgspec.structs.replace(found, differences=classes, campaigns=[campaign])


def test_campaigns_are_shown_with_recall_and_precision(report: Report):
    for text in (to_html(report), to_markdown(report)):
        assert "campaign-x" in text
        assert "95.00%" in text
        assert "100.00%" in text
    assert percent(0.99999) == "99.99%"


def test_the_page_shows_the_verdict_the_accounts_and_every_class(report: Report):
    page = to_html(report)

    assert "The accounts do not balance" in page
    assert f"<b>{report.accounts.expected:,}</b>" in page
    for found in report.differences:
        assert TITLES[found.name] in page
        assert escape(found.examples[0].event_id) in page
    assert report.gaps[0].partition in page
    assert report.unreadable[0].path in page


def test_texts_of_others_cannot_break_out_of_the_page_or_the_ticket(report: Report):
    page, ticket = to_html(report), to_markdown(report)

    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "\n# <img" not in ticket


def test_the_page_needs_nothing_from_elsewhere(report: Report):
    page = to_html(report)

    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "@import" not in page
    assert "url(" not in page


def test_the_report_survives_being_written_and_read(report: Report):
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


def test_every_class_has_a_title_and_an_explanation():
    assert TITLES.keys() == EXPLANATIONS.keys()


@pytest.mark.parametrize("days", [0, 1, 7])
def test_a_chart_never_has_more_bars_than_a_page_can_show(report: Report, days: int):
    windows = report.windows * (24 * days) or report.windows[:0]

    bars = window_bars(windows)

    assert len(bars) <= MAX_BARS
    assert sum(bar.expected for bar in bars) == sum(row.expected for row in windows)
    assert all(isinstance(row, WindowRow) for row in windows)


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium to look at the page")
@pytest.mark.parametrize("width", [1280, 400])
def test_a_browser_draws_the_charts_and_the_page_fits_its_window(report: Report, tmp_path: Path, width: int):
    page = tmp_path / "report.html"
    # A frame has the width that is asked for, whatever the smallest window of the browser.
    (tmp_path / "frame.html").write_text(
        "<script>window.errors = []; onerror = text => window.errors.push(text)</script>"
        f'<iframe src="report.html" style="width:{width}px;height:900px;border:0"></iframe><script>'
        "document.querySelector('iframe').contentWindow.onerror = text => window.errors.push(text);"
        "onload = () => { const page = document.querySelector('iframe').contentDocument;"
        "const bars = [...page.querySelectorAll('svg rect.analysed')];"
        "document.title = JSON.stringify([page.documentElement.scrollWidth, page.querySelectorAll('svg').length,"
        "bars.some(bar => bar.getBoundingClientRect().height > 20),"
        "Math.min(...[...page.querySelectorAll('svg text')].map(one => parseFloat(getComputedStyle(one).fontSize))),"
        "errors, page.querySelectorAll('td a[href*=all-events]').length]) }"
        "</script>"
    )
    page.write_text(to_html(report))
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--dump-dom"]

    outcome = subprocess.run(
        [
            str(CHROMIUM),
            *options,
            "--virtual-time-budget=5000",
            f"--user-data-dir={tmp_path}",
            f"file://{tmp_path}/frame.html",
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )

    title = outcome.stdout.partition("<title>")[2].partition("</title>")[0]
    page_width, charts, has_bars, smallest_text, errors, links = msgspec.json.decode(title or "[0, 0, false, 0, [], 0]")
    assert errors == []
    assert links > 0
    assert (charts, has_bars) == (2, True), outcome.stdout[-500:]
    assert 0 < page_width <= width
    assert smallest_text >= 12

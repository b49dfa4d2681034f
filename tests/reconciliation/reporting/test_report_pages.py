"""The report for people: complete, escaped, and readable on a desk and on a phone."""

import re
from html import escape, unescape
from random import Random

import msgspec
import pytest

from fraud.windows import WINDOW
from reconciliation.comparing.classes import CLASS, FAULT_HEADLINES, NOTE_HEADLINES
from reconciliation.comparing.summary import Summary
from reconciliation.reporting.charts import MAX_BARS, MAX_STORE_BARS, period_name, store_bars, window_bars
from reconciliation.reporting.html import to_html
from reconciliation.reporting.markdown import to_markdown
from reconciliation.reporting.report import Report
from reconciliation.reporting.titles import ARCHIVED, FLAGGED, percent
from tests.reconciliation.faults import build
from tests.reconciliation.world import RANGE


def test_campaigns_are_shown_by_what_the_filter_found_and_how_much_of_it_is_correct(report: Report):
    for text in (to_html(report), to_markdown(report)):
        assert "campaign-x" in text
        assert "recall" not in text.lower()
        assert "95.00%" in text
        assert "100.00%" in text
    assert percent(0.99999) == "99.99%"


def test_campaigns_that_were_not_measured_are_named(report: Report):
    left = msgspec.structs.replace(report, campaigns_left_out=["campaign-<b>huge"])

    assert "Too large to be measured: campaign-&lt;b&gt;huge." in to_html(left)
    assert "Campaigns too large to be measured: `campaign-<b>huge`" in to_markdown(left)


def test_the_page_shows_the_verdict_the_accounts_and_every_class(report: Report):
    page = to_html(report)

    assert {of_class.name for of_class in report.differences} == CLASS.keys() - {"ambiguous"}
    assert "The accounts do not balance" in page
    assert f"<b>{report.accounts.expected:,}</b>" in page
    for of_class in report.differences:
        assert CLASS[of_class.name].title in page
        assert escape(of_class.examples[0].event_id) in page
    assert report.gaps[0].partition in page
    assert all(f'href="blobs/{place.path}"' in page for place in report.unreadable)


def test_a_link_to_verdicts_is_short_and_its_title_is_the_whole_path(report: Report):
    digest = "9cbe4060d4b8b20d50aab7966bb642c9"
    path = f"fraud-events/2026/01/02/1005/window-7-20260102T100500Z-{digest}.ndjson"
    of_class, *others = report.differences
    example = msgspec.structs.replace(of_class.examples[0], blobs=(path,))
    page = to_html(
        msgspec.structs.replace(report, differences=[msgspec.structs.replace(of_class, examples=[example]), *others])
    )

    assert f'href="blobs/{path}" title="{path}">window-7-20260102T100500Z-9cbe40</a>' in page


def test_texts_of_others_cannot_break_out_of_the_page_or_the_ticket(report: Report):
    page, ticket = to_html(report), to_markdown(report)

    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "\n# <img" not in ticket
    # Outside of code, nothing of others is left that a ticket would take for a link or a tag.
    outside = re.sub(r"`[^`\n]*`", "", ticket)
    assert ticket.count("`") % 2 == 0
    assert "<" not in outside
    assert not re.search(r"#\d|@\w", outside)


def test_a_text_stays_in_the_attribute_in_which_it_stands(report: Report):
    hostile = msgspec.structs.replace(report.unreadable[0], path='a" onmouseover="alert(1)/\'b.avro')

    page = to_html(msgspec.structs.replace(report, unreadable=[hostile], lists=['reports/x" onclick="y']))

    assert not re.search(r'" on(mouseover|click)=', page)
    assert unescape(page).count(hostile.path) == 2, "as title and as text"


def test_a_page_reads_no_file_once_the_templates_are_loaded(report: Report, monkeypatch: pytest.MonkeyPatch):
    page = to_html(report)
    opened: list[str] = []
    for module in ("builtins", "io"):
        monkeypatch.setattr(f"{module}.open", lambda path, *_, **__: opened.append(path))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]

    again = to_html(report)
    monkeypatch.undo()

    assert opened == []
    assert again == page


def test_a_sentence_with_hostile_names_stays_a_sentence_in_the_ticket(report: Report):
    sentence = "The archive holds no blob of <img src=x>/[a](http://x)/`b`, @all #7 near this range."

    line = to_markdown(msgspec.structs.replace(report, sentence=sentence)).splitlines()[2]

    assert not re.search(r"(?<!\\)[<>\[\]`#]|@\w", line)


def test_nothing_in_the_ticket_is_an_order_for_a_terminal(report: Report):
    orders = "\x1b[2J\x07\x1b]8;;http://x\x1b\\\u202egone"
    (example, *_) = report.differences[0].examples
    hostile = msgspec.structs.replace(example, event_id=orders, store=orders)
    classes = [msgspec.structs.replace(report.differences[0], examples=[hostile])]

    ticket = to_markdown(msgspec.structs.replace(report, differences=classes, sentence=orders))

    assert "gone" in ticket
    assert all(line.isprintable() for line in ticket.split("\n"))


def test_the_ticket_stays_short_however_long_the_ids_are(report: Report):
    long = [msgspec.structs.replace(difference, event_id="x" * 1_024) for difference in report.differences[0].examples]
    classes = [msgspec.structs.replace(report.differences[0], examples=long * 100, count=100_000)]

    ticket = to_markdown(msgspec.structs.replace(report, differences=classes, unreadable=report.unreadable * 100))

    assert len(ticket) < 6_000
    assert "- and 99,990 more" in ticket


def test_every_number_that_must_be_zero_has_its_place_at_the_top():
    counted = {headline.name for headline in (*ARCHIVED, *FLAGGED, *FAULT_HEADLINES, *NOTE_HEADLINES)}

    assert counted <= set(Summary.__struct_fields__)
    assert all("{}" in headline.sentence for headline in FAULT_HEADLINES)


def test_what_is_out_of_balance_leads_to_its_differences(report: Report):
    page = to_html(report)

    targets = re.findall(r'href="#(\w+)"', page)
    assert len(targets) > 10
    for target in targets:
        assert f'id="{target}"' in page
    balanced = to_html(build(Random(5), 50, "null").reconcile())
    assert "Nothing is out of balance" in balanced
    assert 'href="#' not in balanced


def test_a_column_in_which_nothing_stands_is_left_out(report: Report):
    sections = to_html(report).split("<section")
    missing = next(section for section in sections if 'id="missing_from_fraud"' in section)
    moved = next(section for section in sections if 'id="wrong_store"' in section)

    assert "seen under" not in missing
    assert '<td data-title="seen under">99</td>' in moved


def test_the_page_needs_nothing_from_elsewhere(report: Report):
    page = to_html(report)

    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "@import" not in page
    assert "url(" not in page


def test_the_report_survives_being_written_and_read(report: Report):
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


@pytest.mark.parametrize(("hours", "name"), [(0, "window"), (1, "window"), (5, "window"), (24, "hour"), (168, "three")])
@pytest.mark.parametrize("late", [0, 7])
def test_a_chart_never_has_more_bars_than_a_page_can_show(report: Report, hours: int, name: str, late: int):
    first = RANGE.start + WINDOW * late
    windows = [
        msgspec.structs.replace(report.windows[n % 12], window_end=first + WINDOW * (n + 1)) for n in range(hours * 12)
    ]

    bars = window_bars(windows)

    assert len(bars) <= MAX_BARS
    assert period_name(windows).startswith(name)
    assert sum(bar.expected for bar in bars) == sum(row.expected for row in windows)
    period = bars[1].start - bars[0].start if len(bars) > 1 and bars[0].start and bars[1].start else WINDOW
    assert all(bar.start and bar.start.timestamp() % period.total_seconds() == 0 for bar in bars), "hours are whole"


def test_the_stores_of_the_chart_are_those_with_differences_first(report: Report):
    quiet = msgspec.structs.replace(
        report.stores[0], missing_from_suspicious=0, missing_from_fraud=0, unexpected=0, duplicates=0, wrong_window=0
    )
    stores = [msgspec.structs.replace(quiet, store=str(n), expected=1_000 + n, analysed=1_000 + n) for n in range(200)]
    stores.append(msgspec.structs.replace(quiet, store="777", expected=1, analysed=0, missing_from_fraud=1))

    bars = store_bars(stores)

    assert [bar.label for bar in bars[:2]] == ["store 777", "store 199"]
    assert len(bars) == MAX_STORE_BARS
    page = to_html(msgspec.structs.replace(report, stores=stores))
    assert f"The {MAX_STORE_BARS} of 201 stores" in page
    assert ">store 777: 1 to flag, 0 judged, 1 differ<" in page

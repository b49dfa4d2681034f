"""The report on the screen: in 80 columns, with what is wrong in red, and harmless whatever the ids hold."""

from random import Random
from typing import Any

import msgspec
import pytest

from cli.acknowledge import NOTHING_ACKNOWLEDGED, Acknowledgements
from cli.report_screen import show_report
from cli.screen import console
from reconciliation.reporting.report import Report
from tests.reconciliation.faults import FAULTS, Planted, build
from tests.reconciliation.outputs import suspicious_row
from tests.reconciliation.world import RANGE, World

HOSTILE = "[red]x[/]\x1b[2J\n" + "y" * 300
URL = "http://127.0.0.1:7071"


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    planted = Planted(build(Random(11), 400, "null"), Random(11))
    for fault in FAULTS * 2:
        fault(planted)
    planted.world.suspicious.append(suspicious_row(RANGE.first_window, 1, [HOSTILE]))
    return msgspec.to_builtins(planted.world.reconcile(), str_keys=True)


def shown(
    report: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    *,
    colours: bool = False,
    acknowledged: Acknowledgements = NOTHING_ACKNOWLEDGED,
) -> str:
    monkeypatch.setattr(console, "width", 80)
    monkeypatch.setattr(console, "_force_terminal", colours)
    monkeypatch.setattr(console, "_color_system", 1 if colours else None)
    with console.capture() as captured:
        show_report(msgspec.json.decode(msgspec.json.encode(report), type=Report), URL, RANGE.end, acknowledged)
    return captured.get()


def test_every_line_but_an_address_fits_in_80_columns(report: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    lines = shown(report, monkeypatch).splitlines()

    assert max(len(line) for line in lines if URL not in line) <= 80
    assert f"  {URL}/api/reports/{RANGE.instance_id}/report.html" in lines


def test_every_class_is_shown_with_its_count_its_explanation_and_examples(
    report: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    text = shown(report, monkeypatch)

    for difference in report["differences"]:
        assert f"  {difference['name'].replace('_', ' ')}  {difference['count']:,}" in text
        assert difference["explanation"] in " ".join(text.split())
        assert difference["examples"][0]["event_id"][:30].partition("\x1b")[0] in text


def test_an_id_cannot_colour_the_screen_or_break_a_line(report: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    text = shown(report, monkeypatch)

    assert "\x1b" not in text
    assert "[red]x[/]?[2J?yyy" in text


def test_campaigns_that_were_not_measured_are_named(report: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    assert "Too large to be measured: campaign-7" in shown(
        {**report, "campaigns_left_out": ["campaign-7"]}, monkeypatch
    )


def test_only_what_must_be_zero_and_is_not_is_red(report: dict[str, Any], monkeypatch: pytest.MonkeyPatch):
    lines = shown(report, monkeypatch, colours=True).splitlines()
    red = "\x1b[31m"

    duplicates, captured = (next(line for line in lines if f"  {name} " in line) for name in ("duplicates", "captured"))
    assert red in duplicates
    assert red not in captured.partition("malformed")[0]


@pytest.mark.parametrize(("open_left", "mark"), [(1, "✘"), (0, "✔")])
def test_what_was_acknowledged_is_not_red_and_the_mark_says_whether_anything_is_open(
    report: dict[str, Any], monkeypatch: pytest.MonkeyPatch, open_left: int, mark: str
):
    numbers = report["accounts"]
    by_class = {of_class["name"]: of_class["count"] for of_class in report["differences"]} | numbers
    everything = Acknowledgements([], 9, open_left, by_class)

    screen = shown(report, monkeypatch, colours=True, acknowledged=everything)

    assert {"✔", "✘"} & set(screen) == {mark}
    assert ("\x1b[31m" in screen) == bool(open_left)
    assert ("All differences are acknowledged." in screen) == (not open_left)


def test_a_range_without_events_is_shown_as_neither_balanced_nor_at_fault(monkeypatch: pytest.MonkeyPatch):
    idle = msgspec.to_builtins(World.of([]).reconcile(), str_keys=True)

    screen = shown(idle, monkeypatch)

    assert "○ The archive holds no events in this range." in screen
    assert not {"✔", "✘"} & set(screen)

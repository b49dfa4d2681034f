"""Bodies that are not one store event, and lines that are not an outcome."""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from fraud.judging import Content, verdicts_on
from fraud.quarantine_index import is_flagged
from fraud.windows import Window
from reconciliation.ranges import window_end
from tests.reconciliation.comparing.single_event import (
    AFTER,
    BEFORE,
    EDGE,
    flagged,
    seen_in,
    world_of,
)
from tests.reconciliation.outputs import suspicious_row, verdict, verdict_without_event
from tests.reconciliation.test_planted_faults import named


@pytest.mark.parametrize("window", [BEFORE, AFTER])
def test_events_in_an_array_of_which_only_the_second_is_known_are_right_in_either_window(window: int):
    sale = flagged(EDGE, exact=False)
    carrier = replace(sale, id="", body=b"[" + sale.body + b"]", flagged=False, store=None)

    report = seen_in(world_of(carrier), sale, window)

    assert report.balanced, report.sentence
    assert named(report) == {"ambiguous": {sale.id}}


def test_events_in_an_array_are_quarantined_once_and_expected_each():
    first, second = flagged(EDGE), replace(flagged(EDGE), id="second")
    bodies = [json.loads(first.body), json.loads(first.body) | {"id": "second"}]
    carrier = replace(first, id="", body=json.dumps(bodies).encode(), flagged=False, store=None)
    world = world_of(carrier)
    world.suspicious = [suspicious_row(BEFORE, 7, [first.id, second.id])]
    world.verdicts = [verdict_without_event(BEFORE, 7, sale.id) for sale in (first, second)]

    report = world.reconcile()

    assert [of_class.name for of_class in report.differences] == ["unresolved"]
    assert (report.accounts.malformed, report.accounts.quarantined, report.accounts.expected) == (1, 1, 2)
    assert named(report) == {"unresolved": {first.id, second.id}}
    assert "2 judged without their event" in report.sentence
    assert report.accounts.matched == 0


def test_an_event_that_stands_in_a_body_several_times_was_neither_read_again_nor_reported_too_often():
    sale = flagged(EDGE)
    body = b"[" + b",".join([sale.body] * 3) + b"]"
    world = world_of(replace(sale, id="", body=body, flagged=False, store=None))
    world.suspicious = [suspicious_row(BEFORE, 7, [sale.id] * 3)]
    world.verdicts = [verdict(BEFORE, 7, sale.id, body=sale.body)]

    report = world.reconcile()

    assert named(report) == {}
    assert (report.accounts.reread, report.accounts.duplicates) == (0, 0)


def test_rows_that_are_none_are_named_with_their_line():
    world = world_of()
    row = suspicious_row(BEFORE, 1, ["a"])
    world.outcome_lines["suspicious"] = [
        b"{",
        json.dumps(row | {"WindowEnd": row["WindowStart"]}).encode(),
        json.dumps(suspicious_row(BEFORE, 1, []) | {"ids": [7, None]}).encode(),
    ]
    world.outcome_lines["verdicts"] = [json.dumps(verdict(BEFORE, 1, "a") | {"window_end": "2026-01-02"}).encode()]

    report = world.reconcile()

    assert [(sale.path, sale.offset) for sale in report.unreadable] == [
        ("fraud-events/torn", 1),
        ("suspicious-events/torn", 1),
        ("suspicious-events/torn", 2),
    ]
    assert report.accounts.nameless == 2
    assert report.verdict == "differences"


@pytest.mark.parametrize(
    "fields",
    [
        {"discount": "60"},
        {"discount": "60.5"},
        {"discount": 5, "Discount": 60},
        {"priority_shipping": "true"},
        {"priority_shipping": False, "PRIORITY_SHIPPING": True},
        {"event_type": "inventory_event", "EVENT_TYPE": "sale_event"},
    ],
    ids=json.dumps,
)
def test_what_azure_may_flag_though_it_is_not_flagged_here_is_judged_and_named_if_azure_does(fields: dict[str, Any]):
    sale = flagged(EDGE)
    content = json.loads(sale.body) | fields
    sale = replace(sale, flagged=False, body=json.dumps(content).encode())
    world = world_of(sale)
    window = Window(window_end(BEFORE - 1), window_end(BEFORE))
    world.suspicious = [suspicious_row(BEFORE, sale.store, [sale.id])]
    verdicts = verdicts_on(sale.id, [Content(content, "archive", None)], sale.store, window)
    world.verdicts = [msgspec.to_builtins(verdict) for verdict in verdicts]

    report = world.reconcile()

    assert not is_flagged(content)
    assert [(verdict.band, bool(verdict.reasons[0].evidence)) for verdict in verdicts] == [("unresolved", True)]
    assert not report.balanced
    assert sale.id in named(report)["unresolved"]

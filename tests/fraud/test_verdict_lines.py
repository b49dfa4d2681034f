"""Verdicts as lines: amended and made into cases as the verdicts themselves are."""

from typing import Any

import msgspec
import pytest

from fraud import verdict_lines
from fraud.judging import Content, unresolved, verdicts_on
from fraud.judging import judged as one_judged
from fraud.verdict_lines import (
    CUT,
    LONG,
    line_of,
    lines_in,
    readable_lines,
    shown_among_many,
    verdicts_of_case,
    written,
)
from fraud.verdicts import Verdict, amended, case_of, to_ndjson
from tests.fraud.builders import ENQUEUED, WINDOW_ENDING_1010, event_body


def judged(event_id: str, *changes: dict[str, Any]) -> list[Verdict]:
    contents = [Content(msgspec.json.decode(event_body(event_id, **change)), "archive", ENQUEUED) for change in changes]
    return verdicts_on(event_id, contents, 3, WINDOW_ENDING_1010)


MISSING = [unresolved("b", 3, WINDOW_ENDING_1010)]
FEW = [*judged("a", {}), *MISSING, *judged("c", {"price": 1e400}, {"note": ["é\r\n\u2028", {"x": [[], {}]}]})]
MORE = [*judged("a", {}, {"qty": 2**70}), *judged("b", {"cust_id": [1]}), *judged("c", {"cust_id": 7})]


def test_lines_are_those_that_verdicts_are_written_as():
    lines = lines_in(to_ndjson(FEW))

    assert lines == [line_of(verdict) for verdict in FEW] == readable_lines(to_ndjson(FEW))
    assert [(line.event_id, line.band) for line in lines] == [(verdict.event_id, verdict.band) for verdict in FEW]
    assert written(lines) == to_ndjson(FEW)


@pytest.mark.parametrize(("before", "now"), [(FEW, MORE), (MORE, FEW), ([], FEW)])
def test_lines_are_amended_as_their_verdicts_are(before: list[Verdict], now: list[Verdict]):
    lines = amended(readable_lines(to_ndjson(before)), lines_in(to_ndjson(now)))

    assert written(lines) == to_ndjson(amended(before, now))


@pytest.mark.parametrize("verdicts", [FEW, MORE])
def test_a_case_of_many_bytes_is_made_of_the_numbers_alone(verdicts: list[Verdict], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(verdict_lines, "MOST_BYTES", 100)
    light = verdicts_of_case(to_ndjson(verdicts))

    assert case_of("w", 3, WINDOW_ENDING_1010, light, "b") == case_of("w", 3, WINDOW_ENDING_1010, verdicts, "b")
    assert {name for verdict in light for name in verdict.event or {}} <= {"price", "qty", "discount", "cust_id"}


def test_of_a_long_line_among_many_a_stores_fields_are_shown_and_that_it_was_cut():
    odd = {"note": "x" * LONG, "category": "y" * LONG, "variant": [[0]] * LONG, "sku": [1]}
    whole = one_judged(msgspec.json.decode(event_body("a", **odd)), 3, WINDOW_ENDING_1010, None)
    (line,) = lines_in(to_ndjson([whole]))
    shown = shown_among_many(line.line)

    assert shown is not None
    assert shown.event is not None
    assert msgspec.structs.replace(shown, event=None) == msgspec.structs.replace(whole, event=None)
    assert len(msgspec.json.encode(shown.event)) < 1_000
    assert "note" not in shown.event
    assert shown.event[CUT].startswith("an event of ")
    assert (shown.event["category"], shown.event["variant"], shown.event["sku"]) == ("y" * 200, CUT, [1])
    own = ("id", "store_id", "price", "qty", "discount", "priority_shipping", "payment_method")
    assert [shown.event[name] for name in own] == [(whole.event or {})[name] for name in own]


def test_a_long_line_whose_event_was_cut_is_shown_as_it_is():
    (cut,) = judged("a", {"note": "x" * LONG, "category": "é" * 200, "variant": "🎈" * 200, "ts": "\x01" * 500})
    (line,) = lines_in(to_ndjson([cut]))

    assert cut.cut
    assert len(line.line) > LONG / 2
    assert shown_among_many(line.line + b" " * LONG) == cut


@pytest.mark.parametrize("verdict", [*FEW, *MORE])
def test_a_short_line_is_shown_as_it_is(verdict: Verdict):
    assert to_ndjson([shown_among_many(to_ndjson([verdict])) or MISSING[0]]) == to_ndjson([verdict])


@pytest.mark.parametrize("line", [b"", b"{}", b"x" * 2 * LONG, b'{"event": 7, "note": "%s"}' % (b"x" * LONG)])
def test_a_line_that_is_no_verdict_is_not_shown(line: bytes):
    assert shown_among_many(line) is None


def test_a_long_line_without_an_event_is_shown():
    (verdict,) = MISSING
    line = to_ndjson([verdict]).rstrip() + b" " * LONG

    assert shown_among_many(line) == verdict


def test_a_damaged_line_is_left_out_of_those_that_were_stored_and_refused_among_new_ones():
    damaged = to_ndjson(FEW[:1]) + b'{"event_id": 7}\n' + to_ndjson(FEW[1:])

    assert written(readable_lines(damaged)) == to_ndjson(FEW)
    with pytest.raises(msgspec.DecodeError):
        lines_in(damaged)

"""Verdicts as lines: amended and made into cases as the verdicts themselves are."""

from typing import Any

import msgspec
import pytest

from fraud import verdict_lines
from fraud.judging import Content, unresolved, verdicts_on
from fraud.verdict_lines import line_of, lines_in, readable_lines, verdicts_of_case, written
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


def test_a_damaged_line_is_left_out_of_those_that_were_stored_and_refused_among_new_ones():
    damaged = to_ndjson(FEW[:1]) + b'{"event_id": 7}\n' + to_ndjson(FEW[1:])

    assert written(readable_lines(damaged)) == to_ndjson(FEW)
    with pytest.raises(msgspec.DecodeError):
        lines_in(damaged)

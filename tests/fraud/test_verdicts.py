from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from fraud.judging import judged, unresolved
from fraud.verdicts import (
    Verdict,
    amended,
    case_of,
    from_ndjson,
    readable_verdicts,
    time_path,
    to_ndjson,
    verdicts_path,
)
from tests.fraud.builders import WINDOW_ENDING_1010 as WINDOW

EVENT = {"id": "b", "event_type": "sale_event", "store_id": 3, "discount": 60, "priority_shipping": True}
VERDICTS = [unresolved("a", 3, WINDOW), judged(EVENT, 3, WINDOW, "r"), judged(EVENT | {"id": "c"}, 3, WINDOW, None)]


def test_verdicts_are_one_a_line_and_read_back_the_same():
    lines = to_ndjson(VERDICTS)

    assert lines.count(b"\n") == 3
    assert from_ndjson(lines) == VERDICTS


def test_the_bytes_do_not_depend_on_the_order_of_an_events_fields():
    reordered = judged(dict(reversed(EVENT.items())), 3, WINDOW, "r")

    assert to_ndjson([reordered]) == to_ndjson([VERDICTS[1]])


def test_a_case_counts_by_band_and_names_the_worst_first():
    case = case_of("window-3", 3, WINDOW, VERDICTS, "fraud-events/x")

    assert case.bands == {"high": 0, "medium": 0, "low": 2, "unresolved": 1}
    assert (case.suspicious, case.max_score) == (3, 40)
    assert [verdict.event_id for verdict in case.top] == ["b", "c", "a"]
    assert case.top[0].rules == ("DISCOUNTED_PRIORITY_SALE",)


def test_a_case_without_a_store_lies_in_the_unknown_partition():
    assert case_of("window-none", None, WINDOW, VERDICTS, "x").store_id == "_unknown"


def test_a_case_tells_when_a_verdict_or_the_evidence_that_it_names_is_another():
    def digest(changed: Verdict) -> str:
        return case_of("w", 3, WINDOW, [VERDICTS[0], changed, VERDICTS[2]], "x").verdicts_digest

    others = [replace(VERDICTS[1], evidence="0" * 32), replace(VERDICTS[1], reasons=()), replace(VERDICTS[1], score=39)]
    assert len({digest(verdict) for verdict in (VERDICTS[1], *others)}) == 4


def test_a_case_names_at_most_ten_events():
    many = [unresolved(str(number), 3, WINDOW) for number in range(30)]

    assert len(case_of("w", 3, WINDOW, many, "x").top) == 10


def test_a_case_without_verdicts_is_a_mistake():
    with pytest.raises(ValueError, match="no verdicts"):
        case_of("w", 3, WINDOW, [], "x")


def test_what_was_found_is_not_taken_back_by_a_look_up_that_knows_less():
    missing = [unresolved(verdict.event_id, 3, WINDOW) for verdict in VERDICTS]

    assert amended(VERDICTS, missing) == amended(missing, VERDICTS) == VERDICTS


def test_a_content_that_was_found_beside_another_is_not_taken_back():
    both = [judged(EVENT | {"price": price}, 3, WINDOW, None, contents=2) for price in (1.0, 2.0)]
    alone = [judged(EVENT | {"price": 1.0}, 3, WINDOW, None)]

    assert amended(both, alone) == amended(alone, both) == both


def test_equal_knowledge_is_judged_anew_and_ids_of_no_window_are_left_out():
    altered = [judged(EVENT | {"price": 9_999.99, "qty": 9}, 3, WINDOW, "r"), unresolved("stranger", 3, WINDOW)]

    assert amended(altered, VERDICTS) == VERDICTS


def test_a_damaged_line_of_verdicts_hides_no_other():
    lines = to_ndjson(VERDICTS).splitlines(keepends=True)

    assert readable_verdicts(lines[0] + b"{\xff]\n[]\n" + lines[2]) == [VERDICTS[0], VERDICTS[2]]


def test_verdicts_of_an_earlier_version_are_read():
    line = to_ndjson(VERDICTS[1:2]).replace(b',"source":"archive"', b"")

    assert b"source" not in line
    assert from_ndjson(line)[0].source is None


def test_verdicts_lie_by_the_end_of_their_window_in_utc():
    east = datetime(2026, 1, 2, 1, 10, tzinfo=timezone(timedelta(hours=9)))

    assert verdicts_path("window-3", WINDOW.end) == "2026/01/02/1010/window-3.ndjson"
    assert time_path(east) == time_path(east.astimezone(UTC)) == "2026/01/01/1610"

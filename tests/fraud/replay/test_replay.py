"""Replaying a file of events: windows, history days, ids that are used again, and bodies of any JSON."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.judging import judged
from fraud.replay.arrivals import Skipped, read_arrivals
from fraud.replay.history import History
from fraud.replay.replay import ReplayVerdict, replay
from fraud.rules.shipped import shipped
from fraud.windows import window_of
from tests.fraud.builders import event_body

START = datetime(2026, 1, 5, 10, 2, tzinfo=UTC)
SETS = sorted(shipped())


def line(body: bytes, after: timedelta = timedelta()) -> bytes:
    return b'{"enqueued_time":"%b","body":%b}' % ((START + after).isoformat().encode(), body)


def verdicts(*lines: bytes, history_days: int = 0, rules: str = "seed") -> list[ReplayVerdict]:
    arrivals = list(read_arrivals(lines, Skipped()))
    return [result.verdict for result in replay(arrivals, shipped()[rules], History(), history_days)]


def test_a_flagged_event_gets_the_verdict_that_its_window_would_get():
    (verdict,) = verdicts(line(event_body("a")), line(event_body("b", discount=50)))
    window = window_of(START)
    expected = judged(msgspec.json.decode(event_body("a")), 3, window, None)

    assert (verdict.id, verdict.store_id, verdict.rule_set) == ("a", 3, expected.rule_set)
    assert (verdict.window_start, verdict.window_end) == (window.start.isoformat(), window.end.isoformat())
    assert (verdict.score, verdict.band, verdict.reasons) == (expected.score, expected.band, expected.reasons)


def test_a_content_has_one_verdict_per_window_and_store():
    lines = [line(event_body("a")), line(event_body("a")), line(event_body("a", store_id=4))]
    later = line(event_body("a"), timedelta(minutes=5))

    assert [(verdict.id, verdict.store_id) for verdict in verdicts(*lines, later)] == [("a", 3), ("a", 4), ("a", 3)]


def test_an_id_that_is_used_for_another_content_counts_from_the_window_in_which_it_arrived():
    first = line(event_body("a"))
    other = line(event_body("a", price=11.0), timedelta(minutes=5))
    before, after = verdicts(first, other)

    assert "ID_REUSED" not in {reason.rule for reason in before.reasons}
    assert "ID_REUSED" in {reason.rule for reason in after.reasons}


def test_an_event_that_is_sent_again_an_hour_later_is_judged_as_of_its_first_arrival():
    again = line(event_body("a"), timedelta(hours=1))
    arrivals = list(read_arrivals([line(event_body("a")), again], Skipped()))
    hours = [result.facts["event.hour"] for result in replay(arrivals, shipped()["context"], History(), 0)]

    assert hours == [START.hour] * 2


def test_each_of_two_contents_of_a_window_is_judged_and_none_hides_the_other():
    both = verdicts(line(event_body("a", price=900.0, qty=90)), line(event_body("a")))

    assert ["HIGH_VALUE" in {reason.rule for reason in verdict.reasons} for verdict in both].count(True) == 1
    assert all("ID_REUSED" in {reason.rule for reason in verdict.reasons} for verdict in both)


def test_the_first_days_are_history_and_have_no_verdicts():
    lines = [line(event_body(f"{day}"), timedelta(days=day)) for day in range(3)]
    assert [verdict.id for verdict in verdicts(*lines, history_days=2)] == ["2"]


def test_midnight_ends_the_day_before():
    midnight = datetime(2026, 1, 6, tzinfo=UTC) - START
    lines = [line(event_body("last"), midnight), line(event_body("first"), midnight + timedelta(microseconds=1))]

    assert [verdict.id for verdict in verdicts(line(b"{}"), *lines, history_days=1)] == ["first"]


def test_the_order_of_the_lines_changes_nothing():
    lines = [line(event_body(f"{number}"), timedelta(seconds=40 * number)) for number in range(40)]
    assert verdicts(*lines) == verdicts(*reversed(lines))


@pytest.mark.parametrize("rules", SETS)
@pytest.mark.parametrize(
    "body", [b"null", b"[]", b'"text"', b"7", b"{}", b'{"id":null}', b'{"id":["a"]}', b'{"a":' * 40 + b"1" + b"}" * 40]
)
def test_a_body_of_any_json_holds_nothing_up(body: bytes, rules: str):
    assert [verdict.id for verdict in verdicts(line(body), line(event_body("a")), rules=rules)] == ["a"]


def test_lines_that_are_not_events_are_counted_and_named():
    skipped = Skipped()
    lines = [b"not JSON", b"", b'{"body":{}}', b'{"enqueued_time":"yesterday","body":{}}', b"\xff", line(b"{}")]

    assert len(list(read_arrivals(lines, skipped))) == 1
    assert skipped.count == 4
    assert [problem.split(":")[0] for problem in skipped.first] == ["line 1", "line 3", "line 4", "line 5"]


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"], ids=str
)
def test_a_line_of_a_time_that_no_window_holds_is_named_and_stops_nothing(moment: str):
    skipped = Skipped()

    assert list(read_arrivals([b'{"enqueued_time":"%b","body":{}}' % moment.encode()], skipped)) == []
    assert skipped.first == ["line 1: date value out of range"]


FIELDS = [
    "store_id",
    "store_fqdn",
    "store_ip",
    "cust_id",
    "category",
    "sku",
    "price",
    "qty",
    "discount",
    "gift_wrap",
    "variant",
    "priority_shipping",
    "payment_method",
    "ts",
    "is_return",
    "bad_msg",
]
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3),
    max_leaves=5,
)
CHANGES = st.lists(st.dictionaries(st.sampled_from(FIELDS), ANY, max_size=6), min_size=1, max_size=6)


@pytest.mark.parametrize("rules", SETS)
@given(changes=CHANGES, gaps=st.lists(st.integers(0, 100_000), min_size=6, max_size=6))
@settings(max_examples=60, deadline=None)
def test_every_flagged_id_is_judged_whatever_its_fields_hold(
    changes: list[dict[str, Any]], gaps: list[int], rules: str
):
    honest: dict[str, Any] = msgspec.json.decode(event_body("x"))
    lines = [
        line(msgspec.json.encode({**honest, **change, "id": f"{number}"}), timedelta(seconds=gaps[number]))
        for number, change in enumerate(changes)
    ]
    flagged = {
        f"{number}"
        for number, change in enumerate(changes)
        if "discount" not in change and "priority_shipping" not in change
    }
    assert flagged <= {verdict.id for verdict in verdicts(*lines, rules=rules)}


def test_sales_whose_long_categories_begin_alike_are_not_of_one_shelf():
    sales = [line(event_body(f"{n}", sku=n, cust_id=n, category="c" * 200 + str(n))) for n in range(3)]
    arrivals = list(read_arrivals(sales, Skipped()))

    facts = [result.facts for result in replay(arrivals, shipped()["context"], History(), 0)]

    assert [each["shelf.sales_3h"] for each in facts] == [0, 0, 0]

"""Bodies that are not events: counted and reported, never in the way of the others."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.stream_analytics.engine.serialization import row_to_json
from local_azure.stream_analytics.engine.state import restore, snapshot
from tests.stream_analytics.running import at, feed, finish, running, taken

COLLECT = "SELECT COLLECT(id) AS ids INTO out FROM events GROUP BY TumblingWindow(minute, 5)"
STAR = "SELECT * INTO out FROM events"

BAD = [
    b"",
    b" ",
    b"{",
    b"nonsense",
    b'{"id": }',
    b'{"id": NaN}',
    b'{"id": 1e999}',
    b"5",
    b'"text"',
    b"null",
    b"[1, 2]",
    b'[{"id": 1}, 2]',
    b'[{"id": 1}',
    b'{"id": "\xff"}',
    b"\x00\x01\x02",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"other": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"id": 1} trailing',
    b"\n\n",
    b"\xef\xbb\xbf",
]


@pytest.mark.parametrize("query", [COLLECT, STAR])
@pytest.mark.parametrize("body", BAD, ids=range(len(BAD)))
def test_a_body_that_is_no_event_is_an_input_error_and_its_neighbours_are_not(body: bytes, query: str):
    work = running(query)
    feed(work, ("10:01", {"id": "before"}), ("10:01", body), ("10:01", {"id": "behind"}))
    rows = finish(work)["out"]
    ids = rows[0]["ids"] if query == COLLECT else [row["id"] for row in rows]
    assert ids == ["before", "behind"]
    assert work.counts.input_errors == 1
    assert [problem.place for problem in work.take_problems()] == [1]


@pytest.mark.parametrize(
    "body",
    [
        b'[{"id": 1}, {"id": 2}]',
        b'{"id": 1}\n{"id": 2}\n',
        b'\r\n{"id": 1}\r\n\r\n{"id": 2}',
        b'\xef\xbb\xbf[{"id":1},{"id":2}]',
    ],
)
def test_a_body_may_hold_an_array_or_lines(body: bytes):
    work = running(COLLECT)
    feed(work, ("10:01", body))
    assert finish(work)["out"] == [{"ids": [1, 2]}]


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"id":\n1}', b'\xef\xbb\xbf\r\n{\n"id": 1\n}\n'])
def test_an_object_on_many_lines_is_one_behind_a_byte_order_mark_too(body: bytes):
    work = running(COLLECT)
    feed(work, ("10:01", body))
    assert finish(work)["out"] == [{"ids": [1]}]


def test_an_array_that_fills_a_whole_message_is_read():
    work = running(COLLECT)
    feed(work, ("10:01", b"[" + b",".join([b"{}"] * 300_000) + b"]"))
    assert len(finish(work)["out"][0]["ids"]) == 300_000


def test_values_of_unexpected_types_do_not_stop_the_query():
    query = """
        SELECT id INTO out FROM events
        WHERE [discount] > 50 AND [priority_shipping] = 1 AND [event_type] = 'sale_event'
    """
    work = running(query)
    strange: list[Any] = [None, "60", [60], {"a": 60}, True, -1, 1e300, 10**18, ""]
    good = {"discount": 60, "priority_shipping": True, "event_type": "sale_event"}
    for column in good:
        feed(work, *(("10:01", {**good, "id": f"{column} {value}", column: value}) for value in strange))
    assert [row["id"] for row in finish(work)["out"]] == [
        "discount 1e+300",
        f"discount {10**18}",
        "priority_shipping True",
    ]
    assert work.counts.conversion_errors == 0


def test_an_event_that_is_not_nested_too_deep_to_be_read_can_be_kept_and_written():
    query = """
        SELECT CAST(a AS nvarchar(max)) AS text, a INTO out FROM events
        SELECT COLLECT(a) AS a INTO out FROM events GROUP BY PartitionId, TumblingWindow(minute, 5)
    """
    work = running(query)
    bodies = [b'{"a":' + b"[" * depth + b"]" * depth + b"}" for depth in range(700, 1000)]
    feed(work, *(("10:01", body) for body in bodies))
    written = [row_to_json(row.row) for row in work.take_rows()]
    assert 0 < len(written) == len(bodies) - work.counts.input_errors < len(bodies)
    kept = running(query, partitions=())
    restore(kept, snapshot(work))
    kept.caught_up("events", 0, at("10:10"))
    (collected,) = kept.take_rows()
    assert len(collected.row["a"]) == len(written)
    assert row_to_json(collected.row)


def test_a_neighbour_does_not_decide_what_is_nested_too_deep():
    bodies = [b'{"id":' + b"[" * depth + b"]" * depth + b"}" for depth in range(700, 1000)]
    refused: list[int] = []
    for neighbour in (b"{}", b"{"):
        work = running(STAR)
        for body in bodies:
            feed(work, ("10:01", body), ("10:01", neighbour))
        refused.append(sum("deep" in problem.reason for problem in work.take_problems()))
    assert refused[0] == refused[1] > 0


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
QUERIES = [
    COLLECT,
    "SELECT a, b, SUM(a) AS s, MIN(b) AS m, MAX(a) AS x, AVG(b) AS v, COUNT(a) AS n INTO out FROM events "
    "WHERE a IS NOT NULL OR b LIKE '%a%' GROUP BY a, b, TumblingWindow(minute, 1)",
    "SELECT a + b AS c, CONCAT(a, b) AS d, CAST(a AS bigint) AS e, DATEADD(day, a, b) AS f, SUBSTRING(a, b, 1) AS g "
    "INTO out FROM events",
    "SELECT *, a % b AS c, a.b.c AS d INTO out FROM events TIMESTAMP BY a",
]


@given(
    st.sampled_from(QUERIES),
    st.lists(st.dictionaries(st.sampled_from(["a", "b", "id"]), json_values) | st.binary(max_size=20), max_size=8),
)
def test_no_event_whatsoever_stops_a_query(query: str, events: list[Any]):
    work = running(query)
    bodies = [event if isinstance(event, bytes) else json.dumps(event).encode() for event in events]
    feed(work, *(("10:01", body) for body in bodies))
    finish(work)


@pytest.mark.parametrize(
    ("body", "is_read"),
    [
        (b'{"id": "a", "qty": 9223372036854775807}', True),
        (b'{"id": "a", "qty": -9223372036854775808}', True),
        (b'{"id": "a", "qty": 9223372036854775808}', False),
        (b'{"id": "a", "qty": -9223372036854775809}', False),
        (b'{"id": "a", "more": {"list": [1, 1' + b"0" * 400 + b"]}}", False),
        (b'{"id": "a", "text": "99999999999999999999999"}', True),
        (b'{"id": "a", "price": 0.12345678901234567890123}', True),
        # A text that no column needs is skipped unread, and may be broken.
        (b'{"id": "a", "text": "\xed\xa0\x80", "qty": 9223372036854775807}', True),
        (b'{"id": "a", "text": "\xed\xa0\x80", "qty": 9223372036854775808}', False),
        (b'{"id": "a", "text": "\\ud800", "qty": 1' + b"0" * 5_000 + b"}", False),
        (b'{"id": "a", "te\\"xt": "\\\\", "more": "\\"18446744073709551616", "qty": 1e19}', True),
        (b'[{"id": "a"}, {"id": "b", "qty": 18446744073709551616}]', False),
        (b'{"id": "a"}\n{"id": "b", "qty": 18446744073709551616}', False),
    ],
)
def test_a_whole_number_beyond_a_bigint_keeps_its_event_out_wherever_it_stands(body: bytes, is_read: bool):
    """As documented for Azure, which cannot deserialize it; the field need not be one that the query reads."""
    work = running("SELECT id INTO out FROM events WHERE id <> 'x'")
    feed(work, ("10:00", body), ("10:01", {"id": "next"}))
    assert [row["id"] for row in taken(work)["out"]] == (["a", "next"] if is_read else ["next"])
    assert len(work.take_problems()) == (0 if is_read else 1)

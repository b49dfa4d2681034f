"""Bodies that a producer makes to be slow to read, and that may hide a flagged event."""

from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fraud import readable
from fraud.nesting import MANY, has_many_values
from fraud.quarantine_index import flagged_events, is_flagged
from fraud.readable import readable_events
from local_azure.testing import read_bodies

SIZE = 1_000_000
SALE = b'{"id":"%d","event_type":"sale_event","discount":60,"priority_shipping":true}'
SHORT = b'{"event_type":"sale_event","discount":51,"priority_shipping":1}'
JOB_READS = ("discount", "event_type", "priority_shipping")


def sale(number: int, more: bytes = b"") -> bytes:
    return (SALE % number)[:-1] + more + b"}"


HOSTILE = {
    "lines that hold nothing": b"x\n" * (SIZE // 2),
    "lines of numbers": b"1\n" * (SIZE // 2),
    "lines that begin objects": b"{\n" * (SIZE // 2),
    "lines that begin texts": b'"\n' * (SIZE // 2),
    "lines that only look like objects": b"{x}\n" * (SIZE // 4),
    "lines of nests": (b"[" * 99 + b"\n") * (SIZE // 100),
    "empty objects": b"[" + b"{}," * (SIZE // 3) + b"{}]",
    "sales in an array": b"[" + b",".join(map(sale, range(1_000))) + b"]",
    "sales in lines": b"\n".join(map(sale, range(1_000))),
    "shortest sales in lines": b"\n".join([SHORT] * 1_000),
    "sales with half a character in lines": b"\n".join(sale(n, b',"n":"\\ud800"') for n in range(1_000)),
    "a sale behind many lines": b"{}\n" * 100_000 + sale(1),
    "a deep sale": sale(1, b',"n":' + b"[" * 500 + b"]" * 500),
    "a sale with many numbers": sale(1, b',"n":[' + b"1e15," * (SIZE // 5) + b"1]"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_the_stream_job_flags_in_a_hostile_body_is_judged(name: str):
    body = HOSTILE[name]
    rows = read_bodies([body], JOB_READS)
    flagged_by_job = [row for row in rows if is_flagged(dict(zip(JOB_READS, row, strict=True)))]

    events = flagged_events(body)

    # The job drops a body with half a character; another reader may not.
    assert flagged_by_job in ([tuple(event[field] for field in JOB_READS) for event in events], [])
    assert bool(flagged_by_job) == (bool(events) and "half" not in name)
    assert len(events) == (1_000 if "sales in" in name or "half" in name else name.startswith("a "))


@pytest.mark.parametrize("line", [b"x", b"1", b"{", b'"', b"[" * 99, b"{x}", b"[]", b"\x00", b'{"a":NaN}'], ids=repr)
def test_lines_that_can_hold_no_flagged_event_are_told_without_a_reader(line: bytes, monkeypatch: pytest.MonkeyPatch):
    """Half a million of them took ten seconds."""
    read: list[bytes] = []
    by = readable._read_by  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(readable, "_read_by", lambda reader, text: (read.append(text), by(reader, text))[1])  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]

    assert flagged_events(b"\n".join([line] * 5_000)) == []

    assert len(read) <= 2  # the body itself


def test_a_sale_that_only_the_most_lenient_reader_reads_is_judged_behind_any_number_of_short_lines():
    odd = sale(1, b',"n":NaN')
    body = b"{x}\n" * 200_000 + odd

    assert [event["id"] for event in flagged_events(body)] == ["1"]


def test_no_flagged_event_is_shorter_than_the_shortest():
    assert [event["discount"] for event in flagged_events(b"x\n" + SHORT)] == [51]


PARTS = st.sampled_from(
    [
        *(SHORT.decode(), "{}", "[]", "{", "}", "[", "]", '"', "x", "1", " ", "\t", "\x0b", "\r\n", "\n", "\n", "\x00"),
        *("\ufeff", "é", "\u2028", "\xa0", "\x1c", '{"a":NaN}', '[{"a":1}]'),
        *(SHORT.decode()[:-1] + ',"n":NaN}', f"[{SHORT.decode()}]"),
    ]
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])


@given(st.lists(PARTS, max_size=9).map("".join), ENCODINGS)
@example(f"x\n{SHORT.decode()}\u2028", "utf-8")
@example(f"x\n\u2028{SHORT.decode()}", "utf-8")
@example(f"x\n{SHORT.decode()}\x1c", "utf-8")
@example(f"x\n{SHORT.decode()}\u2028", "utf-16-be")
@example(f"x\n{SHORT.decode()}\u2028", "utf-16-le")
@example(f"\ufeff{SHORT.decode()}\nx", "utf-16")
def test_no_line_is_left_out_that_any_reader_reads(text: str, encoding: str):
    body = text.encode(encoding).strip()
    whole = readable._read(body)  # pyright: ignore[reportPrivateUsage]
    of_lines = [readable._read(line) or [] for line in body.splitlines()]  # pyright: ignore[reportPrivateUsage]
    values: list[Any] = [value for line in of_lines for value in line] if whole is None else whole
    objects = [readable.keepable(cast(dict[str, Any], value)) for value in values if isinstance(value, dict)]

    assert readable_events(body) == objects
    assert flagged_events(body) == [event for event in objects if is_flagged(event)]


def test_a_value_has_many_if_it_holds_more_than_can_be_gone_through_at_once():
    assert not has_many_values([{"a": [1] * (MANY - 3), "b": 2}])
    assert has_many_values([{"a": [1] * MANY, "b": 2}])
    assert has_many_values([[[]] * MANY])
    assert not has_many_values("x" * SIZE)

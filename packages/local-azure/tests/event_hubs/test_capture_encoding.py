"""Records of Capture, written from the bytes of events: the same bytes that the plain way gives."""

import io
from typing import Any, Literal, cast

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.amqp.errors import AmqpError
from local_azure.amqp.message import Message
from local_azure.event_hubs.capture import encoding
from local_azure.event_hubs.capture.container import BLOCK_BYTES, PARSED, long, write_container
from local_azure.event_hubs.capture.encoding import encoded, encoded_plainly
from local_azure.event_hubs.capture.records import record
from local_azure.event_hubs.events import accept_event, stamp
from tests.amqp.messages import messages, properties_section, texts_section
from tests.amqp.raw import event

MARKER = bytes(range(16))
_keys = st.one_of(st.none(), st.text(min_size=1, max_size=128), st.just("store-7"))


@given(messages, _keys, st.integers(0, 2**40), st.integers(0, 2**60), st.integers(0, 2**45))
def test_an_event_is_written_as_the_plain_way_writes_it(
    message: bytes, key: str | None, sequence: int, offset: int, time_ms: int
):
    try:
        accepted = accept_event(message)
    except AmqpError:
        return
    stored = stamp(accepted, key or accepted.key, sequence, offset, time_ms)
    assert encoded(sequence, stored) == encoded_plainly(sequence, stored)


@pytest.mark.parametrize("key", [None, "store-7", "stre\u00e1"])
def test_what_sdks_send_is_written_from_its_bytes(key: str | None, monkeypatch: pytest.MonkeyPatch):
    message = properties_section("id", None, None) + texts_section(["run", "r", "kind", "sale"]) + event(b"{}")
    stored = stamp(accept_event(message), key, 7, 4_096, 1_783_177_509_123)
    expected = encoded_plainly(7, stored)
    monkeypatch.setattr(encoding, "encoded_plainly", None)
    assert encoded(7, stored) == expected


def test_of_a_name_that_comes_twice_the_last_counts():
    stored = stamp(accept_event(texts_section(["a", "1", "a", "2"]) + event(b"x")), None, 0, 4_096, 5)
    file = io.BytesIO()
    write_container(file, [encoded(0, stored)], "null", MARKER)
    file.seek(0)
    (row,) = cast("list[dict[str, Any]]", list(fastavro.reader(file)))
    assert row["Properties"] == {"a": "2"}


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_long_is_written_as_fastavro_does(number: int):
    file = io.BytesIO()
    fastavro.schemaless_writer(file, fastavro.parse_schema("long"), number)  # pyright: ignore[reportUnknownMemberType]
    assert long(number) == file.getvalue()


def stored_events(count: int, size: int) -> list[bytes]:
    return [
        stamp(
            accept_event(texts_section(["n", str(number)]) + event(b"x" * size)), None, number, 4_096 + number, number
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(("count", "size"), [(0, 1), (1, 1), (3, BLOCK_BYTES), (3_000, 300)])
def test_a_file_is_that_of_fastavro_byte_for_byte(count: int, size: int):
    events = stored_events(count, size)
    ours, theirs = io.BytesIO(), io.BytesIO()
    write_container(ours, (encoded(number, each) for number, each in enumerate(events)), "null", MARKER)
    rows = (record(number, Message(each)) for number, each in enumerate(events))
    fastavro.writer(theirs, PARSED, rows, "null", BLOCK_BYTES, sync_marker=MARKER)  # pyright: ignore[reportUnknownMemberType]
    assert ours.getvalue() == theirs.getvalue()


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_a_file_is_read_as_it_was_written(codec: Literal["null", "deflate"]):
    events = stored_events(3_000, 300)
    file = io.BytesIO()
    write_container(file, (encoded(number, each) for number, each in enumerate(events)), codec, MARKER)
    file.seek(0)
    rows: list[Any] = list(fastavro.reader(file))
    assert [(row["SequenceNumber"], row["Properties"]) for row in rows] == [(n, {"n": str(n)}) for n in range(3_000)]
    assert (len(file.getvalue()) < 3_000 * 100) == (codec == "deflate")

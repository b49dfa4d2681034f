"""An event as a record of a Capture file."""

import io
from typing import Any, cast
from uuid import UUID

import fastavro
import pytest

from local_azure.amqp.encode import encode, timestamp, ulong
from local_azure.amqp.message import Message
from local_azure.amqp.values import Symbol
from local_azure.event_hubs.capture.records import SCHEMA, record, time_text
from local_azure.event_hubs.events import accept_event, stamp
from tests.amqp.raw import event


def written(message: bytes, key: str | None = None) -> dict[str, Any]:
    """The record that a reader of the file gets of an event with number 7 and offset 4096."""
    file = io.BytesIO()
    stored = stamp(accept_event(message), key, 7, 4_096, 1_783_177_509_123)
    fastavro.writer(file, fastavro.parse_schema(SCHEMA), [record(7, Message(stored))])  # pyright: ignore[reportUnknownMemberType]
    file.seek(0)
    (row,) = fastavro.reader(file)
    return cast("dict[str, Any]", row)


def test_an_event_is_written_in_the_documented_schema():
    properties = {"event_type": "sale_event", "run_id": "r", "n": 7, "ratio": 0.5, "raw": b"b", "none": None}
    row = written(event(b"body", (0x73, ["id", None, None]), (0x74, properties)))
    assert (row["SequenceNumber"], row["Offset"], row["Body"]) == (7, "4096", b"body")
    assert row["EnqueuedTimeUtc"] == "7/4/2026 3:05:09 PM"
    assert row["Properties"] == {"event_type": "sale_event", "run_id": "r", "n": 7, "ratio": 0.5, "raw": b"b"}
    assert row["SystemProperties"]["x-opt-enqueued-time"] == 1_783_177_509_123
    assert row["SystemProperties"]["message-id"] == "id"


def test_values_that_the_schema_has_no_place_for_are_kept_in_another_form():
    identity = UUID(int=5)
    properties = {"yes": True, "id": identity, "at": timestamp(5), "big": ulong(2**64 - 1), "list": [1]}
    row = written(event(b"", (0x74, properties)))["Properties"]
    assert row == {"yes": "True", "id": str(identity), "at": 5, "big": str(2**64 - 1), "list": encode([1])}


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"\x00\x53\x77" + encode("text"), b"text"), (b"\x00\x53\x77" + encode(b"raw"), b"raw"),
     (b"\x00\x53\x77" + encode({"a": 1}), b'{"a":1}'),
     (b"\x00\x53\x76" + encode([1, "two"]), b'[1,"two"]'), (event(b"a") + event(b"b"), b"ab")],
)  # fmt: skip
def test_any_kind_of_body_is_kept(body: bytes, expected: bytes):
    assert written(body)["Body"] == expected


def test_what_a_client_annotated_is_a_system_property():
    row = written(event(b"x", (0x72, {Symbol("x-mine"): "kept", Symbol("x-opt-offset"): "forged"})))
    assert row["SystemProperties"]["x-mine"] == "kept"
    assert row["SystemProperties"]["x-opt-offset"] == "4096"


@pytest.mark.parametrize("key", [None, "store-3"])
def test_the_place_of_an_event_is_a_system_property_and_so_is_its_key(key: str | None):
    row = written(event(b"x"), key)
    place = {"x-opt-sequence-number": 7, "x-opt-offset": "4096", "x-opt-enqueued-time": 1_783_177_509_123}
    assert row["SystemProperties"] == place | ({"x-opt-partition-key": key} if key else {})
    assert (row["Offset"], row["EnqueuedTimeUtc"]) == ("4096", "7/4/2026 3:05:09 PM")


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(0, "1/1/1970 12:00:00 AM"), (43_200_999, "1/1/1970 12:00:00 PM"), (1_767_225_599_000, "12/31/2025 11:59:59 PM")],
)
def test_a_time_is_written_as_dotnet_does(milliseconds: int, text: str):
    assert time_text(milliseconds) == text

"""Capture's files: the walker and the general reader agree, and damage costs itself and no more."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.capture.file import Block, CaptureFile, Damage
from reconciliation.capture.reader import reader_of
from reconciliation.capture.records import Records, begin_of, read_moment
from reconciliation.capture.walker import walk
from tests.reconciliation.capture_writer import SYNC_MARKER, VALUES, avro, record, schema

VALUE = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=200), st.binary(max_size=200)
)
PROPERTIES = st.dictionaries(st.text(max_size=80), VALUE, max_size=4)


@st.composite
def any_record(draw: st.DrawFn) -> dict[str, Any]:
    """A record with any properties; half of them with the exact time among them."""
    enqueued = draw(st.integers(0, 4_102_444_800_000))
    written = record(draw(st.integers(0, 2**63 - 1)), enqueued, draw(st.none() | st.binary(max_size=300)), exact=False)
    written["Properties"], written["SystemProperties"] = draw(PROPERTIES), draw(PROPERTIES)
    if draw(st.booleans()):
        written["SystemProperties"]["x-opt-enqueued-time"] = enqueued
    return written


RECORDS = st.lists(any_record(), max_size=8)


def read(data: bytes, chunk: int = 97) -> tuple[Records, list[Damage]]:
    file, records, damages = CaptureFile(), Records(), list[Damage]()
    chunks = [data[i : i + chunk] for i in range(0, len(data), chunk)]
    parts = [part for piece in chunks for part in file.feed(piece)] + list(file.finish())
    for part in parts:
        if isinstance(part, Damage):
            damages.append(part)
            continue
        reader_of(file.schema)(part.data, part.start, part.end, part.count, records)
    return records, damages


@given(RECORDS, st.sampled_from(("null", "deflate")), st.integers(1, 500))
@settings(max_examples=80)
def test_both_readers_give_what_was_written(written: list[dict[str, Any]], codec: str, chunk: int):
    data = avro(written, codec, sync_interval=300)

    records, damages = read(data, chunk)

    assert damages == []
    assert records.sequences == [original["SequenceNumber"] for original in written]
    assert records.bodies == [original["Body"] or b"" for original in written]
    for moment, original in zip(records.enqueued, written, strict=True):
        exact = original["SystemProperties"].get("x-opt-enqueued-time")
        assert moment == (exact if isinstance(exact, int) and exact >= 0 else read_moment(original["EnqueuedTimeUtc"]))
    general = Records()
    file = CaptureFile()
    for part in [*file.feed(data), *file.finish()]:
        assert isinstance(part, Block), part
        general_reader(file.schema)(part.data, part.start, part.end, part.count, general)
    assert general == records


def general_reader(written: bytes) -> Any:
    """The general reader, whatever the schema: a field of ours behind all others is not documented."""
    described = msgspec.json.decode(written, type=dict[str, Any])
    described["fields"] = [*described["fields"], {"name": "More", "type": "null"}]
    reader = reader_of(msgspec.json.encode(described))
    assert reader is not walk
    return reader


def test_the_documented_schemas_are_walked_and_others_read_in_general():
    assert reader_of(msgspec.json.encode(schema())) is walk
    assert reader_of(msgspec.json.encode(schema([*VALUES, "null"]))) is walk
    other = schema()
    other["fields"][0]["type"] = "int"
    assert reader_of(msgspec.json.encode(other)) is not walk


def test_another_writers_schema_is_read_by_its_names():
    other = {
        "type": "record",
        "name": "Other",
        "fields": [
            {"name": "Body", "type": "bytes"},
            {"name": "EnqueuedTimeUtc", "type": "string"},
            {"name": "SequenceNumber", "type": "int"},
        ],
    }
    data = avro([{"Body": b"x", "EnqueuedTimeUtc": "2026-01-02T10:05:00.25Z", "SequenceNumber": 7}], writer=other)

    records, damages = read(data)

    moment = int(datetime(2026, 1, 2, 10, 5, tzinfo=UTC).timestamp() * 1000) + 250
    assert (records, damages) == (Records([7], [moment], [b"x"]), [])


def fields(**types: Any) -> list[dict[str, Any]]:
    return [{"name": name, "type": kind} for name, kind in types.items()]


TAGS = {"type": "record", "name": "Tags", "fields": fields(more={"type": "array", "items": ["null", "string"]})}
MOMENT = {"type": "long", "logicalType": "timestamp-millis"}


@pytest.mark.parametrize(
    ("others", "more"),
    [
        (fields(Body=["bytes", "null"], EnqueuedTimeUtc=["string", "null"], SequenceNumber=["null", "long"]), {}),
        (
            fields(Tags=TAGS, SequenceNumber="long", EnqueuedTimeUtc="string", Body="bytes"),
            {"Tags": {"more": ["a", None]}},
        ),
        (fields(SequenceNumber="int", next=["null", "Other"], EnqueuedTimeUtc="string", Body="bytes"), {"next": None}),
        (
            fields(EnqueuedTimeUtc=MOMENT, SequenceNumber="long", Body="bytes"),
            {"EnqueuedTimeUtc": 1_767_348_300_250},
        ),
    ],
)
@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_other_writers_may_have_other_types_and_more_fields(
    others: list[dict[str, Any]], more: dict[str, Any], codec: str
):
    taken = {"SequenceNumber": 7, "EnqueuedTimeUtc": "2026-01-02T10:05:00.25Z", "Body": b"x"} | more
    data = avro([taken] * 3, codec, writer={"type": "record", "name": "Other", "namespace": "a.b", "fields": others})

    records, damages = read(data)

    assert (records, damages) == (Records([7] * 3, [1_767_348_300_250] * 3, [b"x"] * 3), [])


@pytest.mark.parametrize(
    "written", [b"", b"null", b"[1]", b'{"type": "record", "fields": [{"name": "Body", "type": "bytes"}]}']
)
def test_a_schema_that_lacks_what_we_need_is_refused(written: bytes):
    with pytest.raises(ValueError, match="schema"):
        reader_of(written)


def test_a_time_without_a_fraction_stands_for_its_second():
    moment = int(datetime(2026, 1, 2, 22, 5, tzinfo=UTC).timestamp() * 1000)

    assert read_moment("1/2/2026 10:05:00 PM") == ~moment
    assert read_moment("2026-01-02T22:05:00Z") == ~moment
    assert begin_of(~moment) == begin_of(moment) == moment
    # What arrived after the window's end belongs to the next, however little later.
    assert read_moment("2026-01-02T22:05:00.000001Z") == moment + 1


@given(st.integers(0, 30), st.data())
@settings(max_examples=150)
def test_damage_anywhere_is_reported_and_raises_nothing(count: int, data: st.DataObject):
    whole = avro([record(n, 1_000_000 + n, b"body %d" % n) for n in range(count)], sync_interval=200)
    kind = data.draw(st.sampled_from(("cut", "flip", "garbage")))
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = {
        "cut": whole[:place],
        "flip": whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :],
        "garbage": whole[:place] + data.draw(st.binary(max_size=60)) + whole[place:],
    }[kind]
    file = CaptureFile()
    parts = [part for i in range(0, len(damaged), 50) for part in file.feed(damaged[i : i + 50])]
    parts += file.finish()
    records = Records()
    for part in parts:
        if isinstance(part, Block):
            try:
                reader_of(file.schema)(part.data, part.start, part.end, part.count, records)
            except ValueError:
                continue
    if kind == "cut":
        assert records.sequences == list(range(len(records.sequences)))
        # Behind a whole block a file ends as if there were no more; the numbers that lack are a gap of the archive.
        is_silent = damaged.endswith(SYNC_MARKER)
        assert len(records.sequences) == count or is_silent or any(isinstance(part, Damage) for part in parts)


def test_a_block_whose_length_lies_costs_itself_and_the_next():
    whole = avro([record(n, 1_000, b"x" * 60) for n in range(40)], sync_interval=300)
    first = whole.index(SYNC_MARKER) + 16
    lying = whole[:first] + whole[first : first + 1] + b"\xfe\xff\x07" + whole[first + 3 :]

    records, damages = read(lying)

    assert [damage.offset for damage in damages] == [first]
    assert records.sequences == list(range(records.sequences[0], 40))
    assert records.sequences[0] <= 8


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 something else", "not an Avro file"),
        (b"Obj\x01", "header is cut short"),
        (b"Obj\x01" + b"\xff" * 20, "damaged header"),
        (b"Obj\x01\x02\x14avro.codec\x0csnappy\x00" + bytes(16), "snappy"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, reason: str):
    _, damages = read(data)

    assert [(damage.offset, reason in damage.reason) for damage in damages] == [(0, True)]


@pytest.mark.parametrize("codec", ["bzip2", "xz"])
def test_a_codec_that_is_none_of_captures_is_named(codec: str):
    _, damages = read(avro([record(1, 1_000, b"x")], codec))

    assert [(damage.offset, codec in damage.reason) for damage in damages] == [(0, True)]


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_a_file_without_records_is_whole(codec: str):
    assert read(avro([], codec)) == (Records(), [])


def test_a_block_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("reconciliation.capture.file.MAX_BLOCK_BYTES", 10_000)
    data = avro([record(1, 1_000, b"x" * 50_000)], "deflate")

    records, damages = read(data)

    assert records.bodies == []
    assert "unpacks to more" in damages[0].reason

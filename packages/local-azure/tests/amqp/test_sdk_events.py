"""Contract: an event that is read at once is what Microsoft's client makes of the same message."""
# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from typing import Any

import pytest
from azure.eventhub._pyamqp._encode import encode_payload
from azure.eventhub._pyamqp.message import Header, Message, Properties
from hypothesis import given
from hypothesis import strategies as st

from local_azure.amqp.bodies import received_body
from local_azure.amqp.encode import described, encode, uint, ulong
from local_azure.amqp.sdk_events import ReceivedEvent, read_event
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.values import Described, Symbol, Timestamp
from tests.amqp.sdk_answers import alike
from tests.amqp.test_bodies import scalars, values


def usual(*more: bytes) -> bytes:
    """A message as the broker hands it on."""
    annotations = {
        Symbol("x-opt-sequence-number"): 7,
        Symbol("x-opt-offset"): "4294967296",
        Symbol("x-opt-enqueued-time"): Timestamp(1_767_268_800_123),
        Symbol("x-opt-partition-key"): "till-4",
    }
    properties = {"event_type": "sale_event", "count": 3, "big": "x" * 300, "at": Timestamp(5), "none": None}
    return b"".join(
        (
            described(SectionCode.HEADER, [True, None, uint(5)]),
            described(SectionCode.DELIVERY_ANNOTATIONS, {Symbol("x"): 1}),
            described(SectionCode.MESSAGE_ANNOTATIONS, annotations),
            described(SectionCode.PROPERTIES, ["id", None, None, None, None, ulong(9), Symbol("application/json")]),
            described(SectionCode.APPLICATION_PROPERTIES, properties),
            described(SectionCode.DATA, b'{"sku": 4}'),
            *more,
        )
    )


def test_a_usual_event_is_read_at_once_and_alike():
    event = read_event(usual())
    assert isinstance(event, ReceivedEvent)
    assert (event.sequence_number, event.offset, event.partition_key) == (7, "4294967296", b"till-4")
    assert received_body(event) == b'{"sku": 4}'
    assert event.content_type == "application/json"
    assert alike(usual())


@pytest.mark.parametrize(
    "more",
    [
        described(SectionCode.DATA, b"x" * 70_000),
        described(SectionCode.DATA, None),
        described(SectionCode.FOOTER, {Symbol("x"): b"y"}),
        described(SectionCode.APPLICATION_PROPERTIES, None),
        described(SectionCode.APPLICATION_PROPERTIES, {}),
        described(SectionCode.PROPERTIES, []),
    ],
)
def test_sections_that_come_in_more_than_one_form_are_read_alike(more: bytes):
    assert isinstance(read_event(usual(more)), ReceivedEvent)
    assert alike(usual(more))


@pytest.mark.parametrize(
    "message",
    [
        b"",
        described(SectionCode.VALUE, {"till": 4}),
        described(SectionCode.SEQUENCE, [1, "two"]),
        described(SectionCode.HEADER, []),
        b"\x00\x80" + (0x75).to_bytes(8, "big") + encode(b"a"),
        *(
            described(SectionCode.MESSAGE_ANNOTATIONS, {Symbol(name): value}) + described(SectionCode.DATA, b"a")
            for name in ("x-opt-offset", "x-opt-enqueued-time", "x-opt-sequence-number", "x-opt-partition-key")
            for value in (
                None,
                0,
                -1,
                2**62,
                1.5,
                b"\xff",
                "text",
                [1],
                Timestamp(-62_135_596_800_000),
                Timestamp(2**62),
            )
        ),
    ],
)
def test_what_is_unusual_is_read_by_the_sdk(message: bytes):
    assert alike(message)


maps = st.dictionaries(st.text(max_size=20), values, max_size=12)
texts = st.sampled_from(["x-opt-sequence-number", "x-opt-offset", "x-opt-enqueued-time", "x-opt-partition-key", "x"])
sections = st.one_of(
    st.lists(scalars, max_size=5).map(lambda fields: described(SectionCode.HEADER, fields)),
    st.lists(scalars, max_size=13).map(lambda fields: described(SectionCode.PROPERTIES, fields)),
    maps.map(lambda items: described(SectionCode.DELIVERY_ANNOTATIONS, items)),
    st.dictionaries(texts.map(Symbol), values, max_size=5).map(
        lambda items: described(SectionCode.MESSAGE_ANNOTATIONS, items)
    ),
    maps.map(lambda items: described(SectionCode.APPLICATION_PROPERTIES, items)),
    st.one_of(st.none(), st.binary(max_size=400)).map(lambda data: described(SectionCode.DATA, data)),
    st.lists(values, max_size=3).map(lambda items: described(SectionCode.SEQUENCE, items)),
    values.map(lambda value: described(SectionCode.VALUE, value)),
    maps.map(lambda items: described(SectionCode.FOOTER, items)),
)


@given(st.lists(sections, max_size=8).map(b"".join))
def test_whatever_a_message_holds_is_read_alike(message: bytes):
    assert alike(message)


@given(maps, maps, st.binary(max_size=300))
def test_a_message_between_others_is_read_alike(annotations: dict[str, Any], properties: dict[str, Any], body: bytes):
    parts = (
        described(SectionCode.MESSAGE_ANNOTATIONS, {Symbol("x-opt-sequence-number"): 7, **annotations}),
        described(SectionCode.APPLICATION_PROPERTIES, properties),
        described(SectionCode.DATA, body),
    )
    assert isinstance(read_event(b"".join(parts)), ReceivedEvent)
    assert alike(b"".join(parts))


@given(st.integers(0, 400))
def test_a_message_that_is_cut_off_is_read_alike(end: int):
    """The SDK reads some of these and fails at the others."""
    message = usual()[:end]
    assert alike(message)


def test_a_message_as_the_sdk_writes_it_is_read_alike():
    properties: Any = {b"run_id": b"r-1", "number": 5, "deep": {"a": [1, b"2", None]}}
    sent: Any = Message(
        header=Header(durable=True), properties=Properties(content_type="application/json", message_id="m"),
        message_annotations={"x-opt-sequence-number": 3}, application_properties=properties, data=[b"{}", b"[]"],
    )  # fmt: skip
    output = bytearray()
    encode_payload(output, sent)
    assert isinstance(read_event(bytes(output)), ReceivedEvent)
    assert alike(bytes(output))


def test_a_described_property_is_read_alike():
    properties = {"state": Described(0x24, []), "other": Described(300, "x")}
    assert alike(usual(described(SectionCode.APPLICATION_PROPERTIES, properties)))


def test_an_attribute_that_no_event_has_is_missed():
    with pytest.raises(AttributeError):
        _ = read_event(usual()).nothing  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]

"""Messages that are taken apart at once: the parts are those that reading them section by section gives."""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# The encoder of the SDK is its own.

import pytest
from azure.eventhub import EventData, EventDataBatch
from azure.eventhub._pyamqp._encode import encode_payload
from hypothesis import given
from hypothesis import strategies as st

from local_azure.amqp.limits import MAX_EVENT_HUBS_MESSAGE_BYTES
from local_azure.amqp.message import Message
from local_azure.amqp.ordinary import Ordinary, ordinary, short_texts
from local_azure.amqp.sections import SectionCode, split_batch
from local_azure.amqp.spans import elements
from tests.amqp.messages import LONG_MAP, MAP, messages, properties_section, texts_section
from tests.amqp.raw import event


def sent(body: bytes, properties: dict[str, str]) -> bytes:
    """An event as Microsoft's SDK encodes it."""
    event = EventData(body)
    event.properties = {**properties}
    event.content_type = "application/json"
    batch = EventDataBatch(MAX_EVENT_HUBS_MESSAGE_BYTES)
    batch.add(event)
    return split_batch(bytes(encode_payload(bytearray(), batch._message)))[0]


@given(messages, st.binary(max_size=3))
def test_the_parts_of_an_ordinary_message_are_those_of_its_sections(data: bytes, before: bytes):
    parts = ordinary(before + data, len(before))
    if parts is None:
        return
    message = Message(data)
    section = message.section(SectionCode.PROPERTIES)
    assert parts.properties == (data[section.start : section.end] if section else b"")
    section = message.section(SectionCode.APPLICATION_PROPERTIES)
    assert parts.application == (data[section.start : section.end] if section else b"")
    if section and (texts := short_texts(parts.application)) is not None:
        assert [b"\xa1" + text for text in texts] == elements(data, section.value)
    assert parts.body == message.body()
    assert {SectionCode.PROPERTIES, SectionCode.APPLICATION_PROPERTIES, SectionCode.DATA} >= {
        each.code for each in message.sections
    }


def test_what_the_sdk_sends_is_ordinary():
    short = sent(b"x" * 20, {"run_id": "r-1", "kind": "sale"})
    long = sent(b"x" * 2_000, {"run_id": "r-1"} | {f"name-{number}": "value" * 4 for number in range(12)})
    for message, count in ((short, 4), (long, 26)):
        parts = ordinary(message)
        assert parts
        texts = short_texts(parts.application) or []
        assert len(texts) == count
        assert texts[:2] == [b"\x06run_id", b"\x03r-1"]
        assert b"application/json" in parts.properties


def test_a_text_may_hold_the_byte_that_texts_begin_with():
    texts = ["a\u00e1", "\u00e1\u00e1", "b", "c"]
    for code in (MAP, LONG_MAP):
        message = texts_section(texts, code) + event(b"body")
        parts = ordinary(message)
        assert parts
        assert short_texts(parts.application) is None
        assert Message(parts.application).application_properties() == {"a\u00e1": "\u00e1\u00e1", "b": "c"}


def test_a_message_may_have_a_body_alone():
    assert ordinary(event(b"body")) == Ordinary(b"", b"", b"body")
    assert ordinary(properties_section(None) + event(b"")) == Ordinary(b"\x00\x53\x73\xc0\x02\x01\x40", b"", b"")
    nothing = texts_section([])
    assert ordinary(nothing + event(b"x")) == Ordinary(b"", nothing, b"x")
    assert short_texts(nothing) == []


@pytest.mark.parametrize("code", [MAP, LONG_MAP])
@pytest.mark.parametrize(
    ("right", "wrong"),
    [(b"\xa1\x01a\xa1\x01b", b"\xa1\x02a\xa1\x01b"), (b"\xa1\x01a\xa1\x01b", b"\xa1\x01aa\xa1\x00"),
     (b"\xa1\x01a\xa1\x01b", b"\xa1\x01a\xb1\x01b"), (b"\x02\xa1\x01a", b"\x01\xa1\x01a"),
     (b"\x02\xa1\x01a", b"\x04\xa1\x01a"), (b"\xa1\x01a\xa1\x01b", b""), (b"\x02\xa1\x01a\xa1\x01b", b"")],
)  # fmt: skip
def test_properties_that_are_malformed_are_no_texts(code: int, right: bytes, wrong: bytes):
    texts = texts_section(["a", "b"], code)
    assert short_texts(texts) == [b"\x01a", b"\x01b"]
    assert right in texts
    assert short_texts(texts.replace(right, wrong)) is None


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(b"b\x00\x53\x75", b"b\x00\x53\x76"), (b"\x01x", b"\x02x"), (b"\x01x", b"\x00x"), (b"\x01x", b"")],
)
def test_what_does_not_end_with_one_data_section_is_not_ordinary(right: bytes, wrong: bytes):
    message = properties_section(None) + texts_section(["a", "b"]) + event(b"x")
    assert ordinary(message)
    assert right in message
    assert ordinary(message.replace(right, wrong)) is None


def test_a_name_without_a_value_is_none_of_the_texts():
    assert short_texts(texts_section(["a", "b", "c"])) is None

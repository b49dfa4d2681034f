"""Events on their way in: taken or refused alike, whether they are taken apart at once or section by section."""

import pytest
from hypothesis import given

from local_azure.amqp.encode import described, encode
from local_azure.amqp.errors import AmqpError, DecodeError
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.values import Symbol
from local_azure.event_hubs.events import Event, accept_event, accept_plainly
from tests.amqp.messages import MAP, compound, messages, properties_section, texts_section
from tests.amqp.raw import event


def annotated(*items: object) -> bytes:
    return compound(SectionCode.MESSAGE_ANNOTATIONS, MAP, [encode(item) for item in items])


@given(messages)
def test_an_event_is_taken_as_reading_all_of_it_takes_it(message: bytes):
    try:
        expected = accept_plainly(message)
    except AmqpError:
        with pytest.raises(AmqpError):
            accept_event(message)
        return
    assert accept_event(message) == expected


def test_a_key_and_annotations_are_kept_and_forged_ones_are_not():
    rest = properties_section(None) + texts_section(["run", "1"]) + event(b"x")
    mine = encode(Symbol("x-mine")) + encode(5)
    head = annotated(Symbol("x-opt-partition-key"), "store-7", Symbol("x-mine"), 5, Symbol("x-opt-offset"), "1")
    assert accept_event(head + rest) == Event("store-7", mine, 2, rest)


def test_the_header_and_the_delivery_annotations_end_here():
    hop = compound(SectionCode.DELIVERY_ANNOTATIONS, MAP, [encode(Symbol("hop")), encode("h")])
    assert accept_event(described(SectionCode.HEADER, [True]) + hop + event(b"x")) == Event(None, b"", 0, event(b"x"))


@pytest.mark.parametrize(
    "message",
    [
        properties_section(1, b"u", None, None, None, None, 5) + event(b"a content type is a text"),
        texts_section(["a", "b"]).replace(b"b", b"\xff") + event(b"x"),
        annotated(5, "a name is a text") + event(b"x"),
        properties_section("no body"),
    ],
)
def test_what_no_reader_could_read_is_refused(message: bytes):
    with pytest.raises(DecodeError):
        accept_event(message)

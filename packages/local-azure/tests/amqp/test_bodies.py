"""A message's body is read alike from its encoding and from what Microsoft's SDKs made of it."""

import importlib
import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from azure.eventhub.amqp import AmqpAnnotatedMessage
from azure.servicebus.amqp import AmqpAnnotatedMessage as QueueMessage
from hypothesis import given
from hypothesis import strategies as st

from local_azure.amqp.bodies import body_of, json_text, received_body
from local_azure.amqp.encode import described, encode, uint
from local_azure.amqp.message import Message
from local_azure.amqp.sdk_types import complete
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.values import Char, DecimalBits, Described, Encoded, Symbol, Timestamp
from tests.amqp.wire_values import wire_values

SDKS: dict[str, Any] = {"azure.eventhub": AmqpAnnotatedMessage, "azure.servicebus": QueueMessage}
NOON = Timestamp(1_767_268_800_000)
TILL = UUID("8a2b1c3d-0000-4000-8000-0123456789ab")


def readings(message: bytes) -> set[bytes]:
    """The body by the broker's own decoder, and by those of both SDKs."""
    read = {body_of(Message(message))}
    for sdk, kind in SDKS.items():
        complete(sdk)
        decoded: Any = importlib.import_module(f"{sdk}._pyamqp._decode").decode_payload(memoryview(message))
        options: dict[str, Any] = (
            {"message": decoded} if sdk.endswith("hub") else {"message": decoded, "frame": SimpleNamespace()}
        )
        read.add(received_body(kind(**options)))
    return read


def value(body: Any) -> bytes:
    """A message whose body is one value."""
    return described(SectionCode.VALUE, body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"order": 17}', b'{"order": 17}'),
        (b"\xff\x00", b"\xff\x00"),
        (Symbol("sale"), b"sale"),
        (None, b"null"),
        (True, b"true"),
        (7, b"7"),
        (uint(2**32 - 1), b"4294967295"),
        (1.5, b"1.5"),
        (float("-inf"), b'"-Infinity"'),
        (float("nan"), b'"NaN"'),
        (NOON, b'"2026-01-01T12:00:00Z"'),
        (Timestamp(NOON + 7), b'"2026-01-01T12:00:00.007Z"'),
        (Timestamp(2**62), b"4611686018427387904"),
        (Char(ord("a")), b'"a"'),
        (Char(0xD800), '"\ufffd"'.encode()),
        (TILL, b'"8a2b1c3d-0000-4000-8000-0123456789ab"'),
        (DecimalBits(bytes.fromhex("303c00000000000000000000000004e2")), b"12.50"),
        (DecimalBits(bytes.fromhex("b1800001")), b"-0.01"),
        (DecimalBits(bytes.fromhex("7800000000000000")), b'"Infinity"'),
        ({"till": {"nr": 4}, "sum": 12}, b'{"till":{"nr":4},"sum":12}'),
        ({7: "seven", NOON: [None]}, b'{"7":"seven","2026-01-01T12:00:00Z":[null]}'),
        (["a", b"b", b"\xff"], b'["a","b","/w=="]'),
        (Described(99, "inner"), b"inner"),
        ([Described(99, {"a": 1})], b'[{"a":1}]'),
    ],
)
def test_a_value_is_read_alike_by_all(body: Any, expected: bytes):
    assert readings(value(body)) == {expected}


def test_the_elements_of_all_sequences_become_one_array():
    message = described(SectionCode.SEQUENCE, [1, "two"]) + described(SectionCode.SEQUENCE, [{"three": 3}])
    assert readings(message) == {b'[1,"two",{"three":3}]'}


def test_data_sections_are_joined():
    message = described(SectionCode.DATA, b"a") + described(SectionCode.DATA, b"") + described(SectionCode.DATA, b"b")
    assert readings(message) == {b"ab"}


scalars: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(), st.binary(max_size=50),
    st.uuids(), st.builds(Timestamp, st.integers(-(2**63), 2**63 - 1)), st.builds(Char, st.integers(0, 2**32 - 1)),
    st.one_of(*(st.binary(min_size=size, max_size=size) for size in (4, 8, 16))).map(DecimalBits),
)  # fmt: skip
# A key is text: of `1` and `True`, which are two keys to AMQP, Python keeps one. The SDKs read the descriptors of
# delivery states (35 to 39) as such, wherever they stand.
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=20), inner, max_size=5)
        | st.builds(Described, st.integers(100, 2**63 - 1), inner)
    ),
    max_leaves=20,
)


@given(values)
def test_whatever_a_value_holds_is_read_alike_and_is_valid(body: Any):
    (read,) = readings(value(body))
    json.loads(json_text(body))
    assert isinstance(read, bytes)


@given(wire_values)
def test_whatever_stands_on_the_wire_is_read_alike(encoded: bytes):
    assert len(readings(value(Encoded(encoded)))) == 1


@given(st.integers(0, 10**34 - 1), st.integers(-6176, 6111), st.booleans())
def test_a_decimal_of_128_bits_is_the_number_that_it_encodes(coefficient: int, exponent: int, negative: bool):
    bits = DecimalBits((negative << 127 | (exponent + 6176) << 113 | coefficient).to_bytes(16, "big"))
    expected = Decimal((int(negative), tuple(map(int, str(coefficient))), exponent))
    (read,) = readings(value(bits))
    assert Decimal(read.decode()) == expected


def test_an_encoded_value_of_each_type_keeps_its_type():
    typed = [NOON, Char(97), DecimalBits(bytes(4)), DecimalBits(bytes(16)), TILL]
    assert encode(Message(value(typed)).value()) == encode(typed)

"""AMQP's types: what is encoded is decoded as it was, and no bytes do more than raise DecodeError."""

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import array, encode, int32, string_array, symbol_array, timestamp, uint
from local_azure.amqp.errors import DecodeError
from local_azure.amqp.limits import MAX_DEPTH, MAX_ELEMENTS
from local_azure.amqp.message import Message
from local_azure.amqp.sections import sections
from local_azure.amqp.spans import skip
from local_azure.amqp.values import Described, Symbol

symbols = st.text(st.characters(max_codepoint=127), max_size=300).map(Symbol)
scalars: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=300),
    symbols, st.binary(max_size=300), st.uuids(),
)  # fmt: skip
keys = st.one_of(st.text(max_size=20), symbols)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(keys, inner, max_size=5),
        st.builds(Described, st.integers(0, 2**63 - 1), inner),
    ),
    max_leaves=20,
)


@given(values)
def test_a_value_is_decoded_as_it_was_encoded(value: Any):
    encoded = encode(value)
    assert decode(encoded) == (value, len(encoded))
    assert skip(encoded, 0, len(encoded)) == len(encoded)


@given(values, st.data())
def test_a_value_that_is_cut_off_is_no_value(value: Any, data: st.DataObject):
    encoded = encode(value)
    cut = data.draw(st.integers(0, len(encoded) - 1))
    with pytest.raises(DecodeError):
        decode(encoded[:cut])


@settings(max_examples=500)
@given(st.binary(max_size=200))
def test_noise_is_decoded_or_refused(noise: bytes):
    try:
        _, end = decode(noise)
    except DecodeError:
        return
    assert 0 < end <= len(noise)


@settings(max_examples=500)
@given(st.binary(max_size=200).map(lambda noise: b"\x00\x53" + noise))
def test_noise_is_a_message_or_refused(noise: bytes):
    try:
        parts = sections(noise)
        Message(noise).validate()
    except DecodeError:
        return
    assert parts[-1].end == len(noise)


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        (b"\x43", 0), (b"\x44", 0), (b"\x45", []), (b"\x56\x01", True), (b"\x50\xff", 255), (b"\x51\xff", -1),
        (b"\x60\x01\x00", 256), (b"\x61\xff\xff", -1), (b"\x52\x07", 7), (b"\x53\x07", 7), (b"\x54\xff", -1),
        (b"\x55\xff", -1), (b"\x72" + struct.pack(">f", 0.5), 0.5), (b"\x73\x00\x00\x00A", 65), (b"\x74abcd", b"abcd"),
        (b"\xc1\x05\x02\xa1\x01a\x41", {"a": True}), (b"\xe0\x04\x02\x50\x01\x02", [1, 2]), (b"\xe0\x01\x00", []),
        (b"\xe0\x09\x02\x00\x53\x25\xa1\x01a\x01b", [Described(0x25, "a"), Described(0x25, "b")]),
    ],
)  # fmt: skip
def test_every_width_of_the_standard_is_understood(encoded: bytes, value: Any):
    assert decode(encoded) == (value, len(encoded))


def test_arrays_and_exact_types_are_decoded():
    assert decode(array(0x81, "q", [1, -2]))[0] == [1, -2]
    assert decode(string_array(["a", "é"]))[0] == ["a", "é"]
    assert decode(symbol_array([Symbol("a")]))[0] == ["a"]
    assert decode(uint(7))[0] == decode(int32(7))[0] == decode(timestamp(7))[0] == 7


def test_nesting_is_limited():
    value: Any = 1
    for _ in range(MAX_DEPTH):
        value = [value]
    assert decode(encode(value))[0] == value
    with pytest.raises(DecodeError, match="deep"):
        decode(encode([value]))
    with pytest.raises(DecodeError, match="deep"):
        decode(b"\x00" * 1_000)


def test_elements_are_counted_before_they_are_made():
    body = struct.pack(">II", 5, MAX_ELEMENTS + 1) + b"\x40"
    with pytest.raises(DecodeError, match="elements"):
        decode(b"\xf0" + body)


def test_a_list_as_a_key_is_refused():
    with pytest.raises(DecodeError, match="key"):
        decode(b"\xc1\x03\x02\x45\x45")

"""Values by where they begin and end: the same elements that decoding gives, byte for byte as they came."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_azure.amqp.decode import decode
from local_azure.amqp.encode import described, encode
from local_azure.amqp.errors import DecodeError
from local_azure.amqp.spans import elements, pairs
from tests.amqp.test_types import keys, values


@given(st.lists(values, max_size=6))
def test_the_elements_of_a_list_are_its_bytes(items: list[Any]):
    parts = elements(described(0x70, items))
    assert [decode(part) for part in parts] == [(item, len(part)) for item, part in zip(items, parts, strict=True)]
    assert encode(items).endswith(b"".join(parts))


@given(st.dictionaries(keys, values, max_size=6))
def test_the_pairs_of_a_map_are_its_bytes(items: dict[Any, Any]):
    assert {decode(key)[0]: decode(value)[0] for key, value in pairs(encode(items))} == items


def test_small_forms_and_nothing_have_elements_too():
    assert elements(b"\x45") == elements(b"\x40") == []
    assert elements(b"\xc0\x04\x02\x54\x01\x41") == [b"\x54\x01", b"\x41"]
    assert pairs(b"\xc1\x05\x02\xa1\x01a\x41") == [(b"\xa1\x01a", b"\x41")]


@given(st.binary(max_size=60))
def test_noise_has_elements_or_is_refused(noise: bytes):
    try:
        parts = elements(noise)
    except DecodeError:
        return
    assert sum(map(len, parts)) < max(len(noise), 1)


def test_a_key_without_a_value_is_refused():
    with pytest.raises(DecodeError, match="without a value"):
        pairs(b"\xc1\x03\x01\x54\x01")


@pytest.mark.parametrize("value", [1, "text", b"raw"])
def test_what_is_not_compound_is_refused(value: Any):
    with pytest.raises(DecodeError, match="list or a map"):
        elements(encode(value))

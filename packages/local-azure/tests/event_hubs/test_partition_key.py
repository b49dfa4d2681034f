"""Which partition a key belongs to."""

import pytest
from azure.eventhub._buffered_producer._partition_resolver import generate_hash_code  # pyright: ignore[reportUnknownVariableType]
from hypothesis import given
from hypothesis import strategies as st

from local_azure.event_hubs.partition_key import key_hash, partition_of


@pytest.mark.parametrize(("key", "value"), [("7", -15263), ("store-7", -7301)])
def test_a_key_has_the_hash_that_it_has_on_azure(key: str, value: int):
    assert key_hash(key) == value


@given(st.text(st.characters(max_codepoint=127), min_size=1, max_size=128))
def test_the_hash_is_that_of_the_sdk(key: str):
    assert key_hash(key) == generate_hash_code(key)


def test_the_remainder_is_truncated_as_the_service_does():
    assert partition_of("7", 4) == 3
    assert partition_of("store-7", 4) == 1


def test_keys_spread_evenly():
    counts = [0, 0, 0, 0]
    for number in range(4_000):
        counts[partition_of(str(number), 4)] += 1
    assert min(counts) > 900
    assert max(counts) < 1_100

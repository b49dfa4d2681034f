"""Keys of customers and skus stay what they are in a column, and come into the shard of their checksum."""

from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.profiles.day.keys import (
    WIDEST,
    has_key,
    joined_keys,
    keys_of,
    read_column,
    read_keys,
    shards_of,
    texts_of,
    write_keys,
)

ODD = ["a", "\0", "\n", "ü", "\U0001f600", "\x7f", "a\0", "\0a", "a\n", "x" * WIDEST, "x" * (WIDEST + 1), "c123", "-7"]
keys = st.none() | st.integers(-(2**40), 2**40).map(str) | st.sampled_from(ODD) | st.text(min_size=1, max_size=30)
parts = st.lists(st.lists(keys, min_size=1, max_size=9), min_size=1, max_size=3)


@given(parts)
def test_keys_of_any_text_are_those_that_came_and_have_the_shards_of_their_checksums(of_parts: list[list[str | None]]):
    texts = [key or "" for part in of_parts for key in part]
    column = joined_keys([*map(keys_of, of_parts)])

    assert texts_of(column) == texts
    assert has_key(column).tolist() == [text != "" for text in texts]
    for number in (16, 64):
        assert shards_of(column, number).tolist() == [crc32(text.encode()) % number for text in texts]


@given(parts, st.integers(0, 9))
def test_keys_that_are_written_in_parts_are_read_again(of_parts: list[list[str | None]], first: int):
    texts = [key or "" for part in of_parts for key in part]
    starts = [0, 0, min(first, len(texts)), len(texts)]

    column = joined_keys([*map(keys_of, of_parts)])
    written = write_keys(column, starts)

    assert [*map(read_keys, written)] == [[], texts[: starts[2]], texts[starts[2] :]]
    assert texts_of(read_column(write_keys(column, [0, len(texts)])[0], len(texts))) == texts


@pytest.mark.parametrize("odd", ["ü", "a\n", "a\0", "x" * (WIDEST + 1)])
def test_a_key_that_is_odd_keeps_its_neighbours_as_texts_and_short_ones_lie_in_bytes(odd: str):
    assert keys_of(["a", "x" * WIDEST]).dtype.kind == "S"
    assert keys_of(["a", odd]).dtype.kind == "O"

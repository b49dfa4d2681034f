"""Codes of keys are those that a dictionary would give, whatever the keys are."""

import string
import time
from itertools import islice, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.profiles.day.key_codes import key_codes
from fraud.profiles.day.keys import WIDEST, keys_of


def codes_by_dictionary(texts: list[str]) -> tuple[list[int], list[str]]:
    numbers: dict[str, int] = {}
    return [numbers.setdefault(text, len(numbers)) for text in texts], [*numbers]


def codes(texts: list[str]) -> tuple[list[int], list[str]]:
    result = key_codes(keys_of(texts))
    return result.codes.tolist(), result.keys


@given(st.lists(st.sampled_from(["", "a", "b", "ab", "a" * 8, "a" * 9, "a" * WIDEST, "a" * WIDEST + "b", "ü"])))
def test_keys_are_numbered_in_the_order_in_which_they_come(texts: list[str]):
    assert codes(["c", *texts]) == codes_by_dictionary(["c", *texts])


@pytest.mark.parametrize("name", ["{}", "customer {}", "{:024}", "{:x<23}"])
@pytest.mark.parametrize("different", [1, 30, 20_000])
def test_many_keys_have_the_codes_of_a_dictionary(name: str, different: int):
    draws = Random(different)
    texts = [name.format(number) for number in draws.choices(range(different), k=20_000)]

    assert codes(texts) == codes_by_dictionary(texts)


def seconds_for(texts: list[str]) -> float:
    column = keys_of(texts)
    begun = time.process_time()
    assert len(key_codes(column).keys) == len(texts)
    return time.process_time() - begun


def test_keys_that_differ_in_the_last_octets_of_their_words_take_as_long_as_others():
    # A producer chooses them. By a sum of products these had 256 numbers among them, and took a hundred times as long.
    last = map("{}{}{}".format, *zip(*islice(product(string.printable[:94], repeat=3), 400_000), strict=True))
    chosen = ["cust000{}cust000{}cust000{}".format(*octets) for octets in last]

    assert seconds_for(chosen) < 10 * seconds_for([f"customer {number:015}" for number in range(len(chosen))])

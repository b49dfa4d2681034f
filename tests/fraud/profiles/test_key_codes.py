"""Codes of keys are those that a dictionary would give, whatever the keys are."""

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

"""Many bodies have the canonical forms that each of them has by itself, or none."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.bodies.forms import BodyForms, has_long_number
from fraud.identity import canonical_body
from fraud.quarantine_index import is_read_alike
from fraud.readable import keepable

numbers = st.integers() | st.floats() | st.sampled_from([2**53, 2**53 - 1, 2**63, -(2**63), 20.0, -0.0, 1e22, 1e16])
plain = st.none() | st.booleans() | numbers | st.text(max_size=4)
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner))
names = st.sampled_from(["id", "store_id", "price", "sku", "é", "a b"]) | st.text(max_size=3)
events = st.dictionaries(names, plain | values, max_size=7)
named = st.dictionaries(names, plain, max_size=7).map(lambda event: {**event, "id": "a"})


def in_ascii(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode()


def in_utf8(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode("utf-8", "surrogatepass")


bodies = st.builds(in_ascii, events | named) | st.builds(in_utf8, events) | st.binary(max_size=12)


def by_itself(body: bytes) -> bytes:
    return canonical_body(body, keepable)


@given(st.lists(bodies, max_size=9), st.lists(bodies, min_size=1, max_size=9))
def test_a_form_is_the_canonical_one_and_is_read_alike_by_all(before: list[bytes], those: list[bytes]):
    forms = BodyForms()
    forms.of(before)

    for body, form in zip(those, forms.of(those), strict=True):
        assert form is None or (form == by_itself(body) and is_read_alike(body))


tokens = st.from_regex(
    r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][-+]?[0-9]{1,3})?", fullmatch=True, alphabet="-+.eE0159"
)
texts = st.text(max_size=3).map(json.dumps) | st.sampled_from([r'"\u0069d"', r'"\ud800"', r'"\u0000"', '"\ufeff"'])
own_names = st.sampled_from(
    [*dir(object), "__slots__", "__dict__", "__annotations__", "__x", "_Row__x", "class", "mro"]
)
keys = texts | (own_names | st.sampled_from(["id", "store_id", "a", "b"])).map(json.dumps)
members = st.tuples(keys, tokens | texts | st.sampled_from(["null", "true", "[]", "{}", "NaN"]))
blanks = st.sampled_from(["", " ", "\r\n\t", "\ufeff", "\0"])


def of_members(id_: str, those: list[tuple[str, str]], around: tuple[str, str]) -> bytes:
    fields = [('"id"', id_), *those]  # the same name may come twice
    text = "{" + ",".join(f"{name}:{value}" for name, value in fields) + "}"
    return (around[0] + text + around[1]).encode("utf-8", "surrogatepass")


hostile = st.builds(of_members, texts | tokens, st.lists(members, max_size=4), st.tuples(blanks, blanks))


@given(st.lists(st.lists(hostile, min_size=1, max_size=9), min_size=1, max_size=4))
def test_whoever_chooses_all_bodies_of_all_deliveries_gives_none_another_form(deliveries: list[list[bytes]]):
    forms = BodyForms()

    for those in deliveries * 2:
        for body, form in zip(those, forms.of(those), strict=True):
            assert form is None or (form == by_itself(body) and is_read_alike(body))


PLAIN = [b'{"id": "a", "store_id": 3, "price": %s}' % price for price in (b"20", b"20.0", b"2e1", b"20.5", b"null")]
ODD = [
    b'{"id": "a", "id": "b", "store_id": null, "price": 1}',
    b'{"\\u0069d": "a"}',
    b'{"id": "a", "price": [1]}',
    b'{"id": "a", "price": 9007199254740993}',
    b'{"id": "a", "price": 1e400}',
    b'{"id": "\\ud800"}',
    b'{"id": "\xff"}',
    b'{"id": 7}',
    b"[]",
    b"",
]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_body_costs_its_neighbours_nothing(odd: bytes):
    forms = BodyForms()
    forms.of(PLAIN)

    *others, _ = forms.of([*PLAIN, odd])

    assert others == [*map(by_itself, PLAIN)]


def test_bodies_that_are_odd_together_are_learned_from():
    other: list[dict[str, Any]] = [
        {"id": "a", "store_id": None, "weight": weight, "colour": "red"} for weight in (1, 2.5)
    ]
    those = [json.dumps(event).encode() for event in other]
    forms = BodyForms()
    forms.of(PLAIN)

    assert forms.of(those) == [*map(by_itself, those)]


@pytest.mark.parametrize("spaces", range(5))
@pytest.mark.parametrize(("number", "is_long"), [("9" * 15, False), ("9" * 16, True), ("9" * 8 + "." + "9" * 8, False)])
def test_a_long_number_is_seen_wherever_it_stands(spaces: int, number: str, *, is_long: bool):
    assert has_long_number(b'{}\n{"a":%b%b}' % (b" " * spaces, number.encode())) is is_long

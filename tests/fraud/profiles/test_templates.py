"""Bodies of a template are read as any others are; whatever else a body holds, it is refused."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.profiles.day import coder
from fraud.profiles.day.coder import Coder
from fraud.profiles.day.digests import LONGEST, digest_of_event
from fraud.profiles.day.template import BodyBlock, BodyTemplate, template_of
from fraud.profiles.day.values import Values
from fraud.replay.arrivals import read_event


def template(body: bytes) -> BodyTemplate:
    own = template_of(body)
    assert own is not None
    return own


PLAIN = b'{"id": "a", "qty": 7, "sku": "k", "is_return": false, "price": 1.5}'


def taken(bodies: list[bytes], of: bytes = PLAIN) -> tuple[list[int], dict[str, Values]]:
    """Which bodies are of the template of one, and their values."""
    block, own = BodyBlock(bodies), template(of)
    rows, values = own.read(block, np.flatnonzero(block.counts == own.quotes))
    return rows.tolist(), dict(values)


numbers = st.integers(-(10**15) + 1, 10**15 - 1) | st.decimals(-(10**6), 10**6, places=3) | st.booleans() | st.none()
plain_texts = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"\\'), max_size=LONGEST)


@given(st.lists(st.tuples(plain_texts, numbers, plain_texts, numbers), min_size=1, max_size=9))
def test_plain_values_are_read_as_by_anyone_else_and_have_the_key_of_their_event(rows: list[tuple[Any, ...]]):
    literals = [
        [json.dumps(value) if isinstance(value, str | bool | None) else str(value) for value in r] for r in rows
    ]
    bodies = [f'{{"id": {i}, "price": {p}, "sku": {s}, "qty": {q}}}'.encode() for i, p, s, q in literals]
    events = [read_event(body) or {} for body in bodies]

    places, values = taken(bodies, b'{"id": "a", "price": 1, "sku": "", "qty": 2}')

    assert places == [*range(len(bodies))]
    assert values["sku"].column.tolist() == [event["sku"].encode() for event in events]
    for name in ("price", "qty"):
        are = [event[name] if type(event[name]) in (int, float) else np.nan for event in events]
        assert np.array_equal(values[name].numbers, np.array(are, float), equal_nan=True)
        assert values[name].is_true.tolist() == [event[name] is True for event in events]
    keys = np.add.reduce([own.digest(name) for name, own in values.items()])
    assert keys.tolist() == [digest_of_event(event) for event in events]


ODD = [
    b"",
    PLAIN[:-1],
    PLAIN + b" ",
    PLAIN + PLAIN,
    PLAIN.replace(b'"qty"', b'"qtz"'),
    PLAIN.replace(b'"qty"', b'"qtyy"'),
    PLAIN.replace(b'"qty": ', b'"qty" :'),
    PLAIN.replace(b'"k"', b"1"),
    PLAIN.replace(b"7", b'"7"'),
    PLAIN.replace(b'"k"', b'"\\u00fc"'),
    PLAIN.replace(b'"k"', '"ü"'.encode()),
    PLAIN.replace(b'"k"', b'"\xff"'),
    PLAIN.replace(b'"k"', b'"a\tb"'),
    PLAIN.replace(b'"k"', b'"a\nb"'),
    PLAIN.replace(b'"k"', b'"' + b"k" * (LONGEST + 1) + b'"'),
    PLAIN.replace(b'"k"', b'["k"]'),
    *(
        PLAIN.replace(b" 7", b" " + number)
        for number in (b"", b"07", b"-", b"-07", b"7.", b".7", b"7e1", b"7E1", b"--7", b"7-", b"1.2.3", b"+7", b"7 ")
    ),
    *(PLAIN.replace(b" 7", b" " + word) for word in (b"True", b"nul", b"truex", b"NaN", b"1" * 16, b"{}", b"7,7")),
]


@pytest.mark.parametrize("odd", ODD)
def test_what_has_another_template_is_refused_and_its_neighbours_are_not(odd: bytes):
    assert taken([PLAIN, odd, PLAIN])[0] == [0, 2]
    assert taken([odd, PLAIN])[0] == [1]
    assert taken([odd])[0] == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"id": 7}',
        b'{"sku": "a"}',
        b'{"id": "a", "id": "b"}',
        b'{"id": "a", "b": []}',
        b'{"id": "a", "b": {"c": 1}}',
        b'{"id": "a"} ',
        b'{"id": "a"',
        b'{"id": "a", "b b": 1}',
        b'{"id": "a",%s"b": 1}' % (b" " * 300),
        b"{%s}" % b", ".join(b'"%s": "a"' % name for name in [b"id", *(b"n%d" % place for place in range(64))]),
    ],
)
def test_a_body_whose_values_are_not_plain_or_that_has_no_id_has_no_template(body: bytes):
    assert template_of(body) is None


def test_nothing_may_follow_a_text_that_is_the_last_value():
    body = b'{"id": "a", "sku": "k"}'

    assert taken([body, body + b" ", body[:-1], body + b"}", body], body)[0] == [0, 4]


def test_values_of_one_text_have_one_code_although_they_share_a_slot(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coder, "_SLOT_BITS", 1)
    short = ["", *map(str, range(30)), *(str(10_000_000 + number) for number in range(20))]
    every = [*(store + "x" for store in short), *(store + "y" * 9 for store in short), *short]
    own = Coder(lambda value: value or None)

    for stores in (every, short, every[:60], short):
        bodies = [json.dumps({"id": "a", "sku": store}).encode() for store in stores]
        codes = own.codes_of_values(taken(bodies, b'{"id": "a", "sku": "k"}')[1]["sku"])
        assert [[*own.codes][code] if code >= 0 else "" for code in codes.tolist()] == stores
    assert own.codes_of(["7", ""]).tolist() == [own.codes["7"], coder.NONE]


def test_a_text_is_not_taken_for_a_longer_one_that_begins_with_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(coder, "_SLOT_BITS", 1)
    for number in range(10_000_000, 10_000_020):  # of which some share the slot of the longer one
        own = Coder(str)
        bodies = [json.dumps({"id": "a", "sku": store}).encode() for store in (f"{number}x", f"{number}")]
        for code, body in enumerate(bodies):
            assert own.codes_of_values(taken([body], b'{"id": "a", "sku": "k"}')[1]["sku"]).tolist() == [code]

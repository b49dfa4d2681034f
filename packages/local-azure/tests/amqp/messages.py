"""Encoded messages of the forms that SDKs write, and others, whole or with some bytes changed."""

from typing import Any

from hypothesis import strategies as st

from local_azure.amqp.encode import described, encode
from local_azure.amqp.sections import SectionCode
from local_azure.amqp.values import Symbol

LIST, MAP, LONG_MAP = 0xC0, 0xC1, 0xD1


def compound(section: SectionCode, code: int, items: list[bytes]) -> bytes:
    """A section that is a list or a map of encoded items, in its short form if `code` has one."""
    width = 4 if code & 0x10 else 1
    body = b"".join(items)
    return (
        bytes((0, 0x53, section, code)) + (len(body) + width).to_bytes(width, "big") + len(items).to_bytes(width, "big")
    ) + body


def texts_section(texts: list[str], code: int = MAP) -> bytes:
    """Application properties: names and values in turn."""
    return compound(SectionCode.APPLICATION_PROPERTIES, code, [encode(text) for text in texts])


def properties_section(*items: Any) -> bytes:
    """Properties in their short form."""
    return compound(SectionCode.PROPERTIES, LIST, [encode(item) for item in items])


_words = st.sampled_from(["", "a", "store", "run_id", "\u00e1", "a\u00e1\u00e1", "\ufb41", "a" * 60])
_values = st.one_of(_words, st.sampled_from([None, 7, True, 0.5, b"raw", "a" * 300, [1, ["x"]], {"a": 1}, Symbol("s")]))
_texts = st.lists(st.tuples(_words, _words), max_size=2).map(lambda pairs: [text for pair in pairs for text in pair])
_names = st.sampled_from(["x-opt-partition-key", "x-opt-offset", "x-mine"]).map(Symbol)
_sections = (
    st.one_of(
        st.just(b""),
        st.tuples(_names, _words).map(
            lambda pair: compound(SectionCode.MESSAGE_ANNOTATIONS, MAP, list(map(encode, pair)))
        ),
        st.tuples(_names, _values).map(lambda pair: described(SectionCode.MESSAGE_ANNOTATIONS, dict([pair]))),
    ),
    st.one_of(
        st.just(b""),
        st.lists(_words, max_size=3).map(lambda items: properties_section(None, None, *items)),
        st.lists(_values, max_size=3).map(lambda items: described(SectionCode.PROPERTIES, items)),
    ),
    st.one_of(
        st.just(b""),
        _texts.map(texts_section),
        _texts.map(lambda texts: texts_section(texts, LONG_MAP)),
        st.dictionaries(_words, _values, max_size=3).map(
            lambda items: described(SectionCode.APPLICATION_PROPERTIES, items)
        ),
    ),
    st.sampled_from(
        [
            *(described(SectionCode.DATA, body) for body in (b"", b"body", b"long" * 100, None)),
            described(SectionCode.DATA, b"one") + described(SectionCode.DATA, b"more"),
            described(SectionCode.VALUE, 1),
        ]
    ),
)


def _broken(message: bytes, at: int, code: int, end: int) -> bytes:
    """A message with a byte changed, and perhaps without its end."""
    at %= len(message)
    return (message[:at] + bytes((code,)) + message[at + 1 :])[: end or None]


_usual = st.tuples(
    st.sampled_from([b"", properties_section(None, "id"), properties_section(*[None] * 6, Symbol("application/json"))]),
    st.one_of(st.just(b""), _texts.map(texts_section), _texts.map(lambda texts: texts_section(texts, LONG_MAP))),
    st.sampled_from([bytes(described(SectionCode.DATA, body)) for body in (b"", b"body", b"long" * 100)]),
).map(b"".join)
_whole = st.one_of(_usual, st.tuples(*_sections).map(b"".join))
_codes = st.one_of(st.integers(0, 255), st.sampled_from([0xA1, 0xB1, 0x40, 0]))
messages = st.one_of(_whole, st.builds(_broken, _whole, st.integers(0, 400), _codes, st.integers(-9, 0)))

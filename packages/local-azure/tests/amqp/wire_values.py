"""Values as they stand on the wire: every constructor of AMQP's primitive types, in arrays, lists and maps too."""

import struct

from hypothesis import strategies as st

_WIDTHS = {
    **dict.fromkeys((0x40, 0x41, 0x42, 0x43, 0x44, 0x45), 0),
    **dict.fromkeys((0x50, 0x51, 0x52, 0x53, 0x54, 0x55), 1),
    **dict.fromkeys((0x60, 0x61), 2),
    **dict.fromkeys((0x70, 0x71, 0x72, 0x73, 0x74), 4),
    **dict.fromkeys((0x80, 0x81, 0x82, 0x83, 0x84), 8),
    **dict.fromkeys((0x94, 0x98), 16),
}
_BOOLEAN = 0x56
_DESCRIPTORS = (b"", b"\x00\x53\x63", b"\x00\xa3\x01d", b"\x00\x80" + bytes(7) + b"\xff")
"""None, and those of described values."""


def _contents(code: int) -> st.SearchStrategy[bytes]:
    """The bytes that may stand behind a constructor."""
    if code == _BOOLEAN:
        return st.sampled_from((b"\x00", b"\x01"))
    if code in _WIDTHS:
        return st.binary(min_size=_WIDTHS[code], max_size=_WIDTHS[code])
    raw = {0: st.binary(max_size=8), 1: st.text(max_size=4).map(str.encode)}.get(
        code & 0x0F, st.text(st.characters(max_codepoint=127), max_size=4).map(str.encode)
    )
    return raw.map(lambda each: (struct.pack(">I", len(each)) if code & 0x10 else bytes((len(each),))) + each)


def _compound(code: int, items: list[bytes], *, wide: bool, head: bytes = b"") -> bytes:
    """A list, map or array by its short constructor, or in its wide form."""
    body = head + b"".join(items)
    if wide or len(body) > 250:
        return bytes((code + 0x10,)) + struct.pack(">II", len(body) + 4, len(items)) + body
    return bytes((code, len(body) + 1, len(items))) + body


_codes = st.sampled_from((*_WIDTHS, _BOOLEAN, 0xA0, 0xA1, 0xA3, 0xB0, 0xB1, 0xB3))
_scalars = _codes.flatmap(lambda code: _contents(code).map(lambda content: bytes((code,)) + content))
_texts = st.text(max_size=4).map(lambda text: b"\xa1" + bytes((len(text.encode()),)) + text.encode())


@st.composite
def _arrays(draw: st.DrawFn) -> bytes:
    code = draw(_codes)
    head = draw(st.sampled_from(_DESCRIPTORS)) + bytes((code,))
    return _compound(0xE0, draw(st.lists(_contents(code), max_size=3)), wide=draw(st.booleans()), head=head)


@st.composite
def _lists(draw: st.DrawFn, inner: st.SearchStrategy[bytes]) -> bytes:
    return _compound(0xC0, draw(st.lists(inner, max_size=3)), wide=draw(st.booleans()))


@st.composite
def _maps(draw: st.DrawFn, inner: st.SearchStrategy[bytes]) -> bytes:
    pairs = draw(st.lists(st.tuples(_texts, inner), max_size=3, unique_by=lambda pair: pair[0]))
    return _compound(0xC1, [part for pair in pairs for part in pair], wide=draw(st.booleans()))


wire_values = st.recursive(
    _scalars | _arrays(),
    lambda inner: _lists(inner) | _maps(inner) | st.builds(bytes.__add__, st.sampled_from(_DESCRIPTORS), inner),
    max_leaves=6,
)

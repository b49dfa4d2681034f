"""Messages of the form that most have: at most properties, then application properties, then one data section.

SDKs write the messages of most programs so. Such a message is cut without a value for each section, and application
properties that are short texts without one for each element; of any other, malformed ones among them, nothing is made
here, and `message.Message` reads or refuses it.
"""

from typing import NamedTuple

_LISTS = {b"\x00\x53\x73\xc0": 1, b"\x00\x53\x73\xd0": 4}
_MAPS = {b"\x00\x53\x74\xc1": 1, b"\x00\x53\x74\xd1": 4}
_BINARIES = {b"\x00\x53\x75\xa0": 1, b"\x00\x53\x75\xb0": 4}
"""Properties, application properties and data by how they begin, with the bytes of their length."""
_SHORT_STRING = b"\xa1"
_MOST_TEXTS = 256
_SHORTEST = 5
"""Bytes of a data section."""


class Ordinary(NamedTuple):
    """The parts of a message: both kinds of properties as whole sections, empty without one, and the body."""

    properties: bytes
    application: bytes
    body: bytes


def ordinary(data: bytes, at: int = 0) -> Ordinary | None:
    """The parts of a message whose sections from `at` on are ordinary; None for any other.

    What is in the properties is not looked at.
    """
    end = len(data)
    if end - at < _SHORTEST:
        return None
    properties = application = b""
    head = data[at : at + 4]
    if width := _LISTS.get(head):
        start, content = at, at + 4 + width
        at = content + int.from_bytes(data[at + 4 : content], "big")
        properties = data[start:at]
        head = data[at : at + 4]
    if width := _MAPS.get(head):
        start, content = at, at + 4 + width
        at = content + int.from_bytes(data[at + 4 : content], "big")
        application = data[start:at]
        head = data[at : at + 4]
    width = _BINARIES.get(head, 0)
    content = at + 4 + width
    if not width or content > end or content + int.from_bytes(data[at + 4 : content], "big") != end:
        return None
    return Ordinary(properties, application, data[content:])


def short_texts(application: bytes) -> list[bytes] | None:
    """The names and values in turn of application properties that are all short texts; None for any others.

    Each stands behind a byte that tells its length. It may be no UTF-8, and a name may come twice.
    """
    width = _MAPS[application[:4]]
    start = 4 + 2 * width
    if start > len(application):
        return None
    count = int.from_bytes(application[4 + width : start], "big")
    texts = application[start:].split(_SHORT_STRING, _MOST_TEXTS)
    if texts.pop(0) or len(texts) != count or count % 2:
        return None
    for text in texts:
        # What they were cut at may stand in a text as well: they are cut right if all have their lengths.
        if not text or text[0] != len(text) - 1:
            return None
    return texts

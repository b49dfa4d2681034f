"""A message is cut into the same sections whichever way they are written, and refused with the same words."""
# pyright: reportPrivateUsage=false

from random import Random

import pytest

from local_azure.amqp import sections as cutting
from local_azure.amqp.encode import described
from local_azure.amqp.errors import DecodeError
from local_azure.amqp.sections import Section, SectionCode, sections

MESSAGE = b"".join(
    [
        described(SectionCode.MESSAGE_ANNOTATIONS, {"a": 1}),
        described(SectionCode.PROPERTIES, [None, b"m", "x" * 300]),
        described(SectionCode.APPLICATION_PROPERTIES, {"run_id": "r-1", "text": "y" * 300}),
        described(SectionCode.DATA, b"short"),
        described(SectionCode.DATA, b"l" * 300),
        b"\x00\x80" + bytes(7) + b"\x75\xa0\x01d",
        b"\x00\x53\x75\x40",
    ]
)


def outcome(message: bytes) -> list[Section] | str:
    try:
        return sections(message)
    except (DecodeError, IndexError) as problem:
        return f"{type(problem).__name__}: {problem}"


def test_a_message_is_cut_as_the_longer_way_cuts_it(monkeypatch: pytest.MonkeyPatch):
    random = Random(7)
    messages = [MESSAGE, b"", *(MESSAGE[:end] for end in range(0, len(MESSAGE), 3))]
    for _ in range(2_000):
        altered = bytearray(MESSAGE)
        for _ in range(random.randrange(1, 4)):
            altered[random.choice((random.randrange(60), random.randrange(len(altered))))] = random.randrange(256)
        messages.append(bytes(altered))
    quick = [outcome(message) for message in messages]

    def longer_way(*_: object) -> None:
        return None

    monkeypatch.setattr(cutting, "_plain", longer_way)

    assert quick == [outcome(message) for message in messages]
    assert len(quick[0]) == 7
    assert sum(isinstance(each, str) for each in quick) > 500

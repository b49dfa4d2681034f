"""A source of structured random inputs: JSON, texts and numbers as a hostile client chooses them, and damaged bytes."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")

TEXTS = (
    "", " ", ".", "..", "/", "a/b", "\\", "?", "#", "%", "%00", "\0", "\n", "'", '"', "ä", "\u2028", "\U0001f4a5",
    "null", "true", "NaN", "-0", "1e999", "$id", "__proto__", "id", "constructor", "<script>", "{{x}}", "[/x]", "[red]",
    "2026-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "00:05:00", "content:x", "_rid", "@p",
)  # fmt: skip
"""Texts that mean something to one reader or another."""

NUMBERS = (
    0, -1, 1, 2, 50, 51, 127, 128, 255, 256, 65_535, 65_536, 2**31 - 1, 2**31, 2**32, 2**53 - 1, 2**53, 2**63 - 1,
    2**63,
    -(2**63), 2**64, 10**30, 0.1, -0.0, 50.0, 50.5, 1e-300, 1e300,
)  # fmt: skip
"""Numbers at the edges of the types that hold them."""

_MOST_LETTERS = 40
_LONG = 3_000


class Chance(Random):
    """The choices of one input. The same seed makes the same input."""

    def one_in(self, count: int) -> bool:
        """True once in `count` times."""
        return self.randrange(count) == 0

    def of(self, *choices: T) -> T:
        """One of the choices."""
        return self.choice(choices)

    def text(self) -> str:
        """A text: mostly short, sometimes meant for a certain reader, seldom long."""
        match self.randrange(8):
            case 0 | 1 | 2:
                return self.choice(TEXTS)
            case 3:
                return self.choice(TEXTS) + self.choice(TEXTS)
            case 4:
                return "".join(chr(self.choice((self.randrange(128), self.randrange(0xD800)))) for _ in range(4))
            case 5 if self.one_in(10):
                return self.of("x", "ä", "%", "/", "[") * self.randrange(_LONG)
            case _:
                return "".join(self.choices("abcxyz019-_", k=self.randrange(_MOST_LETTERS)))

    def number(self) -> float:
        """A number: at an edge, next to one, or small."""
        number: float = self.choice(NUMBERS)
        return number + self.of(-1, 0, 0, 1) if self.one_in(2) else self.randrange(-5, 100)

    def value(self, depth: int = 3) -> Any:
        """A value of JSON, nested up to `depth`."""
        match self.randrange(8 if depth else 6):
            case 0:
                return self.of(None, True, False)
            case 1 | 2:
                return self.number()
            case 6:
                return [self.value(depth - 1) for _ in range(self.randrange(4))]
            case 7:
                return {self.text(): self.value(depth - 1) for _ in range(self.randrange(4))}
            case _:
                return self.text()

    def altered(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields with some of them changed, dropped or added."""
        changed = dict(fields)
        for _ in range(self.of(0, 0, 1, 1, 2, 3)):
            name = self.choice(list(fields)) if fields and not self.one_in(5) else self.text()
            if self.one_in(4):
                changed.pop(name, None)
            else:
                changed[name] = self.value()
        return changed

    def json(self, value: Any) -> bytes:
        """A value as JSON in one of its spellings, seldom damaged."""
        text = json.dumps(value, ensure_ascii=self.one_in(2)).encode("utf-8", "surrogatepass")
        match self.randrange(40):
            case 0:
                return b"\xef\xbb\xbf" + text
            case 1:
                return text + self.of(b" ", b"\n", b"\r\n", b",", b"}", b"\0") + self.of(b"", text)
            case 2:
                return self.of(b"[", b'{"a":') * self.randrange(1, _LONG) + text
            case 3 | 4 | 5 | 6:
                return self.damaged(text)
            case _:
                return text

    def damaged(self, data: bytes) -> bytes:
        """The bytes with a few of them changed, taken out, doubled or put in."""
        changed = bytearray(data)
        for _ in range(self.randrange(1, 4)):
            start = self.randrange(len(changed) + 1)
            end = min(len(changed), start + self.of(1, 1, 2, 4, 16))
            match self.randrange(5):
                case 0:
                    changed[start:end] = self.randbytes(end - start)
                case 1:
                    del changed[start:end]
                case 2:
                    changed[start:start] = changed[start:end]
                case 3:
                    changed[start:end] = self.of(b"\0", b"\xff", b"\x7f", b"\x80", b"\xed\xa0\x80")
                case _:
                    changed[start:start] = self.randbytes(self.of(1, 2, 4, 8))
        return bytes(changed)

    def sample_of(self, choices: Sequence[T]) -> list[T]:
        """Some of the choices, in any order, some of them twice."""
        return self.choices(choices, k=self.randrange(len(choices) + 1)) if choices else []

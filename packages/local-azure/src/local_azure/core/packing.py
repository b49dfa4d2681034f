"""Bodies packed in a file: deflate, with a dictionary that is made of bodies of the same owner (a container, a hub).

One body of some hundred bytes is too short to be packed well by itself; most of it stands in its neighbours too. So an
owner learns a dictionary from its latest bodies once there are SAMPLES of them, and another each time that their number
has grown GROWTH-fold, should they have become others. Dictionaries lie in the file, and are written in the transaction
of the first body that needs them.

| first byte | the rest |
|---|---|
| 0x01 | number of the dictionary (two bytes, big-endian; 0 for none), then raw deflate |
| any other | with it, the body as it is; earlier versions wrote all bodies so |
"""

import sqlite3
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

SCHEMA = """
CREATE TABLE IF NOT EXISTS dictionary(number INTEGER PRIMARY KEY, owner TEXT NOT NULL, content BLOB NOT NULL);
"""
SAMPLES = 64
GROWTH = 16
_MARK = b"\x01"
_WINDOW_BITS = 13
_DICTIONARY_BYTES = (1 << _WINDOW_BITS) - 262
"""As much as deflate can look back to with this window (zlib's MIN_LOOKAHEAD)."""
_SAMPLE_BYTES = 2_048
_SHORTEST, _LONGEST = 128, 8_192
"""Bytes of a body that is packed with the dictionary; a longer one is packed by itself, fast."""
_SHORT = 1_024
"""Bytes of a body that is packed with deflate's own codes: with codes made for it alone, it is a twentieth shorter, and
takes twice as long to unpack, most of it to read them. They save a third of a body of 2.5 KB."""
_LEVEL, _FAST = 6, 1
_MEMORY_LEVEL = 6
"""64 KB to copy for each body. With zlib's own 8 that takes as long as the packing."""
_MOST_DICTIONARIES = 0xFFFF

Write: TypeAlias = Callable[[str, tuple[Any, ...]], sqlite3.Cursor]


class Dictionaries:
    """The dictionaries of one file, in memory: some 8 KB each, and an owner has few."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._contents: dict[int, bytes] = {}
        self.load()

    def load(self) -> None:
        """Read them anew, at the start and after a transaction that was undone."""
        self._contents = dict(self._database.execute("SELECT number, content FROM dictionary").fetchall())

    def unpack(self, body: bytes) -> bytes:
        """A body as it was before `Packer.pack`. ValueError or zlib.error for one that is damaged."""
        if body[:1] != _MARK:
            return body
        number = int.from_bytes(body[1:3], "big")
        if number:
            content = self._contents.get(number)
            if content is None:
                raise ValueError(f"the file lacks the dictionary {number}, with which a body of it was packed")
            inflating = zlib.decompressobj(-_WINDOW_BITS, zdict=content)
        else:
            inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        plain = inflating.decompress(body[3:])
        if not inflating.eof:
            raise ValueError("a packed body of the file is cut off")
        return plain

    def packer(self, owner: str, held: int) -> "Packer":
        """What packs the bodies of an owner, which has written so many already."""
        rows = self._database.execute("SELECT number FROM dictionary WHERE owner = ? ORDER BY number", (owner,))
        return Packer(self, owner, held, [number for (number,) in rows.fetchall()])

    def content(self, number: int) -> bytes:
        """One dictionary. KeyError if it does not exist."""
        return self._contents[number]

    def add(self, owner: str, content: bytes, write: Write) -> int | None:
        """Keep another one; its number, None if a body could not name it."""
        (number,) = self._database.execute("SELECT coalesce(max(number), 0) + 1 FROM dictionary").fetchone()
        if number > _MOST_DICTIONARIES:
            return None
        write("INSERT INTO dictionary(number, owner, content) VALUES(?, ?, ?)", (number, owner, content))
        self._contents[number] = content
        return number

    def forget(self, owner: str, write: Write) -> None:
        """Delete those of an owner whose bodies are gone."""
        write("DELETE FROM dictionary WHERE owner = ?", (owner,))
        self.load()


class Packer:
    """Packs the bodies of one owner."""

    def __init__(self, dictionaries: Dictionaries, owner: str, held: int, numbers: list[int]) -> None:
        self._dictionaries = dictionaries
        self._owner = owner
        self._written = held
        self._due_at = SAMPLES * GROWTH ** len(numbers)
        self._samples: deque[bytes] = deque(maxlen=SAMPLES)
        self._head = b""
        self._prepared = None
        if numbers:
            self._use(numbers[-1])

    def pack(self, body: bytes) -> bytes:
        """The body as it is to be written: packed, if that makes it shorter."""
        size = len(body)
        packed = body
        if size > _LONGEST:
            packed = _alone(body)
        elif size >= _SHORTEST:
            self._written += 1
            if self._written + SAMPLES > self._due_at:
                self._samples.append(body[:_SAMPLE_BYTES])
            if self._prepared is not None:
                deflating = self._prepared[size > _SHORT].copy()
                packed = self._head + deflating.compress(body) + deflating.flush()
        if len(packed) < size:
            return packed
        return _alone(body) if body[:1] == _MARK else body

    @property
    def is_due(self) -> bool:
        """True if `learn` has something to learn from."""
        return self._written >= self._due_at and len(self._samples) == SAMPLES

    def learn(self, write: Write) -> None:
        """Make a dictionary of the latest bodies and write it down, for those that come; outside of any savepoint."""
        self._due_at = self._written * GROWTH
        content = _joined(self._samples)
        self._samples.clear()
        number = self._dictionaries.add(self._owner, content, write)
        if number is not None:
            self._use(number)

    def _use(self, number: int) -> None:
        self._head = _MARK + number.to_bytes(2, "big")
        content = self._dictionaries.content(number)
        self._prepared = (_prepared(zlib.Z_FIXED, content), _prepared(zlib.Z_DEFAULT_STRATEGY, content))


def _prepared(strategy: int, dictionary: bytes) -> Any:
    return zlib.compressobj(_LEVEL, zlib.DEFLATED, -_WINDOW_BITS, _MEMORY_LEVEL, strategy, dictionary)


def _alone(body: bytes) -> bytes:
    return _MARK + b"\x00\x00" + zlib.compress(body, _FAST, -zlib.MAX_WBITS)


def _joined(samples: Iterable[bytes]) -> bytes:
    """Samples that fit into a dictionary, some of all of them."""
    bodies = list(samples)
    fitting = max(1, _DICTIONARY_BYTES * len(bodies) // sum(map(len, bodies)))
    step = max(1, len(bodies) // fitting)
    return b"".join(bodies[::step])[-_DICTIONARY_BYTES:]

"""The key of a JSON value in an index: a value of SQLite that lies where Cosmos sorts the JSON value.

Undefined, null, false, true, numbers, strings, arrays, objects, in this order. Keys never contradict that order, but
values may share one: all arrays, texts that begin alike, the least numbers. So an index finds candidates.
"""

# JSON values are known by what they are, not by static types; `cast` is a call, and SQLite asks for each key.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

import math
import sys
from collections.abc import Callable
from typing import Any, TypeAlias, cast

import msgspec

from local_azure.cosmos.query.values import UNDEFINED, Value

Key: TypeAlias = int | float | str | bytes

MAX_TEXT = 200
"""Characters of a text that its key keeps."""
UNDEFINED_KEY = -math.inf
NULL_KEY = -sys.float_info.max
FALSE_KEY = math.nextafter(NULL_KEY, 0)
TRUE_KEY = math.nextafter(FALSE_KEY, 0)
LEAST_NUMBER = math.nextafter(TRUE_KEY, 0)
GREATEST_NUMBER = math.inf
LEAST_TEXT = ""
GREATEST_TEXT = "\U0010ffff" * (MAX_TEXT + 1)
ARRAY_KEY, OBJECT_KEY = b"", b"\x01"

EXACT_NUMBERS = 2**53

_decode = msgspec.json.Decoder[Any]().decode
_encode = msgspec.json.Encoder().encode


def index_key(value: Value) -> Key:
    """The key of any JSON value or UNDEFINED."""
    kind = type(value)
    if kind is str:
        return value if len(value) <= MAX_TEXT else value[:MAX_TEXT]
    if kind is int or kind is float:
        return _of_number(value)
    if value is UNDEFINED:
        return UNDEFINED_KEY
    if value is None:
        return NULL_KEY
    if kind is bool:
        return TRUE_KEY if value else FALSE_KEY
    return ARRAY_KEY if kind is list else OBJECT_KEY


def element_key(value: Value) -> Key | None:
    """The key of an element of an array: of texts, and of numbers that a double holds exactly; None for the others."""
    kind = cast(type[object], type(value))
    if (kind is str and "\0" not in value) or ((kind is int or kind is float) and abs(value) < EXACT_NUMBERS):
        return index_key(value)
    return None


def is_exact(value: Value) -> bool:
    """True if no other value shares the key of this one."""
    if isinstance(value, str):
        return len(value) < MAX_TEXT
    return value is None or isinstance(value, bool) or element_key(value) is not None


def orders(key: Key) -> bool:
    """True if all values of this key stand in one place of an order: it is nothing that was cut or rounded."""
    if isinstance(key, str):
        return len(key) < MAX_TEXT
    # Arrays have no order among themselves, and neither have objects.
    return isinstance(key, bytes) or abs(key) < EXACT_NUMBERS or key in _SPECIAL


def in_order(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """The keys of an entry up to the first that does not order its values, behind which the others follow no order."""
    for place, key in enumerate(keys, start=1):
        if not orders(key):
            return keys[:place]
    return keys


def _of_number(number: float) -> float:
    if -(2**63) <= number < 2**63:
        return number
    try:
        return max(float(number), LEAST_NUMBER)
    except OverflowError:
        return GREATEST_NUMBER if number > 0 else LEAST_NUMBER


def position(key: Key) -> tuple[int, Any]:
    """The order of keys in SQLite, for Python, which does not compare a text with a number."""
    if isinstance(key, str):
        return 1, key
    return (2, key) if isinstance(key, bytes) else (0, key)


def value_at(document: Value, names: tuple[str, ...]) -> Value:
    """The value that a document has at a path of property names."""
    for name in names:
        if type(document) is not dict:
            return UNDEFINED
        document = document.get(name, UNDEFINED)
    return document


class KeyReader:
    """The function `index_key(body, path)` of SQLite, `path` being names with `/` between them.

    SQLite asks for one key after the other of the document that is being written, and of the one that it replaces, so
    both are kept; and for some keys of it several times, for each index that has them, so these are kept as well.
    """

    def __init__(self, unpack: Callable[[bytes], bytes]) -> None:
        self._unpack = unpack
        self._paths: dict[str, tuple[str, ...]] = {}
        self.forget()

    def forget(self) -> None:
        """Keep no document: the same bytes may be another one, packed with another dictionary of that number."""
        self._body: bytes = b""
        self._other_body: bytes = b""
        self._document: Value = None
        self._other: Value = None
        self._size = self._other_size = 0
        self._keys: dict[str, Key] = {}

    def expect(self, body: bytes, document: Value, size: int) -> None:
        """Take over a document that is about to be written, so that it need not be unpacked and decoded.

        `body` is as it lies in the table, `size` that of its JSON.
        """
        self._body = body
        self._document = document
        self._size = size
        self._keys = {}

    def __call__(self, body: bytes, path: str) -> Key:
        if body != self._body:
            return index_key(self._value(body, path))
        key = self._keys.get(path)
        if key is None:
            key = self._keys[path] = index_key(value_at(self._document, self._names(path)))
        return key

    def elements(self, body: bytes, path: str) -> bytes:
        """The function `element_keys(body, path)` of SQLite: the keys of an array's elements, as JSON."""
        values = self._value(body, path)
        keys = [element_key(value) for value in cast(list[Value], values)] if type(values) is list else []
        return _encode([key for key in keys if key is not None])

    def size(self, body: bytes) -> int:
        """The function `json_size(body)` of SQLite: the bytes of its JSON."""
        if body == self._body:
            return self._size
        self._read_other(body)
        return self._other_size

    def _value(self, body: bytes, path: str) -> Value:
        if body == self._body:
            return value_at(self._document, self._names(path))
        self._read_other(body)
        return value_at(self._other, self._names(path))

    def _names(self, path: str) -> tuple[str, ...]:
        names = self._paths.get(path)
        if names is None:
            names = self._paths[path] = tuple(path.split("/"))
        return names

    def _read_other(self, body: bytes) -> None:
        if body != self._other_body:
            plain = self._unpack(body)
            self._other = _decode(plain)
            self._other_size = len(plain)
            self._other_body = body


def sort_key_of(key: Key) -> tuple[int, Any]:
    """A key as a continuation token carries it: like `values.sort_key`, by type, then by value."""
    if isinstance(key, str):
        return 4, key
    if isinstance(key, bytes):
        return (5 if key == ARRAY_KEY else 6), 0
    special = _SPECIAL.get(key)
    return special or (3, None if key == GREATEST_NUMBER else key)


def key_of(rank: int, value: Any) -> Key:
    """The key of a `sort_key`. ValueError for what is not one."""
    match rank, value:
        case 0, _:
            return UNDEFINED_KEY
        case 1, _:
            return NULL_KEY
        case 3, None:
            return GREATEST_NUMBER
        case ((5 | 6), _):
            return ARRAY_KEY if rank == 5 else OBJECT_KEY
        case (2, bool()) | (3, int() | float()) | (4, str()):
            return index_key(value)
        case _:
            raise ValueError(rank)


_SPECIAL: dict[Key, tuple[int, Any]] = {
    UNDEFINED_KEY: (0, 0),
    NULL_KEY: (1, None),
    FALSE_KEY: (2, False),
    TRUE_KEY: (2, True),
}

"""Pages of results and the tokens with which the next one is asked for."""

import base64
import binascii

import msgspec

from local_azure.cosmos.errors import bad_request

MAX_PAGE_BYTES = 4 * 1024 * 1024
"""A page of several results has no more; a single one may be larger."""
MAX_PAGE_ITEMS = 10_000
DEFAULT_PAGE_ITEMS = 1_000
MAX_TOKEN_BYTES = 6_000
"""Clients refuse longer headers."""

_NO_ROW = 2**63
"""SQLite has no integers from here on."""


class Place(msgspec.Struct, array_like=True):
    """The end of a page: its last row (with its sort keys, under ORDER BY), and what OFFSET and LIMIT still ask.

    `left` is None without LIMIT or TOP.
    """

    row: int = 0
    skip: int = 0
    left: int | None = None
    keys: list[tuple[int, bool | int | float | str | None]] | None = None
    number: int = 0
    """The number of the last item within its row."""
    walk: str | None = None
    """The index that the page has followed without ORDER BY; `keys` are those of the last row there."""
    after: str | None = None
    """Of DISTINCT and GROUP BY: the digest of the last result."""


class Page(msgspec.Struct):
    """Results as JSON, and the token of the next page; None after the last one."""

    items: list[bytes]
    continuation: str | None = None


class Collector:
    """Gathers a page."""

    def __init__(self, place: Place, size: int) -> None:
        self._skip = place.skip
        self._left = place.left
        self._size = size
        self._bytes = 0
        self.items: list[bytes] = []
        self.row = place.row
        self.number = place.number
        self.keys = place.keys
        self.walk = place.walk
        self.after = place.after

    @property
    def exhausted(self) -> bool:
        """True if LIMIT or TOP is reached."""
        return self._left == 0

    def has_room_for(self, item: bytes) -> bool:
        """True if the page can take one more result, this one; any will do to begin with."""
        if self._skip or not self.items:
            return not self.exhausted
        return not self.exhausted and len(self.items) < self._size and self._bytes + len(item) <= MAX_PAGE_BYTES

    @property
    def wanted(self) -> int:
        """The number of results that the page can still use, including those that OFFSET skips."""
        room = self._size - len(self.items)
        return self._skip + (room if self._left is None else min(room, self._left))

    def take(self, row: int, item: bytes, number: int = 0) -> None:
        """Take a result, unless OFFSET skips it."""
        self.row = row
        self.number = number
        if self._skip:
            self._skip -= 1
            return
        self.items.append(item)
        self._bytes += len(item)
        if self._left is not None:
            self._left -= 1

    def page(self, ended: bool) -> Page:
        """The page; `ended` tells that no further result exists."""
        if ended or self.exhausted:
            return Page(self.items)
        place = Place(self.row, self._skip, self._left, self.keys, self.number, self.walk, self.after)
        return Page(self.items, encode_place(place))


def encode_place(place: Place) -> str:
    """The token for a place. 400 if a sort key is too long for a header."""
    token = base64.urlsafe_b64encode(msgspec.json.encode(place)).decode()
    if len(token) > MAX_TOKEN_BYTES:
        raise bad_request("A value of ORDER BY is too long to continue from; ask for a larger page.")
    return token


def decode_place(token: str) -> Place:
    """The place of a token. 400 if this part has not made it."""
    try:
        place = msgspec.json.decode(base64.b64decode(token, altchars=b"-_", validate=True), type=Place)
    except (binascii.Error, ValueError) as problem:
        raise bad_request("The continuation token is not one of this database.") from problem
    if not (0 <= place.row < _NO_ROW and place.skip >= 0 and (place.left is None or place.left >= 0)):
        raise bad_request("The continuation token is not one of this database.")
    return place


def page_size(header: str | None) -> int:
    """The most results of a page, from `x-ms-max-item-count`; -1 leaves it to this part. 400 for no number."""
    if header is None:
        return DEFAULT_PAGE_ITEMS
    try:
        asked = int(header)
    except ValueError as problem:
        raise bad_request("x-ms-max-item-count must be a number.") from problem
    if asked == -1:
        return DEFAULT_PAGE_ITEMS
    if asked < 1:
        raise bad_request("x-ms-max-item-count must be -1 or above 0.")
    return min(asked, MAX_PAGE_ITEMS)

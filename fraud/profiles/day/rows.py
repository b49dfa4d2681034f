"""Rows that wait until their shard's turn comes: those of one customer or sku lie in one bucket, in order of time."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud.profiles.day.arrays import Ints
from fraud.profiles.day.columns import NONE, DayColumns, Texts
from fraud.profiles.day.grouping import order_of, starts_of
from fraud.profiles.day.keys import KeyColumn, WrittenKeys, has_key, shards_of, write_keys
from fraud.profiles.keeping import SHARDS

CUSTOMER_ROW = np.dtype(
    [
        ("position", "<u4"),
        ("store", "<i4"),
        ("payment", "<i4"),
        ("category", "<i4"),
        ("hour", "u1"),
        ("flags", "u1"),
        ("log_value", "<f8"),
    ]
)
"""`position` is that of the event among all of the day. Texts are codes of the segment's own lists."""
SALE, RETURN, FLAGGED, PRIORITY, DEEP = 1, 2, 4, 8, 16
"""The flags of a row; a sale is one that is not a return."""

SKU_ROW = np.dtype([("store", "<i4"), ("is_sale", "u1"), ("price", "<f8")])
"""The store is a code of the segment's own list."""

CUSTOMER_BUCKETS = 4 * SHARDS
"""A shard of customers is read in so many parts: a profile that is being changed takes 4 KB."""

FEW = 256
"""Texts that are kept without looking whether a row has them."""


class Spill(Protocol):
    """Bytes by bucket, of which memory need not hold any."""

    def add(self, kind: str, bucket: int, segment: bytes) -> None:
        """Keep a segment behind those that a bucket of a kind has."""
        ...

    def read(self, kind: str, bucket: int) -> Iterator[bytes]:
        """The segments of a bucket, in order."""
        ...

    def forget(self, kind: str) -> None:
        """Let go of a kind, which nobody will read again."""
        ...


class CustomerSegment(msgspec.Struct, array_like=True):
    """Rows of customers; a missing sku is an empty text."""

    customers: WrittenKeys
    skus: WrittenKeys
    stores: list[str]
    payments: list[str]
    categories: list[str]
    rows: bytes


class SkuSegment(msgspec.Struct, array_like=True):
    """Rows of skus."""

    skus: WrittenKeys
    stores: list[str]
    rows: bytes


_encoder = msgspec.msgpack.Encoder()


class _Sorted(NamedTuple):
    """Rows with a key, in the order of their buckets: their positions before, and where each bucket begins."""

    order: Ints
    starts: list[int]


def _by_bucket(keys: KeyColumn, buckets: int) -> _Sorted:
    rows = np.flatnonzero(has_key(keys))
    shards = shards_of(keys[rows], buckets)
    order = rows[order_of(shards, buckets)]
    return _Sorted(order, starts_of(np.bincount(shards, minlength=buckets)).tolist())


def spill_customers(columns: DayColumns, position: int, spill: Spill) -> None:
    """Keep the rows of customers; `position` is that of the first event."""
    sorted_rows = _by_bucket(columns.customers, CUSTOMER_BUCKETS)
    order = sorted_rows.order
    rows = np.empty(len(order), CUSTOMER_ROW)
    rows["position"] = position + order
    rows["hour"] = columns.hour[order]
    rows["flags"] = _flags(columns)[order]
    rows["log_value"] = columns.log_value[order]
    texts = {"store": columns.store, "payment": columns.payment, "category": columns.category}
    for name, column in texts.items():
        rows[name] = column.codes[order]
    customers = write_keys(columns.customers[order], sorted_rows.starts)
    skus = write_keys(columns.skus[order], sorted_rows.starts)
    for bucket, (start, end) in enumerate(pairwise(sorted_rows.starts)):
        if start == end:
            continue
        own = rows[start:end]
        stores, payments, categories = (_own_texts(own, name, column) for name, column in texts.items())
        segment = CustomerSegment(customers[bucket], skus[bucket], stores, payments, categories, own.tobytes())
        spill.add("customers", bucket, _encoder.encode(segment))


def _flags(columns: DayColumns) -> NDArray[np.uint8]:
    flags = np.zeros(len(columns.ids), np.uint8)
    for flag, column in (
        (SALE, columns.is_sale),
        (RETURN, columns.is_return),
        (FLAGGED, columns.is_flagged),
        (PRIORITY, columns.is_priority),
        (DEEP, columns.is_deep),
    ):
        flags |= column.view(np.uint8) * np.uint8(flag)
    return flags


def _own_texts(rows: NDArray[np.void], name: str, column: Texts) -> list[str]:
    """The texts that rows have, after their codes were changed to the places in it."""
    if len(column.texts) <= FEW:
        return column.texts
    used, codes = np.unique(rows[name], return_inverse=True)
    has_none = int(len(used) > 0 and used[0] == NONE)
    rows[name] = codes - has_none
    named: list[int] = used[has_none:].tolist()
    return [column.texts[code] for code in named]


def spill_skus(columns: DayColumns, spill: Spill) -> None:
    """Keep the rows of skus."""
    sorted_rows = _by_bucket(columns.skus, SHARDS)
    order = sorted_rows.order
    rows = np.empty(len(order), SKU_ROW)
    rows["store"] = columns.store.codes[order]
    rows["is_sale"] = columns.is_sale[order]
    rows["price"] = columns.price[order]
    skus = write_keys(columns.skus[order], sorted_rows.starts)
    for bucket, (start, end) in enumerate(pairwise(sorted_rows.starts)):
        if start < end:
            own = rows[start:end]
            segment = SkuSegment(skus[bucket], _own_texts(own, "store", columns.store), own.tobytes())
            spill.add("skus", bucket, _encoder.encode(segment))


class Codes(dict[str, int]):
    """A code for each text, in the order in which they come."""

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self)
        return code

    def of(self, texts: Iterable[str], number: int) -> Ints:
        """The codes of a number of texts."""
        return np.fromiter(map(self.__getitem__, texts), np.int64, number)

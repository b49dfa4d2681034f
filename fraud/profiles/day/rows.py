"""Rows that wait until their shard's turn comes: those of one customer or sku lie in one bucket, in order of time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol, cast
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import NDArray

from fraud.profiles.day.arrays import Ints
from fraud.profiles.day.columns import NONE, DayColumns, Texts
from fraud.profiles.day.grouping import order_of, starts_of
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
SALE, RETURN, FLAGGED = 1, 2, 4
"""The flags of a row; a sale is one that is not a return."""

SKU_ROW = np.dtype([("position", "<u4"), ("is_sale", "u1"), ("price", "<f8")])

DEVIATION = np.dtype([("position", "<u4"), ("deviation", "<f8")])

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

    customers: list[str]
    skus: list[str]
    stores: list[str]
    payments: list[str]
    categories: list[str]
    rows: bytes


class SkuSegment(msgspec.Struct, array_like=True):
    """Rows of skus."""

    skus: list[str]
    rows: bytes


_encoder = msgspec.msgpack.Encoder()


class _Sorted(NamedTuple):
    """Rows in the order of their buckets: their positions before, their keys, and where each bucket begins."""

    order: Ints
    keys: list[str]
    starts: list[int]


def _by_bucket(keys: Sequence[str | None], buckets: int) -> _Sorted:
    rows: Ints | None = None
    if None in keys:
        rows = np.array([number for number, key in enumerate(keys) if key is not None], np.int64)
    named = [key for key in keys if key is not None] if rows is not None else cast("Sequence[str]", keys)
    shards = np.fromiter(map(crc32, map(str.encode, named)), np.uint32, len(named)) % buckets
    order = order_of(shards, buckets)
    return _Sorted(
        order if rows is None else rows[order],
        [*map(named.__getitem__, order.tolist())],
        starts_of(np.bincount(shards, minlength=buckets)).tolist(),
    )


def spill_customers(columns: DayColumns, position: int, spill: Spill) -> None:
    """Keep the rows of customers; `position` is that of the first event."""
    sorted_rows = _by_bucket(columns.customers, CUSTOMER_BUCKETS)
    order = sorted_rows.order
    rows = np.empty(len(order), CUSTOMER_ROW)
    rows["position"] = position + order
    rows["hour"] = columns.hour[order]
    flags = columns.is_sale * SALE | columns.is_return * RETURN | columns.is_flagged * FLAGGED
    rows["flags"] = flags[order]
    rows["log_value"] = columns.log_value[order]
    texts = {"store": columns.store, "payment": columns.payment, "category": columns.category}
    for name, column in texts.items():
        rows[name] = column.codes[order]
    skus = [sku or "" for sku in columns.skus] if None in columns.skus else cast("Sequence[str]", columns.skus)
    skus = [*map(skus.__getitem__, order.tolist())]
    for bucket, (start, end) in enumerate(pairwise(sorted_rows.starts)):
        if start == end:
            continue
        own = rows[start:end]
        stores, payments, categories = (_own_texts(own, name, column) for name, column in texts.items())
        segment = CustomerSegment(
            sorted_rows.keys[start:end], skus[start:end], stores, payments, categories, own.tobytes()
        )
        spill.add("customers", bucket, _encoder.encode(segment))


def _own_texts(rows: NDArray[np.void], name: str, column: Texts) -> list[str]:
    """The texts that rows have, after their codes were changed to the places in it."""
    if len(column.texts) <= FEW:
        return column.texts
    used, codes = np.unique(rows[name], return_inverse=True)
    has_none = int(len(used) > 0 and used[0] == NONE)
    rows[name] = codes - has_none
    named: list[int] = used[has_none:].tolist()
    return [column.texts[code] for code in named]


def spill_skus(columns: DayColumns, position: int, spill: Spill) -> None:
    """Keep the rows of skus; `position` is that of the first event."""
    sorted_rows = _by_bucket(columns.skus, SHARDS)
    order = sorted_rows.order
    rows = np.empty(len(order), SKU_ROW)
    rows["position"] = position + order
    rows["is_sale"] = columns.is_sale[order]
    rows["price"] = columns.price[order]
    for bucket, (start, end) in enumerate(pairwise(sorted_rows.starts)):
        if start < end:
            segment = SkuSegment(sorted_rows.keys[start:end], rows[start:end].tobytes())
            spill.add("skus", bucket, _encoder.encode(segment))


class Codes(dict[str, int]):
    """A code for each text, in the order in which they come."""

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self)
        return code

    def of(self, texts: Iterable[str], number: int) -> Ints:
        """The codes of a number of texts."""
        return np.fromiter(map(self.__getitem__, texts), np.int64, number)

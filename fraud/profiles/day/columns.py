"""Contents as columns: what a sighting says of each, for thousands at a time."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fraud.context.event_facts import store_text
from fraud.context.sighting import LARGEST, network_of, text
from fraud.generation import SALE
from fraud.profiles.day.arrays import Bools, Floats, Ints
from fraud.profiles.day.contents import Contents
from fraud.profiles.day.keys import KeyColumn, joined_keys, keys_of
from fraud.suspicion import MIN_DISCOUNT

NONE = -1
"""The code of a text that is missing."""


_LOGS = np.array([math.nan, *map(math.log, range(1, 256))])


class Texts(NamedTuple):
    """A column of texts: the different ones, and for each row the place of its own, or NONE."""

    codes: NDArray[np.int32]
    texts: list[str]


class DayColumns(NamedTuple):
    """Events, one after the other."""

    arrived: Ints
    """Milliseconds since 1970."""
    keys: Ints
    """See `Contents`."""
    hour: NDArray[np.uint8]
    is_event_of_sale: Bools
    is_return: Bools
    is_deep: Bools
    is_priority: Bools
    is_flagged: Bools
    price: Floats
    qty: Floats
    log_value: Floats
    """The natural logarithm of price times quantity of a sale, where that is above 0."""
    log_qty: Floats
    """That of the quantity of a sale, likewise."""
    store: Texts
    category: Texts
    payment: Texts
    store_name: Texts
    gateway: Texts
    network: Texts
    ids: list[str]
    customers: KeyColumn
    skus: KeyColumn
    bodies: list[bytes]

    @property
    def is_sale(self) -> Bools:
        """A sale, and not a return of one."""
        return self.is_event_of_sale & ~self.is_return

    def at(self, places: Ints) -> "DayColumns":
        """Those at some places, in that order."""
        listed = places.tolist()
        return DayColumns._make(_at(column, places, listed) for column in self)


def _at(column: Any, places: Ints, listed: list[int]) -> Any:
    if isinstance(column, Texts):
        return Texts(column.codes[places], column.texts)
    if isinstance(column, list):
        return [column[place] for place in listed]
    return column[places]


def columns_of(parts: Iterable[Contents]) -> DayColumns | None:
    """The columns of events; None without any. A part is let go of before the next is taken."""
    coders = {name: Coder(as_text) for name, as_text in _TEXTS.items()}
    arrays: list[list[NDArray[Any]]] = []
    ids: list[str] = []
    customers: list[KeyColumn] = []
    skus: list[KeyColumn] = []
    bodies: list[bytes] = []
    for part in parts:
        column: dict[str, Sequence[Any]] = {**part.columns}
        if bool in map(type, column["store_id"]):  # it would be taken for the 1 that it equals
            column["store_id"] = [None if isinstance(store, bool) else store for store in column["store_id"]]
        texts = [coder.codes_of(column[name]) for name, coder in coders.items()]
        arrays.append([*_as_read(column, part), *texts])
        ids += column["id"]
        customers.append(keys_of(column["cust_id"]))
        skus.append(keys_of(column["sku"]))
        bodies += part.bodies
    if not arrays:
        return None
    whole = [np.concatenate(of_parts) for of_parts in zip(*arrays, strict=True)]
    numbers_read, codes = whole[: -len(coders)], whole[-len(coders) :]
    texts = [Texts(own, [*coder.codes]) for own, coder in zip(codes, coders.values(), strict=True)]
    return DayColumns._make(
        [
            *_numbers_of(_AsRead._make(numbers_read)),
            *texts,
            _networks(texts[-1]),
            ids,
            joined_keys(customers),
            joined_keys(skus),
            bodies,
        ]
    )


class _AsRead(NamedTuple):
    """Columns as bodies have them."""

    arrived: Ints
    keys: Ints
    is_event_of_sale: Bools
    is_return: Bools
    has_priority: Bools
    discount: Floats
    price: Floats
    qty: Floats


def _as_read(column: Mapping[str, Sequence[Any]], part: Contents) -> _AsRead:
    return _AsRead(
        np.array(part.arrived, np.int64),
        np.array(part.keys, np.int64),
        np.array([kind == SALE for kind in column["event_type"]], bool),
        np.array([value is True for value in column["is_return"]], bool),
        np.array([value == 1 for value in column["priority_shipping"]], bool),
        numbers(column["discount"]),
        numbers(column["price"]),
        numbers(column["qty"]),
    )


def _numbers_of(read: _AsRead) -> tuple[NDArray[Any], ...]:
    """The first columns of DayColumns."""
    price, qty = bounded(read.price), bounded(read.qty)
    is_sale = read.is_event_of_sale & ~read.is_return
    is_priority = read.is_event_of_sale & read.has_priority
    return (
        read.arrived,
        read.keys,
        (read.arrived // 3_600_000 % 24).astype(np.uint8),
        read.is_event_of_sale,
        read.is_return,
        read.is_event_of_sale & (bounded(read.discount) > MIN_DISCOUNT),
        is_priority,
        is_priority & (read.discount > MIN_DISCOUNT),
        price,
        qty,
        logs(price * qty, is_sale),
        _logs_of_quantities(qty, is_sale),
    )


def numbers(values: Sequence[Any]) -> Floats:
    """The numbers among JSON values, as large as they are."""
    if set(map(type, values)) <= {int, float, type(None)}:
        try:
            return np.array(values, np.float64)
        except OverflowError:
            pass  # a whole number beyond all doubles
    return np.array([_float(value) for value in values], np.float64)


def _float(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return math.nan
    return float(value) if abs(value) <= LARGEST else math.copysign(math.inf, value > 0 or -1)


def bounded(column: Floats) -> Floats:
    """The column without numbers beyond LARGEST."""
    return np.where(np.abs(column) <= LARGEST, column, np.nan)


def logs(column: Floats, where: Bools) -> Floats:
    """The natural logarithm where a number is above 0, to the last bit that of `math.log`, which numpy's is not."""
    result = np.full(len(column), np.nan)
    places = np.flatnonzero(where & (column > 0))
    result[places] = np.fromiter(map(math.log, column[places].tolist()), np.float64, len(places))
    return result


def _logs_of_quantities(column: Floats, where: Bools) -> Floats:
    """`logs`, of numbers that are small and whole as almost always."""
    if not (np.rint(column) == column).all() or column.min() < 0 or column.max() >= len(_LOGS):
        return logs(column, where)
    return np.where(where, _LOGS[column.astype(np.int64)], np.nan)


class Coder(dict[Any, int]):
    """Codes by raw value; values of one text have one code."""

    def __init__(self, as_text: Callable[[Any], str | None]) -> None:
        super().__init__()
        self.codes: dict[str, int] = {}
        self._as_text = as_text

    def __missing__(self, value: Any) -> int:
        own = self._as_text(value)
        code = self[value] = NONE if own is None else self.codes.setdefault(own, len(self.codes))
        return code

    def codes_of(self, values: Sequence[Any]) -> NDArray[np.int32]:
        """The codes of JSON values."""
        try:
            return np.fromiter(map(self.__getitem__, values), np.int32, len(values))
        except TypeError:  # a list has no hash
            hashable = (None if isinstance(value, list | dict) else value for value in values)
            return np.fromiter(map(self.__getitem__, hashable), np.int32, len(values))


_TEXTS: dict[str, Callable[[Any], str | None]] = {
    "store_id": store_text,
    "category": text,
    "payment_method": text,
    "store_fqdn": text,
    "store_ip": text,
}
"""The fields of the columns of texts, in the order of DayColumns."""


def _networks(gateway: Texts) -> Texts:
    """The column of networks from that of gateways."""
    networks = Coder(network_of)
    codes = np.append(networks.codes_of(gateway.texts), NONE).astype(np.int32)
    return Texts(codes[gateway.codes], [*networks.codes])

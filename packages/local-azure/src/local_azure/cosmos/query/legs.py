"""Parts of an index that are read one after the other, and where to go on after a row.

| a leg of an index over (store, at) | its rows |
|---|---|
| prefix `(7,)`, interval of `at` | those of store 7 within the interval |
| prefix `(7, 12)`, after row 3 | those of store 7 at 12 whose rows come after 3 |
"""

from itertools import product

import msgspec

from local_azure.cosmos.index_key import Key
from local_azure.cosmos.path_index import Index
from local_azure.cosmos.query.intervals import Conditions

MAX_LEGS = 2_000


class Leg(msgspec.Struct, frozen=True):
    """Keys of the first columns, and bounds of the next one, both included.

    `beyond` and `row` are where to go on in the direction of reading, both excluded; `row` needs keys of all columns.
    """

    prefix: tuple[Key, ...] = ()
    low: Key | None = None
    high: Key | None = None
    beyond: Key | None = None
    row: int | None = None


def legs_of(index: Index, conditions: Conditions, *, reverse: bool = False) -> list[Leg] | None:
    """The legs for what is known of the index's properties, in the order of the index; None if nothing is.

    Single keys of the first columns make the prefixes, and intervals of the next one the bounds.
    """
    prefixes: list[tuple[Key, ...]] = [()]
    for column in index.columns:
        intervals = conditions.get(column.names)
        if intervals is None or len(prefixes) * len(intervals) > MAX_LEGS:
            break
        if column.descending != reverse:
            intervals = intervals[::-1]
        if not all(interval.is_point for interval in intervals):
            return [Leg(prefix, each.low, each.high) for prefix, each in product(prefixes, intervals)]
        prefixes = [(*prefix, each.low) for prefix, each in product(prefixes, intervals)]
    return None if prefixes == [()] else [Leg(prefix) for prefix in prefixes]


def rest_of(leg: Leg, keys: tuple[Key, ...], row: int | None) -> list[Leg]:
    """The rest of a leg after a row with these keys; a `row` of None means before the first row that has them."""
    rest = [Leg(keys, row=row)]
    for place in range(len(keys) - 1, len(leg.prefix), -1):
        rest.append(Leg(keys[:place], beyond=keys[place]))
    place = len(leg.prefix)
    if place < len(keys):
        rest.append(Leg(leg.prefix, leg.low, leg.high, keys[place]))
    return rest


def condition(index: Index, leg: Leg, *, reverse: bool) -> tuple[str, list[Key | int]]:
    """The leg in SQL, with a place for each of the values."""
    parts = [f"{column.expression} = ?" for column in index.columns[: len(leg.prefix)]]
    values: list[Key | int] = list(leg.prefix)
    if leg.row is not None:
        parts.append(f"row {'<' if reverse else '>'} ?")
        values.append(leg.row)
    if len(leg.prefix) < len(index.columns):
        column = index.columns[len(leg.prefix)]
        further = "<" if column.descending != reverse else ">"
        # Of two bounds on one side the narrower one alone is written, so that SQLite seeks it.
        bounds = {">=": leg.low, "<=": leg.high}
        if leg.beyond is not None:
            bounds[further] = leg.beyond
            del bounds[f"{further}="]
        for operator, key in bounds.items():
            if key is not None:
                parts.append(f"{column.expression} {operator} ?")
                values.append(key)
    return " AND ".join(parts) or "true", values


def conditions_of(index: Index, legs: list[Leg]) -> list[tuple[str, list[Key | int]]]:
    """The `condition` of each leg, read forwards; a single one for legs that differ in nothing but their first key."""
    bounds = {(leg.low, leg.high, leg.beyond, leg.row, len(leg.prefix)) for leg in legs}
    if len(legs) < 2 or len(bounds) > 1 or len(legs[0].prefix) != 1:
        return [condition(index, leg, reverse=False) for leg in legs]
    where, values = condition(index, legs[0], reverse=False)
    first = index.columns[0].expression
    keys = f"{first} IN ({', '.join('?' * len(legs))})"
    return [(keys + where.removeprefix(f"{first} = ?"), [*(leg.prefix[0] for leg in legs), *values[1:]])]


def order(index: Index, leg: Leg, *, reverse: bool) -> str:
    """ORDER BY for reading a leg as it lies, or backwards. Columns of one value are left out: SQLite would sort."""
    further = index.columns[len(leg.prefix) :]
    columns = [column.expression + (" DESC" if column.descending != reverse else "") for column in further]
    return ", ".join([*columns, "row DESC" if reverse else "row"])

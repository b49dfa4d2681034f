"""Bring equal keys together, millions at a time. All 128 bits decide."""

import numpy as np

from reconciliation.capture.shape import NumberArray
from reconciliation.reading.rows import Rows, mixed

MOST_COLLISIONS = 1_000


def grouped(rows: Rows) -> tuple[NumberArray, NumberArray]:
    """The order that brings equal keys together, and where in it each key starts; equal keys stay in their order.

    The upper bits of a hash of the key are sorted with the row's position in the lower bits: one sort of plain numbers
    is ten times as fast as sorting positions by key. Keys whose hashes begin alike, a few among millions, are sorted
    among themselves afterwards.
    """
    bits = max(1, (len(rows) - 1).bit_length())
    # In place: a column that is written for the first time costs as much again as what is computed in it.
    packed = mixed(rows)
    packed &= ~np.uint64(2**bits - 1)
    packed |= np.arange(len(rows), dtype=np.uint64)
    packed.sort()
    order = (packed & np.uint64(2**bits - 1)).view(np.int64)
    packed >>= np.uint64(bits)
    alike = packed[1:] == packed[:-1]
    differs = _differs(rows, order)
    if len(collisions := np.flatnonzero(alike & differs)):
        if len(collisions) > MOST_COLLISIONS:
            order = np.lexsort((rows["lower"], rows["upper"]))
        else:
            _sort_runs(rows, order, packed, collisions)
        differs = _differs(rows, order)
    return order, np.concatenate(([0], np.flatnonzero(differs) + 1))


def _differs(rows: Rows, order: NumberArray) -> NumberArray:
    """True where a key differs from the one before it in this order."""
    differs = np.zeros(len(rows) - 1, bool)
    for half in ("upper", "lower"):
        values = column(rows, half, order)
        differs |= values[1:] != values[:-1]
    return differs


def column(rows: Rows, name: str, order: NumberArray) -> NumberArray:
    """A column in an order. Copied to one piece first: picking from records takes several times as long."""
    return np.ascontiguousarray(rows[name]).take(order)


def _sort_runs(rows: Rows, order: NumberArray, prefixes: NumberArray, collisions: NumberArray) -> None:
    for prefix in np.unique(prefixes[collisions]):
        run = slice(*np.searchsorted(prefixes, [prefix, prefix + np.uint64(1)]))
        places = order[run]
        order[run] = places[np.lexsort((rows["lower"][places], rows["upper"][places]))]

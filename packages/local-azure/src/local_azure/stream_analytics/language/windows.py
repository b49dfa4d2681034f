"""The grammar of windows in GROUP BY."""

from local_azure.stream_analytics.language.cursor import Cursor
from local_azure.stream_analytics.language.position import QueryError, unsupported
from local_azure.stream_analytics.language.tree import Window
from local_azure.stream_analytics.language.units import TICKS_PER_DAY, unit_ticks

MAX_SIZE = 7 * TICKS_PER_DAY
MAX_OVERLAP = 1_000
"""Windows that one event may fall into: each is kept in memory until it closes."""

_SUPPORTED = frozenset({"TUMBLINGWINDOW", "HOPPINGWINDOW", "TUMBLING", "HOPPING"})
_KNOWN = _SUPPORTED | {"SLIDINGWINDOW", "SESSIONWINDOW", "SNAPSHOTWINDOW", "SLIDING", "SESSION", "WINDOWS"}


def at_window(cursor: Cursor) -> bool:
    """True if a window function comes next."""
    return cursor.token.keyword in _KNOWN and cursor.ahead().keyword == "("


def window(cursor: Cursor) -> Window:
    """`TumblingWindow(minute, 5)`, `HoppingWindow(second, 10, 5)`, or either with Duration(), Hop() and Offset()."""
    name = cursor.take()
    if name.keyword not in _SUPPORTED:
        raise unsupported(name.text, name.position, "TumblingWindow and HoppingWindow are")
    hopping = name.keyword.startswith("HOPPING")
    cursor.expect("(")
    hop, offset = None, 0
    if cursor.at("DURATION", "("):
        size = span(cursor)
        while cursor.accept(","):
            part = cursor.token
            if hopping and cursor.at("HOP", "("):
                hop = span(cursor)
            elif cursor.at("OFFSET", "("):
                offset = span(cursor)
            else:
                raise QueryError(f"expected Hop or Offset, found {part}", part.position)
    else:
        unit = unit_ticks(cursor.take())
        cursor.expect(",")
        size = unit * _whole(cursor)
        if hopping:
            cursor.expect(",")
            hop = unit * _whole(cursor)
        if cursor.accept(","):
            offset = unit * _whole(cursor)
    cursor.expect(")")
    if hopping and hop is None:
        raise QueryError(f"{name.text} needs a hop", name.position)
    stated = Window(name.position, size, size if hop is None else hop, offset)
    _check(stated)
    return stated


def span(cursor: Cursor) -> int:
    """The ticks of `Duration(minute, 5)`, or of Hop and Offset, whose name comes next."""
    cursor.take()
    cursor.expect("(")
    unit = unit_ticks(cursor.take())
    cursor.expect(",")
    ticks = unit * _whole(cursor)
    cursor.expect(")")
    return ticks


def _whole(cursor: Cursor) -> int:
    sign = -1 if cursor.accept("-") else 1
    token = cursor.take()
    if token.kind != "number" or not token.text.isdigit():
        raise QueryError(f"expected a whole number, found {token}", token.position)
    return sign * int(token.text)


def _check(window: Window) -> None:
    if not 0 < window.size <= MAX_SIZE:
        raise QueryError("a window lasts more than nothing and at most 7 days", window.position)
    if not 0 < window.hop <= window.size:
        raise QueryError("a hop is more than nothing and at most the window's size", window.position)
    if window.size > MAX_OVERLAP * window.hop:
        raise QueryError(f"an event would fall into more than {MAX_OVERLAP} windows", window.position)
    if abs(window.offset) >= window.size:
        raise QueryError("an offset is smaller than the window's size", window.position)

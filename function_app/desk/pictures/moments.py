"""Events over time: a line for each customer or store, a point for each event, suspicious ones marked.

Every point stands at the time at which its event reached the hub: the time that a producer wrote may be any, and two
clocks on one axis tell nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from fraud.desk.rows import EventRow
from fraud.verdicts import Verdict

ROW = 26
_MOST_ROWS = 14
_ORDER = ("plain", "flagged", "unresolved", "low", "medium", "high")
"""The kinds as they are drawn: where points lie over one another, the worst is seen."""


class Mark(msgspec.Struct, frozen=True):
    """An event on the line `row`; `kind` is the band of its verdict, `flagged` without one, or `plain`."""

    row: str
    at: datetime
    kind: str
    title: str
    event_id: str


class Dot(msgspec.Struct, frozen=True):
    """A point with the kind of its event and its text; `x` is in percent of the time that is drawn."""

    x: float
    y: int
    kind: str
    title: str
    event_id: str


class MomentsRow(msgspec.Struct, frozen=True):
    """The line of a customer or a store."""

    label: str
    y: int


class Timeline(msgspec.Struct, frozen=True):
    """Points by line, the busiest first; `left_out` lines are not drawn, nor `unplaced` verdicts without an arrival."""

    height: int
    rows: list[MomentsRow]
    dots: list[Dot]
    start: str
    end: str
    left_out: int
    unplaced: int = 0


def drawn(marks: Sequence[Mark], start: datetime, end: datetime) -> Timeline:
    """The timeline of marks, from `start` to `end` or as far as they reach."""
    lines: dict[str, list[Mark]] = {}
    for mark in marks:
        lines.setdefault(mark.row, []).append(mark)
    ranked = sorted(lines.items(), key=lambda item: (-_suspicious(item[1]), -len(item[1]), item[0]))
    shown = ranked[:_MOST_ROWS]
    moments = [mark.at for _, of_line in shown for mark in of_line]
    first, last = min([start, *moments]), max([end, *moments])
    span = (last - first).total_seconds() or 1.0

    def x_of(moment: datetime) -> float:
        return round(100 * (moment - first).total_seconds() / span, 2)

    dots = [
        Dot(x_of(mark.at), number * ROW + ROW // 2 + 4, mark.kind, mark.title, mark.event_id)
        for number, (_, of_line) in enumerate(shown)
        for mark in of_line
    ]
    return Timeline(
        len(shown) * ROW + 26,
        [MomentsRow(name, number * ROW + ROW // 2 + 4) for number, (name, _) in enumerate(shown)],
        sorted(dots, key=lambda dot: _ORDER.index(dot.kind)),
        f"{first:%Y-%m-%d %H:%M:%S}",
        f"{last:%H:%M:%S}" if last.date() == first.date() else f"{last:%Y-%m-%d %H:%M:%S}",
        len(lines) - len(shown),
    )


def _suspicious(marks: Iterable[Mark]) -> int:
    return sum(mark.kind != "plain" for mark in marks)


def timeline_of(
    verdicts: Sequence[Verdict],
    start: datetime,
    end: datetime,
    others: Sequence[EventRow] = (),
    arrivals: Mapping[str, datetime] | None = None,
) -> Timeline:
    """The timeline of a window: its verdicts by customer, and what else arrived of its store.

    A verdict stands where its event arrived, by the rows of the store or else by `arrivals`, which are by event id; one
    that neither knows is not drawn.
    """
    judged = {verdict.event_id for verdict in verdicts}
    customers = {_line_of(verdict.event) for verdict in verdicts}
    rows: dict[str, list[EventRow]] = {}
    for row in others:
        rows.setdefault(row.id, []).append(row)
    marks: list[Mark] = []
    for verdict in verdicts:
        arrived = _arrival(verdict, rows.get(verdict.event_id, ())) or (arrivals or {}).get(verdict.event_id)
        if arrived is not None:
            title = f"{verdict.event_id}, {verdict.band}, {verdict.score} points, arrived {arrived:%H:%M:%S}"
            marks.append(Mark(_line_of(verdict.event), arrived, verdict.band, title, verdict.event_id))
    unplaced = len(verdicts) - len(marks)
    for row in others:
        if row.id not in judged:
            line = _line_of(row.event)
            marks.append(_mark(line if line in customers else "other customers", row))
    return msgspec.structs.replace(drawn(marks, start, end), unplaced=unplaced)


def _arrival(verdict: Verdict, rows: Sequence[EventRow]) -> datetime | None:
    """The arrival of the content that was judged; of another one under its id if that is not among the rows."""
    same = [row.arrived for row in rows if row.event == verdict.event]
    return min(same or [row.arrived for row in rows], default=None)


def history_of(rows: Sequence[EventRow], *, by: str) -> Timeline:
    """The timeline of archived events, at the times of their arrival, by customer or by store. `rows` are not empty."""
    arrivals = [row.arrived for row in rows]
    lines = [
        _line_of(row.event) if by == "customer" else f"store {row.event.get('store_id', 'none')}"[:22] for row in rows
    ]
    return drawn([_mark(line, row) for line, row in zip(lines, rows, strict=True)], min(arrivals), max(arrivals))


def _mark(line: str, row: EventRow) -> Mark:
    kind = "flagged" if row.flagged else "plain"
    return Mark(line, row.arrived, kind, f"{row.id}, {'flagged' if row.flagged else 'not flagged'}", row.id)


def _line_of(event: Mapping[str, object] | None) -> str:
    customer = (event or {}).get("cust_id")
    return f"customer {customer}"[:22] if isinstance(customer, int) else "no customer"

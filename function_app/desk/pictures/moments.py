"""Events over time: a line for each customer or store, a point for each event, suspicious ones marked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from fraud.desk.rows import EventRow
from fraud.verdicts import Verdict

ROW = 26
_MOST_ROWS = 14


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
    """Points by line, the busiest first; `left_out` lines are not drawn."""

    height: int
    rows: list[MomentsRow]
    dots: list[Dot]
    start: str
    end: str
    left_out: int


def drawn(marks: Sequence[Mark], start: datetime, end: datetime) -> Timeline:
    """The timeline of marks, from `start` to `end` or as far as they reach. Plain points lie below all others."""
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
        sorted(dots, key=lambda dot: dot.kind != "plain"),
        f"{first:%Y-%m-%d %H:%M:%S}",
        f"{last:%H:%M:%S}" if last.date() == first.date() else f"{last:%Y-%m-%d %H:%M:%S}",
        len(lines) - len(shown),
    )


def _suspicious(marks: Iterable[Mark]) -> int:
    return sum(mark.kind != "plain" for mark in marks)


def timeline_of(
    verdicts: Sequence[Verdict], start: datetime, end: datetime, others: Iterable[EventRow] = ()
) -> Timeline:
    """The timeline of a window: its verdicts by customer, at the times that their events carry if these are near, and
    what else arrived of its store.
    """
    judged = {verdict.event_id for verdict in verdicts}
    customers = {_line_of(verdict.event) for verdict in verdicts}
    marks = [
        Mark(
            _line_of(verdict.event),
            _moment(verdict, start, end),
            verdict.band,
            f"{verdict.event_id}, {verdict.band}, {verdict.score} points",
            verdict.event_id,
        )
        for verdict in verdicts
    ]
    for row in others:
        if row.id not in judged:
            line = _line_of(row.event)
            marks.append(_mark(line if line in customers else "other customers", row))
    return drawn(marks, start, end)


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


def _moment(verdict: Verdict, start: datetime, end: datetime) -> datetime:
    """The time that an event carries, if it is near its window; else the middle of the window."""
    middle = start + (end - start) / 2
    try:
        moment = msgspec.convert((verdict.event or {}).get("ts"), datetime)
    except msgspec.ValidationError:
        return middle
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment if abs((moment - middle).total_seconds()) < 86_400 else middle

"""The judged events of a window over time: a point for each, by the time that its producer gave it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from fraud.verdicts import Verdict

WIDTH, LABEL, ROW = 1000, 150, 26
_MOST_ROWS = 14
_SPARE = 20


class Dot(msgspec.Struct, frozen=True):
    """A point, the band of its verdict, and what it says."""

    x: float
    y: int
    band: str
    title: str
    event_id: str


class Row(msgspec.Struct, frozen=True):
    """The line of a customer."""

    label: str
    y: int


class Timeline(msgspec.Struct, frozen=True):
    """Points by customer, the busiest first; `left_out` customers have no line."""

    width: int
    height: int
    label: int
    rows: list[Row]
    dots: list[Dot]
    start: str
    end: str
    left_out: int


def timeline_of(verdicts: Sequence[Verdict], start: datetime, end: datetime) -> Timeline:
    """The timeline of verdicts. It widens to the times that their events carry, by a day on either side at most."""
    customers = _by_customer(verdicts)
    shown = sorted(customers.items(), key=lambda item: (-len(item[1]), item[0]))[:_MOST_ROWS]
    moments = {id(verdict): _moment(verdict, start, end) for _, group in shown for verdict in group}
    first, last = min([start, *moments.values()]), max([end, *moments.values()])
    span = (last - first).total_seconds() or 1.0

    def x_of(moment: datetime) -> float:
        return round(LABEL + (WIDTH - LABEL - _SPARE) * (moment - first).total_seconds() / span, 1)

    dots = [
        Dot(
            x_of(moments[id(verdict)]),
            number * ROW + ROW // 2 + 4,
            verdict.band,
            f"{verdict.event_id}, {verdict.band}, {verdict.score} points",
            verdict.event_id,
        )
        for number, (_, group) in enumerate(shown)
        for verdict in group
    ]
    rows = [Row(name, number * ROW + ROW // 2 + 4) for number, (name, _) in enumerate(shown)]
    return Timeline(
        WIDTH,
        len(shown) * ROW + 26,
        LABEL,
        rows,
        dots,
        f"{first:%Y-%m-%d %H:%M:%S}",
        f"{last:%H:%M:%S}" if last.date() == first.date() else f"{last:%Y-%m-%d %H:%M:%S}",
        len(customers) - len(shown),
    )


def _by_customer(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        customer = (verdict.event or {}).get("cust_id")
        name = f"customer {customer}" if isinstance(customer, int) else "no customer"
        groups.setdefault(name[:22], []).append(verdict)
    return groups


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

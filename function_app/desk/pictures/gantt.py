"""The timeline of an orchestration: a bar for each activity, timer, sub-orchestration and event of its history."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

LABEL_WIDTH, CHART_WIDTH, ROW, BAR = 230, 860, 20, 15
_MARGIN = 74
"""Right of the chart, for the length of a bar that ends there."""
MOST_BARS = 400

BarKind = Literal["activity", "timer", "sub", "event"]
BarState = Literal["done", "failed", "open"]
_KINDS: dict[str, tuple[BarKind, BarState]] = {
    "TaskScheduled": ("activity", "open"),
    "TaskCompleted": ("activity", "done"),
    "TaskFailed": ("activity", "failed"),
    "SubOrchestrationInstanceCreated": ("sub", "open"),
    "SubOrchestrationInstanceCompleted": ("sub", "done"),
    "SubOrchestrationInstanceFailed": ("sub", "failed"),
    "TimerCreated": ("timer", "open"),
    "TimerFired": ("timer", "done"),
    "EventRaised": ("event", "done"),
}


class HistoryMoment(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a history as people read it; `took` is the time from its schedule to its end."""

    kind: str
    at: datetime | None
    name: str
    took: timedelta | None
    content: Any
    instance: str | None
    """The sub-orchestration of the event."""
    failed: bool


class GanttBar(msgspec.Struct, frozen=True, kw_only=True):
    """A bar: its place in pixels, and the text beside it."""

    kind: BarKind
    state: BarState
    x: float
    y: int
    width: float
    label: str
    title: str
    took: timedelta


class Tick(msgspec.Struct, frozen=True):
    """A time on the axis."""

    x: float
    text: str


class Gantt(msgspec.Struct, frozen=True, kw_only=True):
    """The drawing, and how many bars it leaves out."""

    width: int
    height: int
    label_width: int
    bar_height: int
    bars: list[GanttBar]
    ticks: list[Tick]
    spent: timedelta
    left_out: int


class _Span(msgspec.Struct, frozen=True):
    kind: BarKind
    state: BarState
    name: str
    start: datetime
    end: datetime


def moments_of(history: Iterable[dict[str, Any]]) -> list[HistoryMoment]:
    """The events of a history in the management API's form, in their order."""
    events = list(history)
    created = [event for event in events if event.get("EventType") == "TimerCreated"]
    return [_moment(event, created) for event in events]


def _moment(event: dict[str, Any], created: list[dict[str, Any]]) -> HistoryMoment:
    kind = str(event.get("EventType", "?"))
    at, start = _time(event.get("Timestamp")), _time(event.get("ScheduledTime"))
    if kind == "TimerFired":
        start = _start_of_timer(event, created)
    details = event.get("FailureDetails") or event.get("Details") or event.get("Reason")
    content = next((event[name] for name in ("Result", "Input", "Data") if event.get(name) is not None), details)
    return HistoryMoment(
        kind=kind,
        at=at,
        name=str(event.get("FunctionName") or event.get("Name") or ("timer" if kind.startswith("Timer") else "")),
        took=at - start if at and start else None,
        content=content,
        instance=event.get("InstanceId") if isinstance(event.get("InstanceId"), str) else None,
        failed=kind.endswith("Failed"),
    )


def _start_of_timer(fired: dict[str, Any], created: list[dict[str, Any]]) -> datetime | None:
    """The time at which a fired timer was created: that of the created timer with the same fire time."""
    same = [event for event in created if event.get("FireAt") == fired.get("FireAt")]
    return _time(same[0].get("Timestamp")) if same else None


def gantt_of(history: Iterable[dict[str, Any]], created: datetime, updated: datetime) -> Gantt:
    """The timeline of an instance that was created and last changed at these times."""
    events = list(history)
    spans = sorted(_spans(events, updated), key=lambda span: (span.start, span.end))
    first = min([created, *(span.start for span in spans)])
    last = max([updated, *(span.end for span in spans)])
    spent = max(last - first, timedelta(milliseconds=1))
    shown = spans[:MOST_BARS]
    # The wait for a decision takes days: by the time alone nobody could tell them apart.
    day = "" if first.date() == last.date() else "%b %d "

    def x_of(moment: datetime) -> float:
        return round(LABEL_WIDTH + CHART_WIDTH * ((moment - first) / spent), 1)

    bars = [
        GanttBar(
            kind=span.kind,
            state=span.state,
            x=x_of(span.start),
            y=24 + row * ROW,
            width=max(2.0, round(x_of(span.end) - x_of(span.start), 1)),
            label=span.name if len(span.name) <= 34 else f"{span.name[:33]}…",
            title=f"{span.name}: {span.start:{day}%H:%M:%S.%f} to {span.end:{day}%H:%M:%S.%f}, {span.state}",
            took=span.end - span.start,
        )
        for row, span in enumerate(shown)
    ]
    ticks = [Tick(x_of(first + spent * step / 4), f"{first + spent * step / 4:{day}%H:%M:%S}") for step in range(5)]
    return Gantt(
        width=LABEL_WIDTH + CHART_WIDTH + _MARGIN,
        height=30 + len(shown) * ROW,
        label_width=LABEL_WIDTH,
        bar_height=BAR,
        bars=bars,
        ticks=ticks,
        spent=spent,
        left_out=len(spans) - len(shown),
    )


def _spans(events: list[dict[str, Any]], now: datetime) -> Iterable[_Span]:
    created = [event for event in events if event.get("EventType") == "TimerCreated"]
    fired = [event.get("FireAt") for event in events if event.get("EventType") == "TimerFired"]
    for event in events:
        kind, state = _KINDS.get(str(event.get("EventType")), (None, None))
        at = _time(event.get("Timestamp"))
        if kind is None or state is None or at is None:
            continue
        if event.get("EventType") == "TimerCreated" and event.get("FireAt") in fired:
            continue  # drawn where it fired
        start = _start_of_timer(event, created) if kind == "timer" else _time(event.get("ScheduledTime"))
        end = max(at, now) if state == "open" else at
        name = str(event.get("FunctionName") or event.get("Name") or kind)
        yield _Span(kind, state, name, min(start or at, end), end)


def _time(text: Any) -> datetime | None:
    try:
        return msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        return None

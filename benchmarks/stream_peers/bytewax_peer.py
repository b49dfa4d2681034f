"""The query in bytewax: an item an event, JSON decoded with msgspec into only the needed fields, as in our engine."""

# bytewax' operators carry no types of what flows through them, and it is not there for Python 3.13.
# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import bytewax.operators as op
import msgspec
from bytewax.dataflow import Dataflow
from bytewax.operators import windowing
from bytewax.operators.windowing import EventClock, TumblingWindower
from bytewax.testing import TestingSink, TestingSource, run_main

from benchmarks.stream_peers.batches import BATCH, EPOCH, WINDOW, Batch, Result, window_end

TICK = timedelta(microseconds=1)
LATENESS = timedelta(minutes=4)


class Event(msgspec.Struct, gc=False):
    """The needed fields. `ts` is the moment that decides on the window."""

    id: str | None = None
    store_id: int | None = None
    discount: float | None = None
    priority_shipping: bool | None = None
    event_type: str | None = None
    ts: datetime = EPOCH


def run(batches: list[Batch]) -> Result:
    """Rows of all windows, on arrival time."""
    return _run(batches, lambda arrival, _: EPOCH + timedelta(microseconds=arrival - 1))


def run_on_event_time(batches: list[Batch]) -> Result:
    """Rows of all windows, on the time that an event carries; later than four minutes is dropped."""
    return _run(batches, lambda _, own: own - TICK)


def _run(batches: list[Batch], time_of: Callable[[int, datetime], datetime]) -> Result:
    """bytewax' windows are [start, end), so every event is moved back by a microsecond."""
    decode = msgspec.json.Decoder(Event).decode

    def suspicious(item: tuple[bytes, int]) -> Event | None:
        event = decode(item[0])
        if (
            event.discount is None
            or event.discount <= 50
            or not event.priority_shipping
            or event.event_type != "sale_event"
        ):
            return None
        event.ts = time_of(item[1], event.ts)
        return event

    items = [item for batch in batches for item in zip(batch.bodies, batch.arrivals, strict=True)]
    rows: list[Any] = []
    flow = Dataflow("suspicious")
    read = op.input("read", flow, TestingSource(items, batch_size=BATCH))
    keyed = op.key_on("store", op.filter_map("suspicious", read, suspicious), lambda event: str(event.store_id))
    clock: Any = EventClock(lambda event: event.ts, wait_for_system_duration=LATENESS)  # pyright: ignore[reportAttributeAccessIssue]
    windows = TumblingWindower(length=timedelta(microseconds=WINDOW), align_to=EPOCH)
    op.output("write", windowing.collect_window("collect", keyed, clock, windows).down, TestingSink(rows))
    run_main(flow)
    result: Result = {}
    for store, (_, sales) in rows:
        end = window_end((sales[0].ts - EPOCH) // TICK + 1)
        result[None if store == "None" else int(store), end] = len(sales)
    return result

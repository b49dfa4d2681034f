"""The query as a loop written by hand: msgspec decodes the needed fields, a dict keeps the open windows.

What it lacks beside an engine: it knows one query, keeps no state that a restart could go on from, coerces no types as
Stream Analytics does, and the first malformed event stops it.
"""

from collections import defaultdict

import msgspec

from benchmarks.stream_peers.batches import FAR_FUTURE, PARTITIONS, WINDOW, Batch, Key, Result, window_end


class Event(msgspec.Struct, gc=False):
    """The needed fields."""

    id: str | None = None
    store_id: int | None = None
    discount: float | None = None
    priority_shipping: bool | None = None
    event_type: str | None = None


def run(batches: list[Batch]) -> Result:
    """Rows of all windows."""
    decode = msgspec.json.Decoder(Event).decode
    windows: defaultdict[int, defaultdict[int | None, list[str | None]]] = defaultdict(lambda: defaultdict(list))
    watermarks = [0] * PARTITIONS
    result: Result = {}
    for partition, bodies, arrivals in batches:
        for event, arrival in zip(map(decode, bodies), arrivals, strict=True):
            if (
                event.discount is not None
                and event.discount > 50
                and event.priority_shipping
                and event.event_type == "sale_event"
            ):
                windows[window_end(arrival)][event.store_id].append(event.id)
        watermarks[partition] = arrivals[-1]
        _close(windows, min(watermarks), result)
    _close(windows, FAR_FUTURE, result)
    return result


def _close(windows: dict[int, defaultdict[int | None, list[str | None]]], watermark: int, result: Result) -> None:
    for end in [end for end in windows if end <= window_end(watermark) - WINDOW]:
        for store, ids in windows.pop(end).items():
            key: Key = store, end
            result[key] = len(ids)

"""The state of a running query that must survive: open windows, watermarks and counts, as one bytes object.

Together with the positions in the hub, it lets the query go on exactly where it stood.
"""

from typing import Any, cast

from local_azure.stream_analytics.engine.clockwork import TimeCounts
from local_azure.stream_analytics.engine.query import Counts, RunningQuery
from local_azure.stream_analytics.engine.serialization import pack, unpack


def snapshot(query: RunningQuery) -> bytes:
    """The state of a query whose rows have all been taken."""
    counts = query.counts
    return pack(
        {
            "counts": [counts.events, counts.input_errors, counts.conversion_errors, counts.rows],
            "times": [counts.times.early, counts.times.late, counts.times.out_of_order, counts.times.without_time],
            "watermarks": {
                name: [[partition, watermark.mark] for partition, watermark in source.watermarks.items()]
                for name, source in query.inputs.items()
            },
            "windows": [
                [[end, list(groups.items())] for end, groups in step.windows.items()] for step in query.steps()
            ],
            "histories": [[history.state() for history in step.histories] for step in query.steps()],
        }
    )


def restore(query: RunningQuery, data: bytes) -> None:
    """Put a snapshot of the same query into one that has just been compiled."""
    state = unpack(data)
    query.counts = Counts(*state["counts"], times=TimeCounts(*state["times"]))
    for name, marks in state["watermarks"].items():
        for partition, mark in marks:
            query.add_partition(name, partition)
            query.inputs[name].watermarks[partition].mark = mark
    for step, windows in zip(query.steps(), state["windows"], strict=True):
        step.windows.clear()
        for end, groups in windows:
            step.windows[end] = {_key(key): group for key, group in groups}

    for step, histories in zip(query.steps(), state.get("histories", ()), strict=False):
        for history, groups in zip(step.histories, histories, strict=True):
            for key, total, entries in groups:
                history.restore(_key(key), total, entries)


def _key(key: Any) -> Any:
    # A key of several columns is a tuple, which MessagePack gives back as a list.
    return tuple(cast(list[Any], key)) if isinstance(key, list) else key

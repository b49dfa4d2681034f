"""An input as the query reads it: which columns, and on which time."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from local_azure.stream_analytics.engine.clockwork import (
    TimeCounts,
    TimePolicy,
    Watermark,
    on_arrival,
    on_event_time,
    unless_touched,
)
from local_azure.stream_analytics.engine.columns import column_source, columns_needed
from local_azure.stream_analytics.engine.decoding import Decoded, Decoder
from local_azure.stream_analytics.engine.generator import Generator, compile_source
from local_azure.stream_analytics.engine.step import Batch
from local_azure.stream_analytics.engine.values import ConversionError
from local_azure.stream_analytics.language.checker import is_arrival
from local_azure.stream_analytics.language.tree import Expression, Select

OwnTimes = Callable[[Sequence[Any], Sequence[int]], list[Any]]


class EventSource:
    """Decodes the events of one input and gives them their times."""

    def __init__(self, selects: Sequence[Select], policy: TimePolicy) -> None:
        """`selects` are all SELECTs that read the input; the checker has seen to it that they agree on its time."""
        self.decoder = Decoder(columns_needed(selects))
        self.watermarks: dict[int, Watermark] = {}
        self._policy = policy
        self._own_times = _compile_own_times(selects[0].source.timestamp_by, self.decoder)

    @property
    def lag(self) -> int | None:
        """The ticks by which an idle partition's watermark stays behind the hub's clock; None if it stands still."""
        return 0 if self._own_times is None else self._policy.late

    def read(
        self, partition: int, bodies: Sequence[bytes], arrivals: list[int], counts: TimeCounts
    ) -> tuple[Batch, list[tuple[int, str]]]:
        """The rows of a batch of events, and the places and reasons of bodies that gave none."""
        watermark = self.watermarks[partition]
        if self._own_times is None:
            arrivals = on_arrival(watermark, arrivals, counts)
            decoded = self.decoder.decode(bodies, arrivals)
            return Batch(decoded.rows, decoded.arrivals, decoded.arrivals, partition, decoded.bodies), decoded.errors
        decoded = self.decoder.decode(bodies, arrivals)
        values = self._own_times(decoded.rows, decoded.arrivals)
        own = unless_touched(watermark, self._policy, values, decoded.arrivals)
        if own is not None:
            return Batch(decoded.rows, own, decoded.arrivals, partition, decoded.bodies), decoded.errors
        times = on_event_time(watermark, self._policy, counts, values, decoded.arrivals)
        return _kept(decoded, times, partition), decoded.errors

    def caught_up(self, partition: int, time: int) -> None:
        """A partition is complete as of `time`: whatever comes later arrives at `time` or after.

        With TIMESTAMP BY such an event may still be late by the tolerance, so the watermark stays that far behind.
        """
        if self.lag is not None:
            self.watermarks[partition].raise_to(time - self.lag)


def _kept(decoded: Decoded, times: list[int | None], partition: int) -> Batch:
    """The rows that the time policy has not dropped."""
    if None not in times:
        return Batch(decoded.rows, cast(list[int], times), decoded.arrivals, partition, decoded.bodies)
    kept = [place for place, time in enumerate(times) if time is not None]
    return Batch(
        [decoded.rows[place] for place in kept],
        [time for time in times if time is not None],
        [decoded.arrivals[place] for place in kept],
        partition,
        [decoded.bodies[place] for place in kept],
    )


def _compile_own_times(expression: Expression | None, decoder: Decoder) -> OwnTimes | None:
    """A function that gives each row's value of TIMESTAMP BY, or None for a query on arrival time.

    TIMESTAMP BY EventEnqueuedUtcTime names arrival time explicitly: such an event is never early, late or out of order.
    A value that cannot be converted is NULL: its event has no time, and the others of the batch have theirs.
    """
    if expression is None or is_arrival(expression):
        return None
    generator = Generator(lambda node: column_source(node, decoder.read, from_input=True), "arrival")
    lines = [
        "def own_times(rows, arrivals):",
        f"  try: return [{generator.value(expression)} for row, arrival in zip(rows, arrivals)]",
        "  except ConversionError:",
        "    if len(rows) == 1: return [None]",
        "  return [own_times([row], [arrival])[0] for row, arrival in zip(rows, arrivals)]",
    ]
    return compile_source("\n".join(lines), {**generator.names, "ConversionError": ConversionError}, "own_times")

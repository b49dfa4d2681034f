"""A worker's share of a tick, in portions: the events of one partition that are acknowledged together."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from azure.eventhub import EventData

from cli.sending.order import SendingOrder, read_page
from fraud.load.messages import Message, Messages, MixTotals, totals_of_messages
from fraud.load.portions import PORTION_EVENTS
from fraud.load.recorded import Recorded, totals_of_recorded
from fraud.load.schedule import IndexSpan
from fraud.load.shapes import Tape
from fraud.routing import SENT_AGAIN, partition_of, properties_of
from fraud.slices import slices, slices_within


class Portion(msgspec.Struct, frozen=True):
    """Messages for a partition, and what each takes along in its envelope."""

    partition: str
    messages: Sequence[Message | Recorded]

    def events(self, run_id: str, attempt: int) -> list[EventData]:
        """Its events; from the second attempt on marked with its number, because the hub may have them already."""
        mark: dict[str | bytes, str] = {SENT_AGAIN: str(attempt)} if attempt > 1 else {}
        return [_event(message, run_id, mark) for message in self.messages]

    @property
    def totals(self) -> MixTotals:
        """Its messages, counted by what they are."""
        made = [message for message in self.messages if isinstance(message, Message)]
        recorded = [message for message in self.messages if isinstance(message, Recorded)]
        return totals_of_messages(made) + totals_of_recorded(recorded)


class WorkerShare:
    """The events of one worker of an order, tick by tick: always the same ones in the same portions."""

    def __init__(self, order: SendingOrder, number: int, folder: Path, partitions: Sequence[str]) -> None:
        self._order = order
        self._number = number
        self._folder = folder
        self._partitions = partitions
        self._schedule = order.plan.schedule
        self._messages = Messages(order.plan, order.seed, order.started)

    @property
    def ticks(self) -> int:
        """The number of all ticks."""
        return self._schedule.ticks

    def of(self, tick: int) -> list[Portion]:
        """The portions of a tick, none if this worker has nothing to send in it."""
        by_partition: defaultdict[str, list[Message | Recorded]] = defaultdict(list)
        for span in self._schedule.spans(tick):
            parts = span.parts(self._order.workers)
            if self._number < len(parts):
                for message in self._of_span(parts[self._number], tick):
                    by_partition[self._partition(message)].append(message)
        return [
            Portion(partition, portion)
            for partition, messages in by_partition.items()
            for portion in self._cut(messages)
        ]

    def _cut(self, messages: Sequence[Message | Recorded]) -> Iterator[Sequence[Message | Recorded]]:
        size = self._order.portion_bytes
        if not size:
            return slices(messages, PORTION_EVENTS)
        return slices_within(messages, PORTION_EVENTS, size, lambda message: len(message.body))

    def _of_span(self, span: IndexSpan, tick: int) -> list[Message] | list[Recorded]:
        stage = self._order.plan.stages[span.stage]
        if not isinstance(stage, Tape):
            return list(self._messages.of(span))
        first = self._schedule.indices(span.stage, tick).start
        page = read_page(self._folder, stage.tape, self._schedule.tick_in(span.stage, tick))
        return [Recorded.of(body) for body in page[span.first - first : span.end - first]]

    def _partition(self, message: Message | Recorded) -> str:
        if isinstance(message, Recorded):
            return message.partition(self._partitions)
        return partition_of(message.event, self._partitions)


def _event(message: Message | Recorded, run_id: str, mark: dict[str | bytes, str]) -> EventData:
    own = message.properties(run_id) if isinstance(message, Recorded) else properties_of(message.event, run_id)
    data = EventData(message.body)
    data.properties = own | mark
    data.content_type = "application/json"
    return data

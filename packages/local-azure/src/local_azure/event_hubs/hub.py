"""An event hub: its partitions, who reads them, and how events find one."""

from collections.abc import Callable
from itertools import cycle

from local_azure.amqp.errors import AmqpError, Condition
from local_azure.core.group_commit import GroupCommit
from local_azure.core.packing import Dictionaries
from local_azure.event_hubs import entities, store
from local_azure.event_hubs.partition import Partition
from local_azure.event_hubs.partition_key import partition_of
from local_azure.event_hubs.readers import Readers


class EventHub:
    """One hub of the name space. Raises CannotStartError if the store does not fit its definition."""

    def __init__(self, definition: entities.Hub, commits: GroupCommit, now_ms: Callable[[], int]) -> None:
        self.name = definition.name
        self.created_ms, ids = store.ensure_hub(commits.database, definition.name, definition.partition_count, now_ms())
        dictionaries = Dictionaries(commits.database)
        self.partitions = [Partition(commits, dictionaries, each, number, now_ms) for number, each in enumerate(ids)]
        self._readers = {group: [Readers() for _ in ids] for group in definition.groups()}
        self._turns = cycle(self.partitions)

    def route(self, key: str | None) -> Partition:
        """The partition of a key; without one, the partitions take turns."""
        if key is None:
            return next(self._turns)
        return self.partitions[partition_of(key, len(self.partitions))]

    def partition(self, text: str) -> Partition:
        """The partition of an id as clients write it. Raises AmqpError for any other."""
        if text.isdecimal() and text.isascii() and int(text) < len(self.partitions):
            return self.partitions[int(text)]
        raise AmqpError(
            Condition.ARGUMENT_OUT_OF_RANGE,
            f"The specified partition is invalid for an EventHub partition sender or receiver. "
            f"It should be between 0 and {len(self.partitions) - 1}.",
        )

    def readers(self, group: str, partition: Partition) -> Readers:
        """Who reads a partition through a consumer group. Raises AmqpError for an unknown group."""
        readers = self._readers.get(group.lower())
        if readers is None:
            raise AmqpError(Condition.NOT_FOUND, f"The messaging entity '{self.name}:{group}' could not be found.")
        return readers[partition.number]

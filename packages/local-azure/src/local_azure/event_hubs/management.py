"""`$management` of Event Hubs: what a hub and a partition are like.

Source: the SDKs' requests (`READ` of `com.microsoft:eventhub` and `com.microsoft:partition`).
"""

from collections.abc import Callable

from local_azure.amqp.encode import int32, string_array, timestamp
from local_azure.amqp.errors import AmqpError, Condition
from local_azure.amqp.request_response import Reply, Request
from local_azure.event_hubs.hub import EventHub

_HUB, _PARTITION = "com.microsoft:eventhub", "com.microsoft:partition"
_NEVER_MS = -62_135_596_800_000
"""Midnight of 1 January of the year 1: the last enqueued time of a partition that never had an event, as .NET's."""


class Management:
    """Answers the requests of one name space."""

    def __init__(self, hub: Callable[[str], EventHub]) -> None:
        self._hub = hub

    def __call__(self, request: Request) -> Reply:
        """Answer one request. Raises AmqpError for what there is not."""
        if request.text("operation") != "READ":
            raise AmqpError(Condition.NOT_IMPLEMENTED, f"the operation {request.text('operation')!r} is not supported")
        hub = self._hub(request.text("name"))
        kind = request.text("type")
        describe = DESCRIPTIONS.get(kind)
        if describe is None:
            raise AmqpError(Condition.NOT_IMPLEMENTED, f"the type {kind!r} is not supported")
        return Reply(200, "OK", describe(hub, request))


def _describe_hub(hub: EventHub, _: Request) -> dict[str, object]:
    return {
        "name": hub.name,
        "type": _HUB,
        "created_at": timestamp(hub.created_ms),
        "partition_count": int32(len(hub.partitions)),
        "partition_ids": string_array(str(partition.number) for partition in hub.partitions),
    }


def _describe_partition(hub: EventHub, request: Request) -> dict[str, object]:
    partition_id = request.text("partition")
    info = hub.partition(partition_id).info()
    return {
        "name": hub.name,
        "type": _PARTITION,
        "partition": partition_id,
        "begin_sequence_number": info.first_sequence,
        "last_enqueued_sequence_number": info.last_sequence,
        "last_enqueued_offset": str(info.last_offset),
        "last_enqueued_time_utc": timestamp(info.last_time_ms if info.last_sequence >= 0 else _NEVER_MS),
        "is_partition_empty": info.empty,
        "runtime_info_retrieval_time_utc": timestamp(info.at_ms),
    }


DESCRIPTIONS: dict[str, Callable[[EventHub, Request], dict[str, object]]] = {
    _HUB: _describe_hub,
    _PARTITION: _describe_partition,
}

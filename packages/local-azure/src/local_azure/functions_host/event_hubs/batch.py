"""From received events to what the function is given.

The SDK's converter would parse every event's metadata from JSON that the host had just written. This builds the same
`EventHubEvent`s directly (a test compares both) and the batch's metadata only if the function asks for it. Without
`data_type=BINARY` Azure's host passes text: bytes that are not UTF-8 reach the function as U+FFFD, here as there.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import azure.functions as func
from azure.eventhub import EventData
from azure.functions.meta import Datum

from local_azure.amqp.bodies import json_text, plain, received_body
from local_azure.amqp.sdk_tags import forget_tags
from local_azure.amqp.sdk_types import complete
from local_azure.functions_host.indexing.functions import Binding

complete("azure.eventhub")
forget_tags()


class Source(NamedTuple):
    """The origin of a batch."""

    namespace: str
    hub: str
    consumer_group: str
    partition: str


def body_of(event: EventData, *, binary: bool) -> bytes:
    """The event's body as the worker receives it (`amqp.bodies` tells what becomes of a body that is not data)."""
    body = received_body(event)
    if binary:
        return body
    try:
        body.decode()
    except UnicodeDecodeError:
        return body.decode(errors="replace").encode()
    return body


def to_argument(event: EventData, trigger: Binding, annotation: Any, source: Source) -> object:
    """One event, for a function of cardinality one: an `EventHubEvent`, or its plain body if so annotated."""
    body = body_of(event, binary=trigger.is_binary)
    if annotation in (str, bytes):
        return body if trigger.is_binary else body.decode()
    return func.EventHubEvent(
        body=body,
        trigger_metadata=_SingleMetadata(event, source),
        enqueued_time=event.enqueued_time,
        partition_key=plain(event.partition_key),
        sequence_number=event.sequence_number,
        offset=event.offset,
        iothub_metadata={},
    )


def to_arguments(events: Sequence[EventData], trigger: Binding, source: Source) -> list[func.EventHubEvent]:
    """A batch, for a function of cardinality many. All its events share one metadata, as on Azure."""
    binary = trigger.is_binary
    metadata = _BatchMetadata(events, source)
    return [
        func.EventHubEvent(
            body=body_of(event, binary=binary),
            trigger_metadata=metadata,
            enqueued_time=event.enqueued_time,
            partition_key=plain(event.partition_key),
            sequence_number=event.sequence_number,
            offset=cast(str, int(event.offset or 0)),  # the worker converts it, and fails if it is not a number
            iothub_metadata={},
        )
        for event in events
    ]


class _Plain(Datum):
    """A value that equals what its JSON would be read as; the text is made only if it is asked for."""

    type = "json"

    def __init__(self, value: Any) -> None:
        self._value = value

    @property
    def value(self) -> str:
        """The value as JSON."""
        return json_text(self._value)

    @property
    def python_value(self) -> Any:
        """The value itself."""
        return self._value


class _Metadata(Mapping[str, Datum]):
    """Trigger metadata that is written out when it is first read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._data: dict[str, Datum] | None = None

    def __getitem__(self, key: str) -> Datum:
        return self._written()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._written())

    def __len__(self) -> int:
        return len(self._written())

    def _written(self) -> dict[str, Datum]:
        if self._data is None:
            context = {
                "FullyQualifiedNamespace": self._source.namespace,
                "EventHubName": self._source.hub,
                "ConsumerGroup": self._source.consumer_group,
                "PartitionId": self._source.partition,
            }
            fields = {"PartitionContext": context, **self._fields()}
            self._data = {name: _Plain(value) for name, value in fields.items()}
        return self._data

    def _fields(self) -> dict[str, Any]:
        raise NotImplementedError


class _BatchMetadata(_Metadata):
    def __init__(self, events: Sequence[EventData], source: Source) -> None:
        super().__init__(source)
        self._events = events

    def _fields(self) -> dict[str, Any]:
        system = [_system_properties(event) for event in self._events]
        return {
            "PartitionKeyArray": [each["PartitionKey"] for each in system],
            "OffsetArray": [each["Offset"] for each in system],
            "SequenceNumberArray": [each["SequenceNumber"] for each in system],
            "EnqueuedTimeUtcArray": [each["EnqueuedTimeUtc"] for each in system],
            "PropertiesArray": [_properties(event) for event in self._events],
            "SystemPropertiesArray": system,
        }


class _SingleMetadata(_Metadata):
    def __init__(self, event: EventData, source: Source) -> None:
        super().__init__(source)
        self._event = event

    def _fields(self) -> dict[str, Any]:
        system = _system_properties(self._event)
        standard = {key: system[key] for key in ("PartitionKey", "Offset", "SequenceNumber", "EnqueuedTimeUtc")}
        return {**standard, "Properties": _properties(self._event), "SystemProperties": system}


def _system_properties(event: EventData) -> dict[str, Any]:
    enqueued = event.enqueued_time
    return {
        "SequenceNumber": event.sequence_number,
        "Offset": event.offset,
        "PartitionKey": plain(event.partition_key),
        "EnqueuedTimeUtc": f"{enqueued.replace(tzinfo=None).isoformat(timespec='microseconds')}Z" if enqueued else None,
    }


def _properties(event: EventData) -> dict[str, Any]:
    properties = cast(dict[str, Any], plain(event.properties or {}))
    if any(type(value) not in _READ_AS_THEY_ARE for value in properties.values()):
        return json.loads(json_text(properties))
    return properties


_READ_AS_THEY_ARE = (str, int, float, bool, type(None))
"""Types of which JSON makes nothing else."""

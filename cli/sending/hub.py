"""The hub `store-events`, for the workers: through the connection that the app's settings name."""
# pyright: reportUnknownMemberType=false
# The SDK's constructors take untyped keyword arguments.

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from azure.eventhub import EventData, EventHubProducerClient
from azure.eventhub.exceptions import ConnectError

from cli.app_client import AppError

NAME = "store-events"
CONNECTION = "EventHubs"
_NAMESPACE = f"{CONNECTION}__fullyQualifiedNamespace"
# The SDK itself tries nothing again: what may be at the hub already must be marked before it is sent once more.
_PATIENCE: dict[str, Any] = {"retry_total": 0, "socket_timeout": 5, "auth_timeout": 5}


class Hub:
    """A producer of the hub."""

    def __init__(self, producer: EventHubProducerClient) -> None:
        self._producer = producer

    def partitions(self) -> tuple[str, ...]:
        """The partitions in order. Raises AppError if nothing answers, EventHubError if the hub refuses."""
        try:
            return tuple(sorted(self._producer.get_partition_ids(), key=int))
        except ConnectError as error:
            raise AppError("the hub does not answer; start it with `make up`, or say --settings") from error

    def deliver(self, partition: str, events: list[EventData]) -> None:
        """Send events in as few batches as the hub's size limit allows, and wait until it has them.

        Raises EventHubError; then an unknown number was sent.
        """
        batch = self._producer.create_batch(partition_id=partition)
        for event in events:
            try:
                batch.add(event)
            except ValueError:  # the batch is full
                if not len(batch):
                    raise
                self._producer.send_batch(batch)
                batch = self._producer.create_batch(partition_id=partition)
                batch.add(event)
        if len(batch):
            self._producer.send_batch(batch)


@contextmanager
def open_hub(environment: Mapping[str, str]) -> Generator[Hub]:
    """The hub of these settings. Raises AppError if they name none."""
    text = environment.get(CONNECTION, "")
    namespace = environment.get(_NAMESPACE, "")
    if text:
        producer = EventHubProducerClient.from_connection_string(text, eventhub_name=NAME, **_PATIENCE)
    elif namespace:
        # Its crypto libraries cost 0.2 s, which a connection string does not need.
        from azure.identity import DefaultAzureCredential  # noqa: PLC0415

        producer = EventHubProducerClient(namespace, NAME, DefaultAzureCredential(), **_PATIENCE)
    else:
        raise AppError(f"no connection to the hub: start the pipeline with `make up`, or set {_NAMESPACE}")
    with producer:
        yield Hub(producer)

"""The archiver's trigger: every event of the hub, many at a time."""

import typing
from datetime import datetime
from typing import Any

import azure.durable_functions as df
import azure.functions as func

from activities.archive_events import archive_events
from fraud.archive import ReceivedEvent
from function_app.durable_client import Client, find, start_once
from function_app.failures import logged_failure
from orchestrations.contracts import JUDGE_QUARANTINE
from services import names

blueprint = df.Blueprint()


# The worker's check of annotations knows `typing.List` only: `list[...]` fails with FunctionLoadError.
@blueprint.function_name("archive-events")
@blueprint.event_hub_message_trigger(
    arg_name="events",
    connection=names.EVENT_HUBS,
    event_hub_name=names.EVENT_HUB,
    consumer_group=names.ARCHIVER_GROUP,
    cardinality=func.Cardinality.MANY,
    data_type=func.DataType.BINARY,
)
@blueprint.retry(
    strategy="exponential_backoff",
    max_retry_count="-1",
    minimum_interval="00:00:01",
    maximum_interval="00:00:30",
)
@blueprint.durable_client_input(client_name="client")
async def archive(events: typing.List[func.EventHubEvent], client: Client) -> None:  # noqa: UP006
    """Archive a delivery, and start the judging of what no window can name. A failure raises and the delivery is
    repeated for as long as it takes.

    After its last retry a trigger would move its checkpoint on and lose the events, so the retries never end; an event
    that can never be archived is quarantined and raises nothing.
    """
    with logged_failure("archive-events"):
        for task in await archive_events(received_events(events)):
            if task.large is None or await find(client, task.as_before.instance_id) is None:
                await start_once(client, JUDGE_QUARANTINE, task.instance_id, task)


def received_events(events: typing.Sequence[func.EventHubEvent]) -> list[ReceivedEvent]:
    """The trigger's events in the domain's terms. Raises ValueError if the trigger's metadata does not fit them.

    The metadata of all events hangs on each of them; it is read from the first, because reading it decodes all of it.
    """
    metadata: dict[str, Any] = dict(events[0].metadata or {})
    partition = str(metadata["PartitionContext"]["PartitionId"])
    properties: list[dict[str, Any]] = metadata.get("PropertiesArray") or [{}] * len(events)
    return [
        ReceivedEvent(
            body=event.get_body(),
            partition=partition,
            sequence_number=_present(event.sequence_number),
            offset=str(event.offset),
            enqueued_time=_present(event.enqueued_time),
            run_id=_text(its_properties.get("run_id")),
        )
        for event, its_properties in zip(events, properties, strict=True)
    ]


T = typing.TypeVar("T", int, datetime)


def _present(value: T | None) -> T:
    if value is None:
        raise ValueError("the trigger gave an event without sequence number or enqueued time")
    return value


def _text(value: Any) -> str | None:
    return None if value is None else str(value)

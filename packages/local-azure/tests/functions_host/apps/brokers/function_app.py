"""Event Hub and Service Bus triggers of every kind, for the host's tests. Each call leaves a line in a journal."""

import json
import os
import time
import typing
from pathlib import Path

import azure.functions as func

app = func.FunctionApp()
JOURNAL = Path(os.environ["JOURNAL"])


def note(function: str, **facts: object) -> None:
    """Append one line, whole: several functions write at once."""
    line = json.dumps({"function": function, **facts}) + "\n"
    with JOURNAL.open("a", encoding="utf-8") as journal:
        journal.write(line)


@app.event_hub_message_trigger(
    arg_name="events",
    connection="EventHubs",
    event_hub_name="%HUB%",
    consumer_group="archiver",
    cardinality=func.Cardinality.MANY,
    data_type=func.DataType.BINARY,
)
@app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:00")
def many(events: typing.List[func.EventHubEvent], context: func.Context) -> None:  # noqa: UP006
    metadata = events[0].metadata or {}
    facts: dict[str, object] = {
        "partition": metadata["PartitionContext"]["PartitionId"],
        "bodies": [event.get_body().decode("latin-1") for event in events],
        "sequence_numbers": [event.sequence_number for event in events],
        "properties": metadata["PropertiesArray"],
        "attempt": context.retry_context.retry_count,
    }
    if any(event.get_body().startswith(b"fail") for event in events):
        note("many failed", **facts)
        raise ValueError("the shelf is empty")
    if any(event.get_body() == b"slow" for event in events):
        note("many begins", **facts)
        time.sleep(0.5)
    note("many", **facts)


@app.event_hub_message_trigger(
    arg_name="event", connection="EventHubs", event_hub_name="%HUB%", cardinality=func.Cardinality.ONE
)
async def one(event: func.EventHubEvent) -> None:
    metadata = event.metadata or {}
    note(
        "one",
        body=event.get_body().decode(),
        offset=event.offset,
        sequence_number=event.sequence_number,
        partition=metadata["PartitionContext"]["PartitionId"],
        properties=metadata["Properties"],
    )


@app.service_bus_queue_trigger(arg_name="message", connection="ServiceBus", queue_name="%QUEUE%")
def queue(message: func.ServiceBusMessage) -> None:
    body = message.get_body().decode()
    note(
        "queue",
        body=body,
        delivery_count=message.delivery_count,
        message_id=message.message_id,
        properties=message.application_properties,
    )
    if body.startswith("fail"):
        raise ValueError("no such window")
    if body.startswith("slow"):
        time.sleep(float(body.split()[1]))
        note("queue done", body=body)

"""The job for the larger sizes between real brokers: duplicate detection keeps every shard of a window."""

from pathlib import Path

import msgspec
import pytest

from local_azure.testing import QueueReceiver, send_events, stream_job_parts, wait_for_blob_rows
from services import names

EMULATORS = Path(__file__).parents[2] / "infra" / "emulators"
ENTITIES = (EMULATORS / "event-hubs.json", EMULATORS / "service-bus.json")
PROJECT = Path(__file__).parents[2] / "stream_analytics" / "asaproj-sharded.json"
CUSTOMERS = 16


def sale(customer: int) -> bytes:
    event = {"event_type": "sale_event", "discount": 60, "priority_shipping": True}
    return msgspec.json.encode({**event, "id": f"event-{customer:02}", "store_id": 1, "cust_id": customer})


@pytest.mark.slow
def test_no_shard_of_a_window_is_taken_for_a_repetition_of_another(tmp_path: Path):
    with stream_job_parts(tmp_path, PROJECT, *ENTITIES) as parts:
        parts.start("amqp", "azurite", "job")
        send_events(parts.event_hubs, names.EVENT_HUB, (1, [sale(customer) for customer in range(CUSTOMERS)]))
        messages = QueueReceiver(parts.service_bus, names.WINDOW_QUEUE).wait(ids=CUSTOMERS)
        written = wait_for_blob_rows(parts.blob, names.SUSPICIOUS_EVENTS, ids=CUSTOMERS)

    # One batch arrives at one moment, so one window has two customers in each of eight messages.
    assert [len(row["ids"]) for _, row in messages] == [2] * 8
    assert len({row["WindowEnd"] for _, row in messages}) == 1
    assert len({message_id for message_id, _ in messages}) == 8
    archived = [row["ids"] for rows in written.values() for row in rows]
    assert sorted(archived) == sorted(row["ids"] for _, row in messages)

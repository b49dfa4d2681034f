"""The job between real brokers: rows arrive, once, through kills of itself and of what is around it."""

import re
from pathlib import Path
from threading import Thread

import pytest

from local_azure.testing.stream_job import QueueReceiver, send_events, stream_job_parts, wait_for_blob_rows
from tests.data import ENTITIES, STREAM_PROJECT
from tests.stream_analytics.job.rows import CONTAINER, HUB, QUEUE, expected, rows_of, suspicious

pytestmark = pytest.mark.slow

ENTITY_FILES = (ENTITIES / "event-hubs.json", ENTITIES / "service-bus.json")


def test_rows_reach_the_queue_and_after_an_outage_the_container_under_computed_names(tmp_path: Path):
    with stream_job_parts(tmp_path, STREAM_PROJECT, *ENTITY_FILES) as parts:
        parts.start("amqp", "job")
        hostile = [b"{not json", suspicious(8), b"[" * 100_000, b'{"discount": 10}']
        send_events(parts.event_hubs, HUB, (1, [suspicious(number) for number in range(8)]), (3, hostile))
        messages = QueueReceiver(parts.service_bus, QUEUE).wait(ids=9)
        parts.start("azurite")  # only now: its rows have waited, and the queue's have not waited for them
        written = wait_for_blob_rows(parts.blob, CONTAINER, ids=9)
        parts.stop("job")
    for message_id, row in messages:
        store = "no-store-" if row["store_id"] is None else f"store-{row['store_id']}-"
        assert message_id == f"{store}{row['WindowEnd']}"
        assert list(row) == ["store_id", "ids", "WindowStart", "WindowEnd"]
    assert rows_of([row for _, row in messages]) == rows_of([row for rows in written.values() for row in rows])
    for name, rows in written.items():
        (end,) = {row["WindowEnd"] for row in rows}
        assert re.fullmatch(end[:13].replace("-", "/").replace("T", "/") + r"/[0-9a-f]{16}_[0-9a-f]{32}_1\.json", name)
    log = parts.log("job")
    assert "output suspicious-events: ServiceRequestError" in log
    assert "partition 3: sequence number 0 is refused: JSON is malformed" in log
    assert "partition 3: sequence number 2 is refused: " in log
    assert "input_errors=2" in log


@pytest.mark.proof
def test_no_row_is_lost_or_changed_when_the_job_and_the_broker_are_killed(tmp_path: Path):
    total = 0
    with stream_job_parts(tmp_path, STREAM_PROJECT, *ENTITY_FILES) as parts:
        parts.start("amqp", "azurite", "job")
        receiver = QueueReceiver(parts.service_bus, QUEUE)
        for victim in ("job", "job", "amqp", "job"):
            batches = [(turn % 4, [suspicious(total + turn * 5 + place) for place in range(5)]) for turn in range(80)]
            sending = Thread(target=send_events, args=(parts.event_hubs, HUB, *batches[:40]))
            sending.start()
            if victim == "amqp":
                sending.join()  # what the broker has not acknowledged is not its loss
            parts.kill(victim)
            parts.start(victim)
            sending.join()
            send_events(parts.event_hubs, HUB, *batches[40:])
            total += 400
        messages = receiver.wait(ids=total)
        right = expected(parts.event_hubs, total)
        written = wait_for_blob_rows(parts.blob, CONTAINER, ids=total)
    copies: dict[str, object] = {}
    for message_id, row in messages:
        assert copies.setdefault(message_id, row) == row, "a row was sent again with other content"
    assert rows_of(list(dict(messages).values())) == right
    assert rows_of([row for rows in written.values() for row in rows]) == right

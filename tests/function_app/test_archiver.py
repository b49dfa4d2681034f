import json
from typing import Any, cast

import azure.functions as func
import pytest
from azure.functions.eventhub import EventHubTriggerConverter
from azure.functions.meta import Datum

from function_app.archiver import received_events


class Bodies:
    """The collection of bodies as the worker gets it."""

    def __init__(self, *bodies: bytes) -> None:
        self.bytes = bodies


def delivered(properties: list[dict[str, Any]] | None, **missing: Any) -> list[func.EventHubEvent]:
    """Two events as the SDK's own converter makes them from the host's metadata."""
    system = [
        {"SequenceNumber": 7, "Offset": "4096", "EnqueuedTimeUtc": "2026-01-02T10:07:30.5Z", "PartitionKey": None},
        {"SequenceNumber": 8, "Offset": "4200", "EnqueuedTimeUtc": "2026-01-02T10:07:31Z", "PartitionKey": None},
    ]
    metadata = {
        "SystemPropertiesArray": json.dumps([properties | missing for properties in system]),
        "PartitionContext": json.dumps({"PartitionId": "3", "EventHubName": "store-events"}),
    }
    if properties is not None:
        metadata["PropertiesArray"] = json.dumps(properties)
    datums = {name: Datum(text, "json") for name, text in metadata.items()}
    bodies = Datum(Bodies(b"one", b"\xff"), "collection_bytes")
    return cast(list[func.EventHubEvent], EventHubTriggerConverter.decode(bodies, trigger_metadata=datums))


def test_events_come_with_their_place_in_the_hub_and_their_run():
    first, second = received_events(delivered([{"run_id": "campaign-x"}, {}]))

    assert (first.body, first.partition, first.sequence_number, first.offset) == (b"one", "3", 7, "4096")
    assert first.enqueued_time.isoformat() == "2026-01-02T10:07:30.500000+00:00"
    assert (first.run_id, second.run_id) == ("campaign-x", None)
    assert second.body == b"\xff"


def test_events_of_a_host_without_properties_have_no_run():
    assert [event.run_id for event in received_events(delivered(None))] == [None, None]


def test_an_event_without_its_place_is_an_error_and_not_archived_at_a_wrong_one():
    with pytest.raises(ValueError, match="sequence number"):
        received_events(delivered([{}, {}], SequenceNumber=None))

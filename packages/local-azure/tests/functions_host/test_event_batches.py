"""Events as the function sees them: the same as from the SDK's own converter, which Azure's worker uses."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# The SDK's converters carry no annotations.

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import azure.functions as func
import pytest
from azure.eventhub import EventData
from azure.functions.meta import Datum
from hypothesis import given
from hypothesis import strategies as st

from local_azure.amqp.values import Timestamp
from local_azure.functions_host.event_hubs.batch import Source, to_argument, to_arguments
from local_azure.functions_host.indexing.functions import Binding

SOURCE = Source("127.0.0.1", "store-events", "archiver", "3")
TEXT = Binding("events", "eventHubTrigger", "IN", None, {})
BINARY = Binding("events", "eventHubTrigger", "IN", "BINARY", {})
CONVERTER: Any = func.get_binding_registry().get("eventHubTrigger")


def an_event(body: bytes, number: int = 7, key: str | None = None, **properties: Any) -> EventData:
    """An event as if it had been received."""
    event = EventData(body)
    event.properties = {name.encode(): value for name, value in properties.items()}
    annotations: dict[bytes, Any] = event._raw_amqp_message.annotations  # pyright: ignore[reportPrivateUsage, reportAssignmentType]
    moment = datetime(2026, 11, 23, 10, 0, 0, 123_000, tzinfo=UTC)
    annotations[b"x-opt-sequence-number"] = number
    annotations[b"x-opt-offset"] = str(number * 100).encode()
    annotations[b"x-opt-enqueued-time"] = int(moment.timestamp() * 1000)
    if key is not None:
        annotations[b"x-opt-partition-key"] = key.encode()
    return event


def facts(event: func.EventHubEvent) -> tuple[Any, ...]:
    """All that user code can read of an event."""
    return (
        event.get_body(),
        event.sequence_number,
        event.offset,
        event.enqueued_time,
        event.partition_key,
        event.iothub_metadata,
        dict(event.metadata or {}),
    )


@given(
    bodies=st.lists(st.binary(max_size=20), min_size=1, max_size=5),
    key=st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    value=st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
)
def test_a_batch_is_what_the_converter_would_have_made(bodies: list[bytes], key: str | None, value: Any):
    received = [an_event(body, number, key, run_id=value) for number, body in enumerate(bodies)]
    ours = to_arguments(received, BINARY, SOURCE)
    metadata = ours[0]._EventHubEvent__trigger_metadata  # type: ignore[attr-defined] # pyright: ignore
    theirs = CONVERTER.decode(Datum(SimpleNamespace(bytes=bodies), "collection_bytes"), trigger_metadata=metadata)
    assert [facts(event) for event in ours] == [facts(event) for event in theirs]


def test_a_single_event_is_what_the_converter_would_have_made():
    ours: Any = to_argument(an_event(b"sale", key="7", store=5), TEXT, func.EventHubEvent, SOURCE)
    metadata = ours._EventHubEvent__trigger_metadata
    assert facts(ours) == facts(CONVERTER.decode(Datum("sale", "string"), trigger_metadata=metadata))


def test_properties_of_every_kind_reach_the_metadata():
    """A map as a property once broke the metadata, and so every retry of its batch."""
    properties: dict[str, Any] = {
        "map": {b"till": {b"nr": 4}},
        "at": Timestamp(1_767_268_800_000),
        "raw": b"\xff",
        "text": b"x",
    }
    event = to_arguments([an_event(b"a", **properties)], BINARY, SOURCE)[0]
    expected = {"map": {"till": {"nr": 4}}, "at": "2026-01-01T12:00:00Z", "raw": "/w==", "text": "x"}
    assert (event.metadata or {})["PropertiesArray"] == [expected]


def test_the_metadata_names_the_partition_and_the_properties():
    first = to_arguments([an_event(b"a", store=5), an_event(b"b", store=6)], BINARY, SOURCE)[0]
    metadata = first.metadata
    assert metadata is not None
    assert metadata["PartitionContext"]["PartitionId"] == "3"
    assert metadata["PropertiesArray"] == [{"store": 5}, {"store": 6}]
    assert metadata["SequenceNumberArray"] == [7, 7]
    assert metadata["EnqueuedTimeUtcArray"][0] == "2026-11-23T10:00:00.123000Z"


@pytest.mark.parametrize(("binding", "expected"), [(BINARY, b"\xffa"), (TEXT, "\ufffda".encode())])
def test_bytes_that_are_no_text_survive_only_as_binary(binding: Binding, expected: bytes):
    assert to_arguments([an_event(b"\xffa")], binding, SOURCE)[0].get_body() == expected


@pytest.mark.parametrize(("binding", "annotation", "expected"), [(TEXT, str, "sale"), (BINARY, bytes, b"sale")])
def test_a_plain_parameter_gets_the_plain_body(binding: Binding, annotation: type, expected: Any):
    assert to_argument(an_event(b"sale"), binding, annotation, SOURCE) == expected

"""azure-eventhub and its checkpoints in Blob."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# The SDK is typed in part only.

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from azure.eventhub import EventData, EventHubConsumerClient, EventHubProducerClient
from azure.eventhub.exceptions import EventHubError

HUB = "events"


@pytest.fixture(scope="module")
def producer(settings: dict[str, str]) -> Iterator[EventHubProducerClient]:
    with EventHubProducerClient.from_connection_string(settings["EVENT_HUBS"], eventhub_name=HUB) as producer:
        yield producer


class Reader:
    """Reads a partition from a position on."""

    def __init__(self, settings: dict[str, str], group: str = "$Default", hub: str = HUB) -> None:
        self._connection, self._group, self._hub = settings["EVENT_HUBS"], group, hub

    def read(self, partition: str, position: Any, count: int, **options: Any) -> list[EventData]:
        """The events from there on, once there are so many."""
        events: list[EventData] = []
        errors: list[Exception] = []
        client = EventHubConsumerClient.from_connection_string(
            self._connection, self._group, eventhub_name=self._hub, retry_total=0
        )

        def take(_: Any, event: EventData | None) -> None:
            if event is not None:
                events.append(event)

        def run() -> None:
            client.receive(
                take,
                partition_id=partition,
                starting_position=position,
                max_wait_time=0.2,
                on_error=lambda _, error: errors.append(error),
                **options,
            )

        thread = Thread(target=run, daemon=True)
        thread.start()
        end = time.monotonic() + 30
        while len(events) < count and not errors and time.monotonic() < end:
            time.sleep(0.02)
        client.close()
        thread.join(10)
        if errors and len(events) < count:
            raise errors[0]
        return events


@pytest.fixture(scope="module")
def reader(settings: dict[str, str]) -> Reader:
    return Reader(settings)


def end_of(producer: EventHubProducerClient, partition: str) -> Any:
    number = producer.get_partition_properties(partition)["last_enqueued_sequence_number"]
    return "-1" if number < 0 else number


def echo(producer: EventHubProducerClient, reader: Reader, *events: EventData, partition: str = "0") -> list[EventData]:
    """Send to a partition, and give what arrives."""
    position = end_of(producer, partition)
    producer.send_batch(list(events), partition_id=partition)
    return reader.read(partition, position, len(events))


def body(event: EventData) -> bytes:
    return b"".join(event.body)  # type: ignore[arg-type]


def test_the_hub_tells_its_name_and_its_partitions(producer: EventHubProducerClient):
    told = producer.get_eventhub_properties()

    assert (told["eventhub_name"], told["partition_ids"]) == (HUB, ["0", "1"])


def test_a_partition_tells_its_end(producer: EventHubProducerClient):
    producer.send_batch([EventData(b"x")], partition_id="0")
    told = producer.get_partition_properties("0")

    assert not told["is_empty"]
    assert told["last_enqueued_sequence_number"] >= told["beginning_sequence_number"]


@pytest.mark.parametrize("content", [b"", b"x", b"\x00\xff", "grüße".encode(), b"y" * 1_000_000])
def test_a_body_arrives_as_it_was_sent(producer: EventHubProducerClient, reader: Reader, content: bytes):
    assert body(echo(producer, reader, EventData(content))[0]) == content


@pytest.mark.parametrize("value", ["text", 7, 0.5, True, b"bytes"])
def test_properties_keep_their_types(producer: EventHubProducerClient, reader: Reader, value: Any):
    event = EventData(b"x")
    event.properties = {"key": value}
    (arrived,) = echo(producer, reader, event)
    expected = value.encode() if isinstance(value, str) else value

    assert arrived.properties == {b"key": expected}


@pytest.mark.parametrize("name", ["message_id", "correlation_id", "content_type"])
def test_what_an_event_says_of_itself_arrives(producer: EventHubProducerClient, reader: Reader, name: str):
    event = EventData(b"x")
    setattr(event, name, "text")

    assert getattr(echo(producer, reader, event)[0], name) == "text"


def test_events_come_in_order_with_rising_numbers(producer: EventHubProducerClient, reader: Reader):
    events = echo(producer, reader, *[EventData(str(number)) for number in range(200)])

    assert [int(body(event)) for event in events] == list(range(200))
    numbers = [event.sequence_number or 0 for event in events]
    assert numbers == list(range(numbers[0], numbers[0] + 200))


def test_a_batch_takes_events_until_it_is_full(producer: EventHubProducerClient):
    batch = producer.create_batch(max_size_in_bytes=20_000)

    def fill() -> None:
        for _ in range(100):
            batch.add(EventData(b"x" * 1_000))

    with pytest.raises(ValueError, match="reached its size limit"):
        fill()
    producer.send_batch(batch)

    assert 5 < len(batch) < 20


def test_a_key_always_leads_to_one_partition(producer: EventHubProducerClient, reader: Reader):
    ends = {partition: end_of(producer, partition) for partition in ("0", "1")}
    for number in range(5):
        producer.send_batch([EventData(str(number))], partition_key="store-7")
    (partition,) = (each for each, end in ends.items() if end_of(producer, each) != end)

    events = reader.read(partition, ends[partition], 5)
    assert [event.partition_key for event in events] == [b"store-7"] * 5


@pytest.mark.parametrize("inclusive", [True, False])
def test_a_reader_starts_at_a_number_or_behind_it(producer: EventHubProducerClient, reader: Reader, inclusive: bool):
    first, second = echo(producer, reader, EventData(b"1"), EventData(b"2"))
    wanted = first if inclusive else second

    got = reader.read("0", first.sequence_number, 1, starting_position_inclusive=inclusive)
    assert got[0].sequence_number == wanted.sequence_number


def test_a_reader_starts_at_a_moment(producer: EventHubProducerClient, reader: Reader):
    (event,) = echo(producer, reader, EventData(b"then"))
    assert event.enqueued_time is not None
    events = reader.read("0", event.enqueued_time - timedelta(milliseconds=1), 1)

    assert events[0].enqueued_time is not None
    assert event.enqueued_time - timedelta(seconds=1) <= events[0].enqueued_time <= datetime.now(UTC)


def test_groups_read_the_same_events(producer: EventHubProducerClient, settings: dict[str, str]):
    position = end_of(producer, "0")
    producer.send_batch([EventData(b"for all")], partition_id="0")

    for group in ("$Default", "others"):
        assert body(Reader(settings, group).read("0", position, 1)[0]) == b"for all"


@pytest.mark.parametrize(("hub", "group"), [("nobody", "$Default"), (HUB, "strangers")])
def test_what_does_not_exist_is_refused(settings: dict[str, str], hub: str, group: str):
    with pytest.raises(EventHubError):
        Reader(settings, group, hub).read("0", "-1", 1)


def test_the_properties_of_the_last_event_come_along(producer: EventHubProducerClient, settings: dict[str, str]):
    producer.send_batch([EventData(b"x")], partition_id="0")
    seen: list[Any] = []
    client = EventHubConsumerClient.from_connection_string(settings["EVENT_HUBS"], "others", eventhub_name=HUB)

    def take(context: Any, _: Any) -> None:
        seen.append(context.last_enqueued_event_properties)

    def run() -> None:
        client.receive(take, partition_id="0", starting_position="-1", track_last_enqueued_event_properties=True)

    thread = Thread(target=run, daemon=True)
    thread.start()
    end = time.monotonic() + 20
    while not seen and time.monotonic() < end:
        time.sleep(0.02)
    client.close()
    thread.join(10)

    assert seen[0]["sequence_number"] >= 0


def test_what_was_acknowledged_is_there_after_kills(
    producer: EventHubProducerClient, reader: Reader, kill: Callable[[str], None]
):
    position = end_of(producer, "1")
    marks = [uuid.uuid4().hex for _ in range(60)]
    for round_ in range(3):
        producer.send_batch([EventData(mark) for mark in marks[round_ * 20 : round_ * 20 + 20]], partition_id="1")
        kill("amqp")

    arrived = [body(event).decode() for event in reader.read("1", position, 60)]
    assert list(dict.fromkeys(arrived)) == marks
